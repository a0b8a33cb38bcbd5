"""The model test of the link: whatever is lost, repeated, late or changed, both ends agree in the end.

The real classes run against each other over a network that drops, repeats and reorders frames, while administrators
change their minds, settings are refused, services need setup again, and links are lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from phonebook_core.errors import LinkClosed, Problem, RemoteProtocolError
from phonebook_core.vendor_link.forms import Form
from phonebook_core.vendor_link.lifecycle import State
from phonebook_core.vendor_link.messages import Access, Hello, Notice, Welcome
from phonebook_core.vendor_link.reconcile import Intent, Wanted
from phonebook_core.vendor_link.server_end import Introduced, Reported, ServerEnd
from phonebook_core.vendor_link.vendor_end import SettingsOffered, TurnedOff, VendorEnd

BOOK = "book"
HELLO = Hello(slug="acme", label="Acme", instance="one", form=Form())
ACCESS = Access(url="http://phone.example/book", username="u", password="p")


class Link(RuleBasedStateMachine):
    """Both ends, the wires between them, and everybody who interferes."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.intent = Intent()
        self.server: ServerEnd | None = None
        self.vendor: VendorEnd | None = None
        self.to_vendor: list[bytes] = []
        self.to_server: list[bytes] = []
        self.checks: list[SettingsOffered] = []
        self.in_use: Mapping[str, Any] | None = None
        self.broken_for_good: set[int] = set()
        """Versions of settings that stopped working."""

    # what happens on its own

    def pump(self) -> None:
        if self.server is not None and self.vendor is not None:
            self.to_vendor += self.server.take_frames()
            self.to_server += self.vendor.take_frames()

    def lose_link(self) -> None:
        self.server = self.vendor = None
        self.to_vendor, self.to_server, self.checks = [], [], []
        self.in_use = None

    def wanted(self) -> Wanted:
        return self.intent.wanted(lambda typed: typed if typed.get("value") != "incomplete" else None, "key")

    def serve(self, frame: bytes) -> None:
        assert self.server is not None
        for event in self.server.receive(frame, self.now):
            match event:
                case Introduced():
                    self.server.welcome(Welcome(server="test", time=0), [(BOOK, self.wanted())], self.now)
                case Reported(_, seen, _):
                    self.intent = self.intent.reported(seen)
                    self.server.want(BOOK, self.wanted(), self.now)

    def use(self, frame: bytes) -> None:
        assert self.vendor is not None
        for event in self.vendor.receive(frame, self.now):
            match event:
                case SettingsOffered():
                    self.checks.append(event)
                case TurnedOff():
                    self.in_use = None

    def finish_check(self, check: SettingsOffered) -> None:
        assert self.vendor is not None
        if check.settings["value"] == "good":
            if self.vendor.accept(BOOK, check.generation, ACCESS):
                self.in_use = check.settings
        else:
            self.vendor.reject(BOOK, check.generation, [Problem(message="no")])

    def tick(self) -> None:
        assert self.server is not None
        assert self.vendor is not None
        try:
            self.server.tick(self.now)
            self.vendor.tick(self.now)
        except LinkClosed:
            self.lose_link()
        self.pump()

    # what interferes

    @precondition(lambda self: self.server is None)
    @rule()
    def dial(self) -> None:
        self.server, self.vendor = ServerEnd(self.now), VendorEnd(HELLO, self.now)
        self.pump()

    @precondition(lambda self: self.server is not None)
    @rule()
    def link_breaks(self) -> None:
        self.lose_link()

    @precondition(lambda self: self.to_server)
    @rule(data=st.data(), fate=st.sampled_from(["arrives", "arrives", "arrives", "twice", "is lost"]))
    def frame_to_server(self, data: st.DataObject, fate: str) -> None:
        self.deliver(self.to_server, data, fate, self.serve)

    @precondition(lambda self: self.to_vendor)
    @rule(data=st.data(), fate=st.sampled_from(["arrives", "arrives", "arrives", "twice", "is lost"]))
    def frame_to_vendor(self, data: st.DataObject, fate: str) -> None:
        self.deliver(self.to_vendor, data, fate, self.use)

    def deliver(self, wire: list[bytes], data: st.DataObject, fate: str, take: Any) -> None:
        index = data.draw(st.integers(0, min(2, len(wire) - 1)), label="which of the first frames")
        frame = wire[index] if fate == "twice" else wire.pop(index)
        if fate != "is lost":
            self.take(frame, take)
        self.pump()

    def take(self, frame: bytes, take: Any) -> None:
        try:
            take(frame)
        except LinkClosed:
            self.lose_link()
        except RemoteProtocolError as error:
            # commands that overtook the welcome break a link, as they may; nothing else ever does
            if "before the welcome" not in error.message:
                raise
            self.lose_link()

    @precondition(lambda self: self.checks)
    @rule(data=st.data())
    def check_ends(self, data: st.DataObject) -> None:
        self.finish_check(self.checks.pop(data.draw(st.integers(0, len(self.checks) - 1))))
        self.pump()

    @precondition(lambda self: self.server is not None)
    @rule(seconds=st.sampled_from([1.0, 21.0, 31.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self.tick()

    @rule(value=st.sampled_from(["good", "bad", "incomplete"]), on=st.booleans())
    def administrator_decides(self, value: str, on: bool) -> None:
        self.intent = self.intent.changed(on=on, settings={"value": value, "n": self.intent.generation + 1})
        if self.server is not None:
            self.server.want(BOOK, self.wanted(), self.now)
            self.pump()

    @precondition(lambda self: self.vendor is not None and self.vendor.state(BOOK) is State.ENABLED)
    @rule()
    def settings_stop_working(self) -> None:
        assert self.vendor is not None
        self.vendor.needs_setup(BOOK, [Problem(message="the door is closed")], self.now)
        self.in_use = None
        self.pump()

    @precondition(lambda self: self.vendor is not None)
    @rule(code=st.sampled_from(["slow", "stale", ""]))
    def health_changes(self, code: str) -> None:
        assert self.vendor is not None
        self.vendor.note(BOOK, self.now, notices=[Notice(code=code, message="well")] if code else [])
        self.pump()

    # what must always hold

    @invariant()
    def only_accepted_settings_serve(self) -> None:
        if self.vendor is not None and self.vendor.state(BOOK) is State.ENABLED:
            assert self.in_use is not None
            assert self.in_use["value"] == "good"

    def teardown(self) -> None:
        """Everybody leaves it alone; the wires work; both ends must come to agree."""
        for _ in range(200):
            if self.server is None:
                self.dial()
            while self.to_server or self.to_vendor or self.checks:
                if self.to_server:
                    self.deliver_now(self.to_server, self.serve)
                elif self.to_vendor:
                    self.deliver_now(self.to_vendor, self.use)
                else:
                    self.finish_check(self.checks.pop())
                    self.pump()
            if self.server is None or self.vendor is None:
                continue
            if self.vendor.is_up and self.server.is_settled(BOOK):
                break
            self.now += 16.0
            self.tick()
            if self.server is not None:
                self.server.reconcile(self.now)
                self.pump()
        else:
            pytest.fail("the two ends never settled")
        self.check_agreement()

    def deliver_now(self, wire: list[bytes], take: Any) -> None:
        self.take(wire.pop(0), take)
        self.pump()

    def check_agreement(self) -> None:
        assert self.server is not None
        assert self.vendor is not None
        state = self.vendor.state(BOOK)
        assert self.server.seen(BOOK).state is state
        if not self.intent.on:
            assert state is State.DISABLED
            return
        assert state in (State.SETUP, State.ENABLED)
        if state is State.ENABLED:
            assert self.in_use == self.intent.accepted
        if self.intent.settings["value"] == "good" and self.intent.refused_generation != self.intent.generation:
            assert state is State.ENABLED
            assert self.in_use == self.intent.settings
        if self.intent.settings["value"] == "bad":
            assert self.intent.refused_generation == self.intent.generation
            assert self.intent.problems


def test_both_ends_agree_in_the_end() -> None:
    run_state_machine_as_test(
        Link,
        settings=settings(
            max_examples=300,
            stateful_step_count=60,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        ),
    )


@pytest.mark.slow
def test_both_ends_agree_after_twenty_thousand_histories() -> None:
    run_state_machine_as_test(
        Link,
        settings=settings(
            max_examples=20_000, stateful_step_count=100, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
