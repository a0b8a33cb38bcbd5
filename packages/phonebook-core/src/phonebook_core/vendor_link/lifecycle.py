"""The four states of an enablement and every move between them: the whole truth is in `TRANSITIONS`.

House rules of this file: every transition is in the table, none in code; it knows no role, no I/O, no clock and no
logging; every state is a key; `advance` raises and changes nothing when a move is not in the table.

A state says what is *permitted* (may this service serve phones from this phonebook?), not how healthy the service is.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from phonebook_core.errors import LocalProtocolError


class State(StrEnum):
    """Where one vendor service × one phonebook stands."""

    UNAVAILABLE = "unavailable"
    """No live link to the service."""
    DISABLED = "disabled"
    """Linked, not turned on."""
    SETUP = "setup"
    """Turned on, waiting for settings that the service accepts."""
    ENABLED = "enabled"
    """Settings accepted; phones are served."""


class Event(StrEnum):
    """What can happen to an enablement, in the past tense or as the command that causes it."""

    LINKED = "linked"
    TURN_ON = "turn_on"
    CONFIGURE = "configure"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NEEDS_SETUP = "needs_setup"
    TURN_OFF = "turn_off"
    LINK_LOST = "link_lost"


TRANSITIONS: Final[Mapping[State, Mapping[Event, State]]] = {
    State.UNAVAILABLE: {
        Event.LINKED: State.DISABLED,
    },
    State.DISABLED: {
        Event.TURN_ON: State.SETUP,
        Event.LINK_LOST: State.UNAVAILABLE,
    },
    State.SETUP: {
        Event.CONFIGURE: State.SETUP,
        Event.ACCEPTED: State.ENABLED,
        Event.REJECTED: State.SETUP,
        Event.TURN_OFF: State.DISABLED,
        Event.LINK_LOST: State.UNAVAILABLE,
    },
    State.ENABLED: {
        Event.CONFIGURE: State.ENABLED,
        Event.ACCEPTED: State.ENABLED,
        Event.REJECTED: State.ENABLED,
        Event.NEEDS_SETUP: State.SETUP,
        Event.TURN_OFF: State.DISABLED,
        Event.LINK_LOST: State.UNAVAILABLE,
    },
}


def advance(state: State, event: Event) -> State:
    """The state after `event`. Raises LocalProtocolError when the table has no such move."""
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise LocalProtocolError(f"{event} is not possible in {state}; see lifecycle.TRANSITIONS") from None


def is_legal(state: State, event: Event) -> bool:
    """Whether the table has this move."""
    return event in TRANSITIONS[state]
