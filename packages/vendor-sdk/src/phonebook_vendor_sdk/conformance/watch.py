"""What is looked for in everything that a service sends and answers, whichever check is under way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

PATIENCE: Final = 20.0
"""Seconds that a service has for whatever it must do at once: far more than it needs, for machines are busy."""
MOST_UNDER_WAY: Final = 64
"""Requests of a service that may be under way at once."""
REMEMBERED: Final = 5
"""Faults of one kind that are kept; more say nothing new."""


class Watch:
    """The faults seen in passing, by rule, on all lanes; and how long anything is waited for."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience
        """Seconds that a service has for whatever it must do at once."""
        self.faults: dict[str, list[str]] = {}
        self.frames = 0
        self.look: Callable[[str, bytes | str], None] = _nobody
        """Gets every message of every link with the end that sent it: `server` or `service`."""
        self.reports = 0
        self.answers = 0
        self.dispatches: dict[str, bytes] = {}
        """Every record of an answer by its id, as it came first."""

    def fault(self, rule: str, sentence: str) -> None:
        """Something broke a rule."""
        found = self.faults.setdefault(rule, [])
        if len(found) < REMEMBERED:
            found.append(sentence)

    def answered(self, status: int, headers: Mapping[str, str], path: str) -> None:
        """Look at an answer to a phone."""
        self.answers += 1
        if 300 <= status < 400 and status != 304:
            self.fault("redirects", f"{path} was answered with {status}; many phones do not follow redirects.")
        if "set-cookie" in headers:
            self.fault("cookies", f"{path} was answered with a cookie; phones do not keep any.")
        if status == 500:
            self.fault("errors", f"{path} was answered with 500: a fault in the service reached a phone.")
        if status in (429, 503) and not headers.get("retry-after", "").isdigit():
            self.fault("retry-after", f"{path} was answered with {status} and no Retry-After in seconds.")

    def recorded(self, id: str, record: bytes) -> None:
        """Look at a record of an answer; the same id always stands for the same record."""
        if not id:
            self.fault("dispatch-ids", "A dispatch came without an id.")
        elif self.dispatches.setdefault(id, record) != record:
            self.fault("dispatch-ids", f"Two different dispatches came with the id {id}.")


def _nobody(sender: str, message: bytes | str) -> None:
    """Nobody looks at messages."""
