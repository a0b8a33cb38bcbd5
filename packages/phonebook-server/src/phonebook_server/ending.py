"""Ending tasks for certain."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any, Final

AGAIN_SECONDS: Final = 8.0
"""How long a task may take to end in order before it is cancelled again."""


async def end(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel these tasks and come back when all have ended, whatever came of them.

    A task may miss a cancellation: asyncio.wait_for of Python 3.11, in SQLAlchemy's pool, loses one that comes in the
    moment in which what is waited for is there. It is cancelled again then.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)
