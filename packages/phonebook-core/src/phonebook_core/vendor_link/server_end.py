"""The server's end of one link, without I/O: frames in, events out; what is wanted in, commands out.

The service's machine is the real one. This end keeps the last report, never its own guess, and lets
`reconcile.next_command` decide. A shell feeds it (see `exchange`) and acts on its events.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import msgspec

from phonebook_core.errors import LinkClosed, RemoteProtocolError
from phonebook_core.vendor_link.exchange import Exchange, Expired, Reply, Request
from phonebook_core.vendor_link.lifecycle import TRANSITIONS, Event, State
from phonebook_core.vendor_link.messages import (
    BookChanged,
    Changes,
    Closing,
    Configure,
    Failure,
    GetChanges,
    Hello,
    Message,
    Noted,
    Report,
    StoreDispatches,
    TurnOff,
    TurnOn,
    Unsupported,
    Welcome,
)
from phonebook_core.vendor_link.reconcile import Seen, Wanted, is_settled, next_command

_LINKED: Final = Seen(state=State.DISABLED)
_MOVES: Final = {
    TurnOn: {Event.TURN_ON},
    Configure: {Event.CONFIGURE, Event.ACCEPTED, Event.REJECTED},
    TurnOff: {Event.TURN_OFF},
}


class Introduced(NamedTuple):
    """The service said who it is; call `ServerEnd.welcome` or close."""

    hello: Hello


class Reported(NamedTuple):
    """A new report came; `seen` is what it adds up to."""

    phonebook: str
    seen: Seen
    report: Report


class ChangesAsked(NamedTuple):
    """The service asks what changed; call `ServerEnd.answer` with Changes or Failure."""

    id: int
    request: GetChanges


class DispatchesBrought(NamedTuple):
    """The service brings audit records; call `ServerEnd.answer` with Noted once they are on disk."""

    id: int
    request: StoreDispatches


class BookChangeNoted(NamedTuple):
    """The service knows that this phonebook is at least at `token`."""

    phonebook: str
    token: str


ServerEvent = Introduced | Reported | ChangesAsked | DispatchesBrought | BookChangeNoted


class ServerEnd:
    """One link as the server sees it. Times are seconds of a monotonic clock."""

    def __init__(self, now: float) -> None:
        self.hello: Hello | None = None
        self._exchange = Exchange(now)
        self._introduction: int | None = None
        self._up = False
        self._seen: dict[str, Seen] = {}
        self._wanted: dict[str, Wanted] = {}
        self._telling: dict[str, str] = {}
        self._to_tell: dict[str, str] = {}

    # what the shell feeds

    def receive(self, data: bytes, now: float) -> list[ServerEvent]:
        """Take one frame. Raises RemoteProtocolError or LinkClosed when the link cannot go on."""
        match self._exchange.receive(data, now):
            case Request(number, message):
                return self._requested(number, message, now)
            case Reply(_, to, message):
                return self._replied(to, message, now)
            case _:
                return []

    def tick(self, now: float) -> None:
        """Heartbeats and deadlines; call it every second or so. Raises LinkClosed when the peer is gone."""
        for expired in self._exchange.tick(now):
            self._gave_up(expired, now)

    def reconcile(self, now: float) -> None:
        """Look at every enablement again, in case something was missed. For every half minute."""
        for phonebook in list(self._wanted):
            self._step(phonebook, now)

    def take_frames(self) -> list[bytes]:
        """What is to be sent now, in order."""
        return self._exchange.take_frames()

    # what the server wants

    def welcome(self, welcome: Welcome, wanted: Iterable[tuple[str, Wanted]], now: float) -> None:
        """Accept the introduction; the link is up, every enablement is disabled, and setting up begins."""
        assert self._introduction is not None
        self._exchange.answer(self._introduction, welcome)
        self._up = True
        for phonebook, want in wanted:
            self.want(phonebook, want, now)

    def want(self, phonebook: str, wanted: Wanted, now: float) -> None:
        """What is wanted of this phonebook from now on."""
        self._wanted[phonebook] = wanted
        self._step(phonebook, now)

    def announce(self, phonebook: str, token: str, now: float) -> bool:
        """Tell the service that there is something newer, once it serves this phonebook. False: it need not know.

        Coalesces: while one announcement is on its way, only the newest waits.
        """
        if self.seen(phonebook).state not in (State.SETUP, State.ENABLED):
            return False
        if phonebook in self._telling:
            self._to_tell[phonebook] = token
        else:
            self._tell(phonebook, token, now)
        return True

    def answer(self, request: int, message: Changes | Noted | Failure) -> None:
        """The reply to ChangesAsked or DispatchesBrought."""
        self._exchange.answer(request, message)

    def say_goodbye(self, reason: str, retry_after: float, now: float) -> None:
        """Tell the service that the link is about to be closed on purpose."""
        self._exchange.ask(Closing(reason=reason, retry_after=retry_after), now)

    # what is known

    def seen(self, phonebook: str) -> Seen:
        """What the last report says; `disabled` for whatever was not reported on this link."""
        return self._seen.get(phonebook, _LINKED if self._up else Seen())

    def is_settled(self, phonebook: str) -> bool:
        """Whether nothing is under way for this phonebook."""
        wanted = self._wanted.get(phonebook, Wanted(on=False))
        return self._up and is_settled(phonebook, self.seen(phonebook), wanted)

    # how it works

    def _requested(self, number: int, message: Message, now: float) -> list[ServerEvent]:
        if self.hello is None:
            if not isinstance(message, Hello):
                raise RemoteProtocolError(f"the first message on a link is hello, not {message.kind}")
            self.hello = message
            self._introduction = number
            return [Introduced(message)]
        match message:
            case Report():
                self._exchange.answer(number, Noted())
                return self._reported(message, now)
            case GetChanges():
                return [ChangesAsked(number, message)]
            case StoreDispatches():
                return [DispatchesBrought(number, message)]
            case Closing():
                raise LinkClosed(f"the service said goodbye: {message.reason}", code="goodbye")
            case Hello():
                if message != self.hello:
                    raise RemoteProtocolError("a second, different hello came on one link")
                return []  # the same one, repeated on its way
        self._exchange.answer(
            number, Failure(code="wrong_direction", message=f"A service does not send {message.kind} to the server.")
        )
        return []

    def _replied(self, to: Message, message: Message, now: float) -> list[ServerEvent]:
        match to, message:
            case (TurnOn() | Configure() | TurnOff(), Report()):
                return self._reported(message, now)
            case (TurnOn() | Configure() | TurnOff(), Failure() | Unsupported()):
                raise RemoteProtocolError(f"the service answered {to.kind} with {_words(message)} instead of a report")
            case (BookChanged(), _):
                return self._told(to, now)
        return []

    def _reported(self, report: Report, now: float) -> list[ServerEvent]:
        phonebook = report.phonebook
        seen = self.seen(phonebook)
        if seen.report is not None and report.serial <= seen.report.serial:
            return []
        _check(report, seen)
        answered = seen.in_flight is not None and report.generation >= seen.in_flight.generation
        in_force, settings, refused = seen.in_force, seen.settings, seen.refused
        if answered and isinstance(seen.in_flight, Configure):
            if report.configured == seen.in_flight.generation:
                in_force, settings = seen.in_flight_version, seen.in_flight.settings
            elif report.refused == seen.in_flight.generation:
                refused = seen.in_flight_version
        if report.state is not State.ENABLED:
            if report.state is State.SETUP and in_force and refused == seen.refused:
                refused = in_force  # they stopped working: sending them again would not help
            in_force, settings = 0, None
        if report.state is State.DISABLED:
            refused = 0
        seen = msgspec.structs.replace(
            seen,
            state=report.state,
            in_force=in_force,
            settings=settings,
            refused=refused,
            in_flight=None if answered else seen.in_flight,
            report=report,
        )
        self._seen[phonebook] = seen
        self._step(phonebook, now)
        return [Reported(phonebook, self._seen[phonebook], report)]

    def _step(self, phonebook: str, now: float) -> None:
        if not self._up:
            return
        seen, wanted = self.seen(phonebook), self._wanted.get(phonebook)
        command = next_command(phonebook, seen, wanted) if wanted is not None else None
        if command is None or wanted is None:
            return
        self._seen[phonebook] = msgspec.structs.replace(
            seen, sent=command.generation, in_flight=command, in_flight_version=wanted.generation
        )
        self._exchange.ask(command, now)

    def _gave_up(self, expired: Expired, now: float) -> None:
        match expired.to:
            case TurnOn() | Configure() | TurnOff() as command:
                if self.seen(command.phonebook).in_flight == command:
                    self._exchange.ask(command, now)  # the same number: repeating it does no harm
            case BookChanged() as told:
                self._to_tell.setdefault(told.phonebook, told.token)
                self._told(told, now)
            case _:
                pass

    def _tell(self, phonebook: str, token: str, now: float) -> None:
        self._telling[phonebook] = token
        self._exchange.ask(BookChanged(phonebook=phonebook, token=token), now)

    def _told(self, told: BookChanged, now: float) -> list[ServerEvent]:
        if self._telling.get(told.phonebook) == told.token:
            del self._telling[told.phonebook]
            newer = self._to_tell.pop(told.phonebook, None)
            if newer is not None:
                self._tell(told.phonebook, newer, now)
        return [BookChangeNoted(told.phonebook, told.token)]


def _check(report: Report, seen: Seen) -> None:
    """Refuse a report that no legal moves lead to from the last one, or that answers a command never sent."""
    if max(report.generation, report.configured, report.refused) > seen.sent:
        raise RemoteProtocolError(
            f"a report answers command {max(report.generation, report.configured, report.refused)}, "
            f"but {seen.sent} was the last one"
        )
    moves = {Event.NEEDS_SETUP} | (_MOVES[type(seen.in_flight)] if seen.in_flight is not None else set())
    reachable, before = {seen.state}, 0
    while len(reachable) > before:
        before = len(reachable)
        reachable |= {to for state in reachable for event, to in TRANSITIONS[state].items() if event in moves}
    if report.state not in reachable:
        raise RemoteProtocolError(f"a report says {report.state}, to which no move leads from {seen.state}")


def _words(message: Any) -> str:
    return f"“{message.message}”" if isinstance(message, Failure) else message.kind
