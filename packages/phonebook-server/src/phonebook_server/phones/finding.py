"""What there is to say about phones and phonebooks: findings, and what services stand around them.

`code` is stable and `values` hold what the sentence is about, so that a dashboard can say it in any language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final

import msgspec
from msgspec import Struct

from phonebook_core.vendor_link.lifecycle import State
from phonebook_server.checks import iso


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    OK = "ok"


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that somebody should know, in a sentence that says what to do."""

    code: str
    severity: Severity
    message: str
    values: Mapping[str, Any] = msgspec.field(default_factory=dict)


class ServiceAround(Struct, frozen=True, kw_only=True):
    """A vendor service as far as it bears on phones. `files` are those it has, empty when that is not known."""

    label: str
    on: bool
    state: State
    seen_at: int
    files: tuple[str, ...] = ()
    rotated_at: int | None = None
    former_until: int | None = None


_ORDER: Final = list(Severity)


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """The findings in order."""
    return sorted(findings, key=lambda finding: _ORDER.index(finding.severity))


def service_off(label: str) -> Finding:
    """The service is not turned on for the phonebook."""
    message = f"{label} is turned off for this phonebook, so its phones get none. Turn it on."
    return Finding(code="service_off", severity=Severity.ERROR, message=message, values={"service": label})


def service_unavailable(service: ServiceAround, severity: Severity) -> Finding:
    """The service has no phonebook for phones at the moment, or had none."""
    values = {"service": service.label, "state": service.state, "seen_at": iso(service.seen_at)}
    if service.state is State.UNAVAILABLE:
        message = f"{service.label} is not running. Start it; until then phones get the last good phonebook at best."
    elif service.state is State.ENABLED:
        message = f"{service.label} had no phonebook for it yet when it last asked. It will get it when it next asks."
    else:
        message = f"{service.label} waits for settings. Fill them in; until then phones get the last good one at best."
    return Finding(code="service_unavailable", severity=severity, message=message, values=values)
