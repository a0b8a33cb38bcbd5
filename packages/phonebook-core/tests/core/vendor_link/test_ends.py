"""Both ends of the link, frame by frame: the rules that keep them from disagreeing."""

from __future__ import annotations

import pytest

from phonebook_core.errors import LinkClosed, LocalProtocolError, Problem, RemoteProtocolError
from phonebook_core.vendor_link.codec import decode_body, decode_frame, encode
from phonebook_core.vendor_link.exchange import DEAD_AFTER, HEARTBEAT
from phonebook_core.vendor_link.forms import (
    Automatic,
    Condition,
    FieldKind,
    Form,
    FormField,
    filled,
    missing,
    without_hidden,
)
from phonebook_core.vendor_link.lifecycle import State
from phonebook_core.vendor_link.messages import (
    Access,
    BookChanged,
    Closing,
    Configure,
    Failure,
    GetChanges,
    Hello,
    Message,
    Noted,
    Notice,
    Ping,
    Pong,
    Report,
    TurnOff,
    TurnOn,
    Unsupported,
    Welcome,
)
from phonebook_core.vendor_link.reconcile import Intent, Seen, Wanted, next_command
from phonebook_core.vendor_link.server_end import BookChangeNoted, Introduced, Reported, ServerEnd
from phonebook_core.vendor_link.vendor_end import Answered, BookMoved, SettingsOffered, TurnedOff, TurnedOn, VendorEnd

BOOK = "book"
HELLO = Hello(slug="acme", label="Acme", instance="one", form=Form())
ACCESS = Access(url="http://phone.example/book", username="u", password="p")
WELCOME = Welcome(server="test", time=0)


def messages(frames: list[bytes]) -> list[tuple[int, Message]]:
    found = []
    for data in frames:
        frame = decode_frame(data)
        message = decode_body(frame)
        assert message is not None
        found.append((frame.id, message))
    return found


class Pair:
    """A server end and a vendor end that hear each other at once."""

    def __init__(self, wanted: Wanted | None = None) -> None:
        self.now = 0.0
        self.server = ServerEnd(self.now)
        self.vendor = VendorEnd(HELLO, self.now)
        self.wanted = wanted
        self.server_events: list[object] = []
        self.vendor_events: list[object] = []
        self.settle()

    def settle(self) -> None:
        moved = True
        while moved:
            moved = False
            for frame in self.vendor.take_frames():
                moved = True
                for event in self.server.receive(frame, self.now):
                    self.server_events.append(event)
                    if isinstance(event, Introduced):
                        self.server.welcome(WELCOME, [(BOOK, self.wanted)] if self.wanted else [], self.now)
            for frame in self.server.take_frames():
                moved = True
                self.vendor_events += self.vendor.receive(frame, self.now)

    def want(self, wanted: Wanted) -> None:
        self.server.want(BOOK, wanted, self.now)
        self.settle()

    def offered(self) -> SettingsOffered:
        offers = [event for event in self.vendor_events if isinstance(event, SettingsOffered)]
        return offers[-1]


def enabled() -> Pair:
    pair = Pair(Wanted(on=True, generation=1, settings={"a": 1}, api_key="key"))
    pair.vendor.accept(BOOK, pair.offered().generation, ACCESS)
    pair.settle()
    assert pair.server.seen(BOOK).state is State.ENABLED
    return pair


def test_a_new_link_ends_unavailability() -> None:
    pair = Pair()
    assert pair.vendor.is_up
    assert pair.server.seen(BOOK).state is pair.vendor.state(BOOK) is State.DISABLED


def test_turning_on_without_settings_stops_at_setup_and_asks_people() -> None:
    pair = Pair(Wanted(on=True, generation=1, settings=None, api_key="key"))
    assert pair.vendor_events[-1] == TurnedOn(BOOK, "key")
    assert pair.server.seen(BOOK).state is State.SETUP
    assert pair.server.is_settled(BOOK)


def test_turning_on_with_settings_goes_on_to_the_check_by_itself() -> None:
    pair = Pair(Wanted(on=True, generation=1, settings={"a": 1}, api_key="key"))
    assert pair.offered().settings == {"a": 1}
    assert not pair.server.is_settled(BOOK)
    pair.vendor.accept(BOOK, pair.offered().generation, ACCESS)
    pair.settle()
    seen = pair.server.seen(BOOK)
    assert (seen.state, seen.in_force, seen.settings) == (State.ENABLED, 1, {"a": 1})
    assert seen.report is not None
    assert seen.report.access == ACCESS
    assert pair.server.is_settled(BOOK)


def test_a_rejected_change_leaves_the_old_settings_in_force_and_is_not_sent_again() -> None:
    pair = enabled()
    pair.want(Wanted(on=True, generation=2, settings={"a": 2}, api_key="key"))
    pair.vendor.reject(BOOK, pair.offered().generation, [Problem(field="a", message="no")])
    pair.settle()
    seen = pair.server.seen(BOOK)
    assert (seen.state, seen.in_force, seen.refused) == (State.ENABLED, 1, 2)
    pair.server.reconcile(pair.now)
    assert pair.server.take_frames() == []


def test_turning_off_is_told_and_forgets_everything() -> None:
    pair = enabled()
    pair.want(Wanted(on=False, generation=2))
    assert pair.vendor_events[-1] == TurnedOff(BOOK)
    assert pair.server.seen(BOOK).state is pair.vendor.state(BOOK) is State.DISABLED


def test_settings_that_stop_working_need_setup_and_are_not_sent_again() -> None:
    pair = enabled()
    assert pair.vendor.needs_setup(BOOK, [Problem(message="expired")], pair.now)
    pair.settle()
    seen = pair.server.seen(BOOK)
    assert (seen.state, seen.refused) == (State.SETUP, 1)
    assert pair.server.is_settled(BOOK)


def test_a_repeated_command_is_answered_but_not_done_twice() -> None:
    pair = Pair(Wanted(on=True, generation=1, settings={"a": 1}, api_key="key"))
    offers = len(pair.vendor_events)
    repeated = Configure(phonebook=BOOK, generation=2, settings={"a": 1}, api_key="key")
    assert pair.vendor.receive(encode(repeated, 99), pair.now) == []
    assert pair.vendor.take_frames() == []  # answered when the check is done
    pair.vendor.accept(BOOK, pair.offered().generation, ACCESS)
    answers = [number for number, _ in messages(pair.vendor.take_frames())]
    assert len(pair.vendor_events) == offers
    assert -99 in answers
    assert len(answers) == 2


def test_an_old_command_is_answered_with_a_report_only() -> None:
    pair = enabled()
    assert pair.vendor.receive(encode(TurnOff(phonebook=BOOK, generation=1), 99), pair.now) == []
    ((number, report),) = messages(pair.vendor.take_frames())
    assert number == -99
    assert isinstance(report, Report)
    assert report.state is State.ENABLED


def test_a_check_that_ends_after_turn_off_changes_nothing() -> None:
    pair = Pair(Wanted(on=True, generation=1, settings={"a": 1}, api_key="key"))
    generation = pair.offered().generation
    pair.vendor.receive(encode(TurnOff(phonebook=BOOK, generation=generation + 1), 99), pair.now)
    assert not pair.vendor.accept(BOOK, generation, ACCESS)
    assert pair.vendor.state(BOOK) is State.DISABLED


def test_a_late_report_does_not_turn_back_the_time() -> None:
    pair = enabled()
    late = Report(phonebook=BOOK, state=State.SETUP, serial=1, generation=1)
    assert pair.server.receive(encode(late, 99), pair.now) == []
    assert pair.server.seen(BOOK).state is State.ENABLED


@pytest.mark.parametrize("state", [State.SETUP, State.ENABLED, State.UNAVAILABLE])
def test_a_report_that_no_move_leads_to_closes_the_link(state: State) -> None:
    pair = Pair()
    with pytest.raises(RemoteProtocolError, match="no move leads"):
        pair.server.receive(encode(Report(phonebook=BOOK, state=state, serial=1, generation=0), 99), pair.now)


def test_a_report_about_a_command_never_sent_closes_the_link() -> None:
    pair = Pair()
    with pytest.raises(RemoteProtocolError, match="but 0 was the last"):
        pair.server.receive(encode(Report(phonebook=BOOK, state=State.DISABLED, serial=1, generation=5), 99), pair.now)


def test_an_unanswered_command_is_repeated_with_the_same_number() -> None:
    pair = Pair()
    pair.server.want(BOOK, Wanted(on=True, generation=1, api_key="key"), 0.0)
    ((_, first),) = messages(pair.server.take_frames())
    pair.server.tick(31.0)
    again = [message for _, message in messages(pair.server.take_frames()) if isinstance(message, TurnOn)]
    assert again == [first]


def test_announcements_coalesce_to_the_newest() -> None:
    pair = enabled()
    for token in ("t1", "t2", "t3"):
        pair.server.announce(BOOK, token, pair.now)
    pair.settle()
    moved = [event.token for event in pair.vendor_events if isinstance(event, BookMoved)]
    assert moved == ["t1", "t3"]
    noted = [event for event in pair.server_events if isinstance(event, BookChangeNoted)]
    assert [event.token for event in noted] == moved


def test_a_lost_announcement_is_made_again() -> None:
    pair = enabled()
    pair.server.announce(BOOK, "t1", 0.0)
    pair.server.take_frames()  # lost
    pair.server.tick(31.0)
    sent = [message for _, message in messages(pair.server.take_frames()) if isinstance(message, BookChanged)]
    assert sent == [BookChanged(phonebook=BOOK, token="t1")]


def test_a_phonebook_that_is_off_is_not_announced() -> None:
    assert not Pair().server.announce(BOOK, "t1", 0.0)


def test_health_is_told_once_and_does_not_change_the_state() -> None:
    pair = enabled()
    for _ in range(2):
        pair.vendor.note(BOOK, pair.now, notices=[Notice(code="slow", message="It takes long.")])
        pair.settle()
    reports = [event for event in pair.server_events if isinstance(event, Reported) and event.report.notices]
    assert len(reports) == 1
    assert reports[0].seen.state is State.ENABLED


def test_a_request_nobody_answers_comes_back_empty() -> None:
    pair = enabled()
    number = pair.vendor.get_changes(BOOK, "key", "", 0.0)
    pair.vendor.take_frames()
    (event,) = pair.vendor.tick(31.0)
    assert isinstance(event, Answered)
    assert (event.id, event.message) == (number, None)


def test_an_unknown_request_is_answered_with_unsupported() -> None:
    pair = Pair()
    assert pair.server.receive(b"\x93\xa5dance\x07\x80", pair.now) == []
    assert messages(pair.server.take_frames()) == [(-7, Unsupported(requested="dance"))]


def test_a_malformed_request_is_answered_with_a_failure() -> None:
    pair = Pair()
    assert pair.server.receive(b"\x93\xabget_changes\x07\x80", pair.now) == []
    ((number, failure),) = messages(pair.server.take_frames())
    assert number == -7
    assert isinstance(failure, Failure)
    assert failure.code == "malformed"


def test_a_message_for_the_other_direction_is_answered_with_a_failure() -> None:
    pair = Pair()
    pair.server.receive(encode(TurnOn(phonebook=BOOK, generation=1, api_key="k"), 7), pair.now)
    pair.vendor.receive(encode(GetChanges(phonebook=BOOK, api_key="k"), 7), pair.now)
    for end in (pair.server, pair.vendor):
        ((_, failure),) = messages(end.take_frames())
        assert isinstance(failure, Failure)
        assert failure.code == "wrong_direction"


def test_nothing_but_hello_may_come_first() -> None:
    with pytest.raises(RemoteProtocolError, match="first message on a link is hello"):
        ServerEnd(0.0).receive(encode(Report(phonebook=BOOK, state=State.DISABLED, serial=1, generation=0), 1), 0.0)


def test_silence_is_broken_by_heartbeats_and_ends_the_link() -> None:
    pair = Pair()
    pair.vendor.tick(HEARTBEAT)
    assert [message for _, message in messages(pair.vendor.take_frames())] == [Ping()]
    pair.server.receive(encode(Ping(), 50), HEARTBEAT)
    assert (-50, Pong()) in messages(pair.server.take_frames())
    with pytest.raises(LinkClosed, match="nothing was heard"):
        pair.vendor.tick(DEAD_AFTER)


def test_goodbye_says_why_and_when_to_dial_again() -> None:
    pair = Pair()
    pair.server.say_goodbye("The server restarts.", 3.0, pair.now)
    with pytest.raises(LinkClosed, match="restarts") as caught:
        pair.settle()
    assert caught.value.retry_after == 3.0
    other = Pair()
    other.vendor.say_goodbye("The service stops.", other.now)
    with pytest.raises(LinkClosed, match="stops"):
        other.settle()


def test_a_reply_of_the_wrong_kind_closes_the_link() -> None:
    pair = enabled()
    number = pair.vendor.get_changes(BOOK, "key", "", 0.0)
    with pytest.raises(RemoteProtocolError, match="in reply to get_changes"):
        pair.vendor.receive(encode(Noted(), -number), pair.now)


def test_a_reply_is_not_a_request() -> None:
    pair = Pair()
    with pytest.raises(RemoteProtocolError, match="it is a reply"):
        pair.server.receive(encode(Noted(), 5), pair.now)
    with pytest.raises(LocalProtocolError, match="not a request"):
        pair.server._exchange.ask(Noted(), 0.0)


def test_a_command_that_fails_closes_the_link() -> None:
    pair = Pair()
    pair.server.want(BOOK, Wanted(on=True, generation=1, api_key="key"), 0.0)
    ((number, _),) = messages(pair.server.take_frames())
    with pytest.raises(RemoteProtocolError, match="instead of a report"):
        pair.server.receive(encode(Failure(code="x", message="I will not"), -number), 0.0)


def test_a_service_closes_with_the_reason_when_it_is_not_welcome() -> None:
    vendor = VendorEnd(HELLO, 0.0)
    with pytest.raises(LinkClosed, match="Come back later"):
        vendor.receive(encode(Failure(code="busy", message="Come back later"), -1), 0.0)


def test_closing_is_a_request_both_ends_know() -> None:
    assert decode_body(decode_frame(encode(Closing(reason="x"), 1))) == Closing(reason="x")


def test_nothing_is_next_while_the_service_is_unavailable_or_a_report_is_awaited() -> None:
    wanted = Wanted(on=True, generation=1, settings={}, api_key="k")
    assert next_command(BOOK, Seen(), wanted) is None
    flying = TurnOn(phonebook=BOOK, generation=1, api_key="k")
    assert next_command(BOOK, Seen(state=State.DISABLED, in_flight=flying), wanted) is None


def test_while_new_settings_stand_refused_the_accepted_ones_are_wanted() -> None:
    intent = Intent(
        on=True, generation=5, settings={"a": 2}, accepted={"a": 1}, accepted_generation=4, refused_generation=5
    )
    wanted = intent.wanted(lambda typed: typed, "key")
    assert (wanted.generation, wanted.settings) == (4, {"a": 1})
    anew = intent.changed(on=True, settings={"a": 3}).wanted(lambda typed: typed, "key")
    assert (anew.generation, anew.settings) == (6, {"a": 3})


def test_settings_accepted_after_somebody_decided_anew_are_remembered() -> None:
    intent = Intent(on=True, generation=2, settings={"a": "bad"})
    report = Report(phonebook=BOOK, state=State.ENABLED, serial=3, generation=2, configured=2)
    seen = Seen(state=State.ENABLED, sent=2, in_force=1, settings={"a": "good"}, report=report)
    intent = intent.reported(seen)
    assert (intent.accepted, intent.accepted_generation) == ({"a": "good"}, 1)


def test_a_form_is_filled_with_what_was_typed_then_known_then_the_default() -> None:
    form = Form(
        fields=(
            FormField(name="a", kind=FieldKind.TEXT, title="A", automatic=Automatic.SITE_NAME),
            FormField(name="b", kind=FieldKind.NUMBER, title="B", default=3),
            FormField(name="c", kind=FieldKind.TEXT, title="C", required=True),
        )
    )
    known = {Automatic.SITE_NAME: "Berlin"}
    assert filled(form, {}, known) == {"a": "Berlin", "b": 3}
    assert filled(form, {"a": "x", "b": 0, "unknown": 1}, known) == {"a": "x", "b": 0}
    assert [problem.field for problem in missing(form, filled(form, {}, known))] == ["c"]
    assert missing(form, {"c": "x"}) == []


def test_a_field_is_shown_only_while_the_one_above_is_shown_and_has_the_value() -> None:
    push = FormField(name="push", kind=FieldKind.BOOLEAN, title="Push", default=False)
    how = FormField(name="how", kind=FieldKind.CHOICES, title="How", shown_when=Condition(field="push", value=True))
    port = FormField(
        name="port", kind=FieldKind.NUMBER, title="Port", required=True, shown_when=Condition(field="how", value="sip")
    )
    form = Form(fields=(push, how, port))
    for settings, names in (
        ({}, ["push"]),
        ({"how": ["sip"]}, ["push"]),
        ({"push": True}, ["push", "how"]),
        ({"push": True, "how": ["http"]}, ["push", "how"]),
        ({"push": True, "how": ["http", "sip"]}, ["push", "how", "port"]),
    ):
        assert [field.name for field in form.shown(settings)] == names
        assert [problem.field for problem in missing(form, settings)] == [name for name in names if name == "port"]


def test_what_is_not_shown_is_filled_in_and_not_sent() -> None:
    push = FormField(name="push", kind=FieldKind.BOOLEAN, title="Push", default=False)
    url = FormField(name="url", kind=FieldKind.TEXT, title="URL", shown_when=Condition(field="push", value=True))
    form = Form(fields=(push, url))
    hidden = filled(form, {"url": "kept"}, {})
    assert hidden == {"push": False, "url": "kept"}
    assert without_hidden(form, hidden) == {"push": False}
    assert without_hidden(form, {**hidden, "push": True}) == {"push": True, "url": "kept"}
