"""What the server logs: one line per event on stderr, as JSON, or in colours when a person watches.

Never a token, a password or a whole phone number; values are quoted, so that nobody can forge a line.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, Final

import structlog

_QUIET: Final = ("_granian", "granian", "alembic", "asyncio", "aiosqlite", "sqlalchemy", "httpx", "httpcore")
"""Libraries whose own chatter is of no use to whoever runs the server; their errors still show."""


def configure_logs(level: str) -> None:
    """Send this process's logs to stderr, from `level` on. Call it once, when a server starts."""
    number = getattr(logging, level.upper())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    rendering: list[Any] = (
        [structlog.dev.ConsoleRenderer()]
        if sys.stderr.isatty()
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(number, logging.ERROR))
