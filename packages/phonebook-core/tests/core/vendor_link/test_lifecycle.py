"""The lifecycle table: complete, and the only place with moves."""

from __future__ import annotations

import pytest

from phonebook_core.errors import LocalProtocolError
from phonebook_core.vendor_link.lifecycle import TRANSITIONS, Event, State, advance, is_legal


def test_every_state_is_a_key_and_every_move_ends_in_a_state() -> None:
    assert set(TRANSITIONS) == set(State)
    assert all(to in State for moves in TRANSITIONS.values() for to in moves.values())


def test_every_event_moves_something() -> None:
    assert {event for moves in TRANSITIONS.values() for event in moves} == set(Event)


def test_only_accepted_leads_to_enabled() -> None:
    into_enabled = {
        event
        for state, moves in TRANSITIONS.items()
        for event, to in moves.items()
        if to is State.ENABLED and state is not State.ENABLED
    }
    assert into_enabled == {Event.ACCEPTED}


def test_a_rejected_change_leaves_an_enabled_service_enabled() -> None:
    assert advance(State.ENABLED, Event.REJECTED) is State.ENABLED


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_a_blank_in_the_table_is_an_error_that_names_both(state: State, event: Event) -> None:
    if is_legal(state, event):
        assert advance(state, event) is TRANSITIONS[state][event]
    else:
        with pytest.raises(LocalProtocolError, match=f"{event} is not possible in {state}"):
            advance(state, event)
