"""Ending tasks: also those that missed it the first time."""

from __future__ import annotations

import asyncio

import pytest

from phonebook_server import ending
from phonebook_server.ending import end

pytestmark = pytest.mark.anyio


async def test_a_task_that_missed_its_cancellation_is_cancelled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "AGAIN_SECONDS", 0.05)
    missed = 0

    async def work() -> None:
        nonlocal missed
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                missed += 1
                if missed == 3:
                    raise

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await end([task])
    assert (task.cancelled(), missed) == (True, 3)


async def test_a_task_that_failed_is_ended_as_well() -> None:
    async def work() -> None:
        raise ValueError

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    await end([task])
    assert isinstance(task.exception(), ValueError)
