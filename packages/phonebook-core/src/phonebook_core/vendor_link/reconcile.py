"""What to tell a service next: a pure function of what was seen and what is wanted.

It is level-triggered: it runs after every report, every click and every half minute, and asking it once too often does
no harm. One command is in flight per enablement; until its report arrives there is nothing next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from phonebook_core.errors import Problem
from phonebook_core.vendor_link.lifecycle import State
from phonebook_core.vendor_link.messages import Command, Configure, Report, TurnOff, TurnOn


class Wanted(Struct, frozen=True, kw_only=True):
    """What people want of one enablement. `generation` is the version of `settings` (None: not complete yet).

    `former_password` goes with the settings, see `Configure`.
    """

    on: bool
    generation: int = 0
    settings: Mapping[str, Any] | None = None
    api_key: str = ""
    former_password: str = ""
    former_until: int = 0


class Seen(Struct, frozen=True, kw_only=True):
    """What is known of one enablement over one link, from the last report only.

    `sent` is the number of the last command. `in_force` and `refused` are versions of wanted settings: the ones the
    service uses, which are `settings`, and the ones it turned down last (0: none). `in_flight` is the command whose
    report is awaited.
    """

    state: State = State.UNAVAILABLE
    sent: int = 0
    in_force: int = 0
    settings: Mapping[str, Any] | None = None
    refused: int = 0
    in_flight: Command | None = None
    in_flight_version: int = 0
    report: Report | None = None


def next_command(phonebook: str, seen: Seen, wanted: Wanted) -> Command | None:
    """The command to send now, numbered one above the last, or None when all is as wanted or people must act."""
    if seen.in_flight is not None or seen.state is State.UNAVAILABLE:
        return None
    number = seen.sent + 1
    if not wanted.on:
        if seen.state is State.DISABLED:
            return None
        return TurnOff(phonebook=phonebook, generation=number)
    if seen.state is State.DISABLED:
        return TurnOn(phonebook=phonebook, generation=number, api_key=wanted.api_key)
    if wanted.settings is None or wanted.generation in (seen.in_force, seen.refused):
        return None
    return Configure(
        phonebook=phonebook,
        generation=number,
        settings=wanted.settings,
        api_key=wanted.api_key,
        former_password=wanted.former_password,
        former_until=wanted.former_until,
    )


def is_settled(phonebook: str, seen: Seen, wanted: Wanted) -> bool:
    """Whether nothing is under way: what is seen will stay until somebody changes something."""
    return seen.in_flight is None and next_command(phonebook, seen, wanted) is None


class Intent(Struct, frozen=True, kw_only=True):
    """What people decided about one enablement, as it is stored, with the service's last word on it.

    `settings` are as typed, `generation` their version. `accepted` are the newest that the service took, complete as
    they were sent, `accepted_generation` their version. `refused_generation` is the version that stands refused, with
    `problems`.
    """

    on: bool = False
    generation: int = 0
    settings: Mapping[str, Any] = msgspec.field(default_factory=dict)
    accepted: Mapping[str, Any] | None = None
    accepted_generation: int = 0
    refused_generation: int = 0
    problems: tuple[Problem, ...] = ()

    def changed(self, *, on: bool, settings: Mapping[str, Any]) -> Intent:
        """After somebody decided anew: a new version, and nothing is refused yet."""
        return msgspec.structs.replace(
            self, on=on, settings=settings, generation=self.generation + 1, refused_generation=0, problems=()
        )

    def reported(self, seen: Seen) -> Intent:
        """After a report: what the service says about the newest settings is remembered."""
        if seen.report is None:
            return self
        intent = self
        if seen.in_force not in (0, self.accepted_generation):
            intent = msgspec.structs.replace(intent, accepted=seen.settings, accepted_generation=seen.in_force)
        if seen.in_force == self.generation and self.refused_generation:
            intent = msgspec.structs.replace(intent, refused_generation=0, problems=())
        elif seen.refused == self.generation and seen.refused:
            intent = msgspec.structs.replace(
                intent, refused_generation=seen.refused, problems=seen.report.problems or self.problems
            )
        return intent

    def wanted(self, complete: Callable[[Mapping[str, Any]], Mapping[str, Any] | None], api_key: str) -> Wanted:
        """What to bring about: the newest settings, or the accepted ones while the newest stand refused.

        `complete` fills in what the server knows by itself; None when something required is still missing.
        """
        refused = self.refused_generation == self.generation
        if refused and self.accepted is not None and self.accepted_generation != self.generation:
            return Wanted(on=self.on, generation=self.accepted_generation, settings=self.accepted, api_key=api_key)
        return Wanted(on=self.on, generation=self.generation, settings=complete(self.settings), api_key=api_key)
