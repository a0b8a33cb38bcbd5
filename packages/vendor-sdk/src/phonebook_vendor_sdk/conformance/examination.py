"""Running the checks on a service: lanes side by side, the checks of a lane one after the other, and the grade."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import anyio
from msgspec import Struct

from phonebook_vendor_sdk.conformance.check import CHECKS, Check, Failed, NotApplicable, Outcome, Verdict
from phonebook_vendor_sdk.conformance.checks import watched
from phonebook_vendor_sdk.conformance.stage import Stage
from phonebook_vendor_sdk.conformance.subjects import Subject
from phonebook_vendor_sdk.conformance.watch import PATIENCE, Watch

SIDE_BY_SIDE: Final = 8
"""Lanes at once: most of them wait, and a small machine takes so many processes."""
FIRST: Final = ("silence", "grace", "bare", "refused", "jitter", "large", "farewell", "busy")
"""The lanes that take longest, the longest first."""
ESSENTIAL: Final = ("commands.turn-on", "commands.configure", "contacts.fetched", "login.bare", "login.wrong")
"""Without these a service serves no phone, or everybody."""
Tell = Callable[[Outcome], None]


class Examination(Struct, frozen=True):
    """What came of an examination, in the order of the list of checks."""

    outcomes: Sequence[Outcome]

    def of(self, verdict: Verdict) -> list[Outcome]:
        """The outcomes with this verdict."""
        return [outcome for outcome in self.outcomes if outcome.verdict is verdict]

    @property
    def grade(self) -> str:
        """A, B, C or D, as docs/conformance.md explains them."""
        failed = [outcome.check for outcome in self.of(Verdict.FAILED)]
        if not failed:
            return "A"
        if any(check.id in ESSENTIAL for check in failed):
            return "D"
        return "C" if any(check.harms for check in failed) else "B"


async def examine(
    subject: Subject,
    *,
    only: Collection[str] | None = None,
    settings: Mapping[str, Any] | None = None,
    tell: Tell = lambda outcome: None,
    patience: float = PATIENCE,
) -> Examination:
    """Run the checks, or only those with these ids. `settings` are values for fields that cannot be made up.

    `tell` gets each outcome as soon as it is known; `patience` is how many seconds a service has for whatever it must
    do at once. Raises KeyError for an id that is none.
    """
    chosen = [CHECKS[id] for id in (CHECKS if only is None else only)]
    watch = Watch(patience)
    found: dict[str, Outcome] = {}

    def note(outcome: Outcome) -> None:
        found[outcome.check.id] = outcome
        tell(outcome)

    lanes: dict[str, list[Check]] = {lane: [] for lane in FIRST}
    for check in chosen:
        lanes.setdefault(check.lane, []).append(check)
    last = lanes.pop(watched.LANE, [])
    with tempfile.TemporaryDirectory(prefix="conformance-", ignore_cleanup_errors=True) as folder:
        if subject.can_restart:
            limit = anyio.CapacityLimiter(SIDE_BY_SIDE)
            async with anyio.create_task_group() as tasks:
                for checks in filter(None, lanes.values()):
                    stage = Stage(subject, watch, Path(folder), settings or {})
                    tasks.start_soon(_run_lane, stage, checks, note, limit)
        else:
            stage = Stage(subject, watch, Path(folder), settings or {})
            in_order = [check for checks in lanes.values() for check in checks]
            await _run_lane(stage, sorted(in_order, key=_may_end_all), note, anyio.CapacityLimiter(1))
        for check in last:
            note(await _outcome(check, Stage(subject, watch, Path(folder), {})))
    return Examination([found[check.id] for check in chosen])


def _may_end_all(check: Check) -> bool:
    """On one service that cannot be restarted, what asks it not to come back is tried last."""
    return check.lane in ("refused", "farewell")


async def _run_lane(stage: Stage, checks: Sequence[Check], note: Tell, limit: anyio.CapacityLimiter) -> None:
    async with limit, stage:
        for check in checks:
            try:
                await stage.mend()
            except (Failed, OSError) as error:
                note(Outcome(check=check, verdict=Verdict.FAILED, why=f"It could not be tried: {error}"))
            else:
                note(await _outcome(check, stage))


async def _outcome(check: Check, stage: Stage) -> Outcome:
    try:
        with anyio.fail_after(check.seconds):
            await _run(check, stage)
    except NotApplicable as reason:
        return Outcome(check=check, verdict=Verdict.NOT_APPLICABLE, why=str(reason))
    except Failed as failed:
        return Outcome(check=check, verdict=Verdict.FAILED, why=_with_end(str(failed), stage))
    except TimeoutError:
        why = f"It was not done within {check.seconds:g} seconds."
        return Outcome(check=check, verdict=Verdict.FAILED, why=_with_end(why, stage))
    return Outcome(check=check, verdict=Verdict.PASSED)


async def _run(check: Check, stage: Stage) -> None:
    """Run a check; what it raises inside a group of tasks comes out alone."""
    try:
        await check.run(stage)
    except ExceptionGroup as group:
        error: Exception = group
        while isinstance(error, ExceptionGroup):
            error = error.exceptions[0]
        raise error from None


def _with_end(why: str, stage: Stage) -> str:
    """The reason, and the last words of a service that ended by itself."""
    ended = stage.running.ended if stage.running is not None else ""
    return f"{why} {ended}".strip()
