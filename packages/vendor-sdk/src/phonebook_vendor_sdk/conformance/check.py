"""What a conformance check is, how it fails, and the list of all of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

if TYPE_CHECKING:
    from phonebook_vendor_sdk.conformance.stage import Stage

PROTOCOL: Final = "docs/protocol.md"
"""The page that every check comes from."""


class Verdict(StrEnum):
    """What came of a check."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"
    """It is about something that a service may leave out and this one does, or that cannot be tried from here."""


class Failed(Exception):
    """The service broke the rule; the text says what it did and what it should have done."""


class NotApplicable(Exception):
    """The rule is about something that this service leaves out; the text says what."""


class Check(Struct, frozen=True, kw_only=True):
    """One rule. `id` is stable; `section` is the heading of the protocol page that it comes from.

    `lane` names the process it is tried on: checks of a lane follow each other, lanes run side by side. `harms` says
    whether breaking the rule harms phones or data; `seconds` how long the check may take before it has failed.
    """

    id: str
    sentence: str
    section: str
    lane: str
    harms: bool
    seconds: float
    run: Callable[[Stage], Awaitable[None]]

    @property
    def source(self) -> str:
        """Where the rule is written down, as a link."""
        return f"{PROTOCOL}#{self.section.lower().replace(' ', '-')}"


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of one check; `why` is empty when it passed."""

    check: Check
    verdict: Verdict
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        """For programs: the words of the check and of the verdict."""
        return {
            "id": self.check.id,
            "sentence": self.check.sentence,
            "source": self.check.source,
            "harms": self.check.harms,
            "verdict": self.verdict.value,
            "why": self.why,
        }


CHECKS: Final[dict[str, Check]] = {}
"""Every check by its id, in the order in which they are printed."""


def check(
    id: str, sentence: str, *, section: str, lane: str = "main", harms: bool = True, seconds: float = 30.0
) -> Callable[[Callable[[Stage], Awaitable[None]]], Callable[[Stage], Awaitable[None]]]:
    """Put a function into the list of checks. It returns when the rule is kept, else it raises."""

    def listed(run: Callable[[Stage], Awaitable[None]]) -> Callable[[Stage], Awaitable[None]]:
        assert id not in CHECKS, f"two checks are called {id}"
        CHECKS[id] = Check(id=id, sentence=sentence, section=section, lane=lane, harms=harms, seconds=seconds, run=run)
        return run

    return listed


def expect(holds: object, otherwise: str) -> None:
    """Fail with this sentence unless it is so."""
    if not holds:
        raise Failed(otherwise)
