"""The service's end of one link, without I/O: the mirror of `server_end`, and the home of the real state machines.

One `VendorEnd` lives as long as its link; every enablement starts `disabled` on it. What outlives a link (the last good
book, the settings that served it) belongs to whoever owns this end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from phonebook_core.errors import LinkClosed, Problem, RemoteProtocolError
from phonebook_core.vendor_link.exchange import HEARTBEAT, Exchange, Reply, Request
from phonebook_core.vendor_link.lifecycle import Event, State, advance, is_legal
from phonebook_core.vendor_link.messages import (
    Access,
    BookChanged,
    Closing,
    Command,
    Configure,
    Dispatch,
    Failure,
    GetChanges,
    Hello,
    Message,
    Noted,
    Notice,
    Report,
    StoreDispatches,
    TurnOff,
    TurnOn,
    Welcome,
)


class Welcomed(NamedTuple):
    """The link is up."""

    welcome: Welcome


class TurnedOn(NamedTuple):
    """Setting up begins; the key opens the phonebook."""

    phonebook: str
    api_key: str


class SettingsOffered(NamedTuple):
    """Check these settings and call `VendorEnd.accept` or `VendorEnd.reject` with this generation."""

    phonebook: str
    generation: int
    settings: Mapping[str, Any]
    api_key: str
    former_password: str = ""
    former_until: int = 0


class TurnedOff(NamedTuple):
    """Stop serving phones and forget the phonebook."""

    phonebook: str


class BookMoved(NamedTuple):
    """There is something newer in the phonebook."""

    phonebook: str
    token: str


class Answered(NamedTuple):
    """The reply to a request of ours; None when none came in time."""

    id: int
    to: Message
    message: Message | None


VendorEvent = Welcomed | TurnedOn | SettingsOffered | TurnedOff | BookMoved | Answered


@dataclass(slots=True)
class _Enablement:
    """One enablement on one link: the real state machine."""

    phonebook: str
    state: State = State.DISABLED
    generation: int = 0
    configured: int = 0
    refused: int = 0
    checking: int = 0
    problems: tuple[Problem, ...] = ()
    access: Access | None = None
    notices: tuple[Notice, ...] = ()
    token: str = ""
    waiting: list[int] = field(default_factory=list)
    """The requests that the report after the check answers."""
    telling: bool = False
    untold: bool = False


class VendorEnd:
    """One link as the service sees it. Times are seconds of a monotonic clock."""

    def __init__(self, hello: Hello, now: float) -> None:
        self._exchange = Exchange(now)
        self._enablements: dict[str, _Enablement] = {}
        self._serial = 0
        self._up = False
        self._exchange.ask(hello, now)

    # what the shell feeds

    def receive(self, data: bytes, now: float) -> list[VendorEvent]:
        """Take one frame. Raises RemoteProtocolError or LinkClosed when the link cannot go on."""
        match self._exchange.receive(data, now):
            case Request(number, message):
                return self._requested(number, message)
            case Reply(number, to, message):
                return self._replied(number, to, message, now)
            case _:
                return []

    def tick(self, now: float) -> list[VendorEvent]:
        """Heartbeats and deadlines; call it every second or so. Raises LinkClosed when the peer is gone."""
        events: list[VendorEvent] = []
        for expired in self._exchange.tick(now):
            match expired.to:
                case Hello():
                    raise LinkClosed("the server did not answer the introduction", code="silent")
                case Report() as report:
                    self._told(report, now, again=True)
                case _:
                    events.append(Answered(expired.id, expired.to, None))
        return events

    def take_frames(self) -> list[bytes]:
        """What is to be sent now, in order."""
        return self._exchange.take_frames()

    # what the service says

    def accept(self, phonebook: str, generation: int, access: Access) -> bool:
        """The offered settings are good and in force. False: they are no longer wanted, nothing changed."""
        enablement = self._checked(phonebook, generation)
        if enablement is None:
            return False
        enablement.state = advance(enablement.state, Event.ACCEPTED)
        enablement.configured = generation
        enablement.refused = 0
        enablement.problems = ()
        enablement.access = access
        self._answer_checked(enablement)
        return True

    def reject(self, phonebook: str, generation: int, problems: Sequence[Problem]) -> bool:
        """The offered settings are not good; what was in force stays. False: they are no longer wanted."""
        enablement = self._checked(phonebook, generation)
        if enablement is None:
            return False
        enablement.state = advance(enablement.state, Event.REJECTED)
        enablement.refused = generation
        enablement.problems = tuple(problems)
        self._answer_checked(enablement)
        return True

    def needs_setup(self, phonebook: str, problems: Sequence[Problem], now: float) -> bool:
        """Settings that were in force do not work any more and people must act. False: it is not enabled."""
        enablement = self._enablements.get(phonebook)
        if enablement is None or not is_legal(enablement.state, Event.NEEDS_SETUP):
            return False
        enablement.state = advance(enablement.state, Event.NEEDS_SETUP)
        enablement.configured = 0
        enablement.problems = tuple(problems)
        enablement.access = None
        self._tell(enablement, now)
        return True

    def note(self, phonebook: str, now: float, *, notices: Sequence[Notice] = (), token: str = "") -> None:
        """Health and progress beside the state. Told only when something changed."""
        enablement = self._enablements.get(phonebook)
        if enablement is None or (enablement.notices, enablement.token) == (tuple(notices), token):
            return
        enablement.notices = tuple(notices)
        enablement.token = token
        if enablement.state is not State.DISABLED:
            self._tell(enablement, now)

    def get_changes(self, phonebook: str, api_key: str, since: str, now: float, *, limit: int = 500) -> int:
        """Ask for a page of changes; the Answered with this id brings Changes or a Failure."""
        return self._exchange.ask(GetChanges(phonebook=phonebook, api_key=api_key, since=since, limit=limit), now)

    def store_dispatches(self, dispatches: Sequence[Dispatch], now: float) -> int:
        """Bring audit records; the Answered with this id brings Noted once the server has them on disk."""
        return self._exchange.ask(StoreDispatches(dispatches=tuple(dispatches)), now)

    def say_goodbye(self, reason: str, now: float) -> None:
        """Tell the server that the link is about to be closed on purpose."""
        self._exchange.ask(Closing(reason=reason), now)

    # what is known

    @property
    def is_up(self) -> bool:
        """Whether the server has welcomed this service."""
        return self._up

    def state(self, phonebook: str) -> State:
        """The state of an enablement on this link."""
        if not self._up:
            return State.UNAVAILABLE
        enablement = self._enablements.get(phonebook)
        return enablement.state if enablement is not None else State.DISABLED

    # how it works

    def _requested(self, number: int, message: Message) -> list[VendorEvent]:
        if not self._up:
            raise RemoteProtocolError(f"{message.kind} came before the welcome")
        match message:
            case TurnOn() | Configure() | TurnOff():
                return self._commanded(number, message)
            case BookChanged():
                self._exchange.answer(number, Noted())
                return [BookMoved(message.phonebook, message.token)]
            case Closing():
                raise LinkClosed(
                    f"the server said goodbye: {message.reason}", code="goodbye", retry_after=message.retry_after
                )
        self._exchange.answer(
            number, Failure(code="wrong_direction", message=f"A server does not send {message.kind} to a service.")
        )
        return []

    def _commanded(self, number: int, command: Command) -> list[VendorEvent]:
        enablement = self._enablements.setdefault(command.phonebook, _Enablement(command.phonebook))
        if command.generation <= max(enablement.generation, enablement.checking):
            if enablement.checking == command.generation:
                enablement.waiting.append(number)
            else:
                self._exchange.answer(number, self._report(enablement))
            return []
        match command:
            case TurnOn():
                return self._turn_on(number, command, enablement)
            case Configure():
                return self._configure(number, command, enablement)
            case _:
                return self._turn_off(number, command, enablement)

    def _turn_on(self, number: int, command: TurnOn, enablement: _Enablement) -> list[VendorEvent]:
        if self._is_illegal(number, Event.TURN_ON, enablement):
            return []
        enablement.generation = command.generation
        enablement.state = advance(enablement.state, Event.TURN_ON)
        self._exchange.answer(number, self._report(enablement))
        return [TurnedOn(command.phonebook, command.api_key)]

    def _configure(self, number: int, command: Configure, enablement: _Enablement) -> list[VendorEvent]:
        if self._is_illegal(number, Event.CONFIGURE, enablement):
            return []
        enablement.checking = command.generation
        enablement.state = advance(enablement.state, Event.CONFIGURE)
        enablement.waiting.append(number)
        return [
            SettingsOffered(
                command.phonebook,
                command.generation,
                command.settings,
                command.api_key,
                command.former_password,
                command.former_until,
            )
        ]

    def _turn_off(self, number: int, command: TurnOff, enablement: _Enablement) -> list[VendorEvent]:
        if self._is_illegal(number, Event.TURN_OFF, enablement):
            return []
        enablement.state = advance(enablement.state, Event.TURN_OFF)
        waiting = [*enablement.waiting, number]
        fresh = _Enablement(command.phonebook, state=enablement.state, generation=command.generation)
        fresh.telling = enablement.telling
        self._enablements[command.phonebook] = fresh
        for request in waiting:
            self._exchange.answer(request, self._report(fresh))
        return [TurnedOff(command.phonebook)]

    def _is_illegal(self, number: int, event: Event, enablement: _Enablement) -> bool:
        if is_legal(enablement.state, event):
            return False
        self._exchange.answer(
            number, Failure(code="illegal_move", message=f"{event} is not possible in {enablement.state}.")
        )
        return True

    def _checked(self, phonebook: str, generation: int) -> _Enablement | None:
        enablement = self._enablements.get(phonebook)
        if enablement is None or enablement.checking != generation:
            return None
        enablement.generation, enablement.checking = generation, 0
        return enablement

    def _answer_checked(self, enablement: _Enablement) -> None:
        waiting, enablement.waiting = enablement.waiting, []
        for request in waiting:
            self._exchange.answer(request, self._report(enablement))

    def _report(self, enablement: _Enablement) -> Report:
        self._serial += 1
        return Report(
            phonebook=enablement.phonebook,
            state=enablement.state,
            serial=self._serial,
            generation=enablement.generation,
            configured=enablement.configured,
            refused=enablement.refused,
            problems=enablement.problems,
            access=enablement.access,
            notices=enablement.notices,
            token=enablement.token,
        )

    def _tell(self, enablement: _Enablement, now: float) -> None:
        if enablement.telling:
            enablement.untold = True
        else:
            enablement.telling = True
            self._exchange.ask(self._report(enablement), now)

    def _told(self, report: Report, now: float, *, again: bool = False) -> None:
        enablement = self._enablements[report.phonebook]
        enablement.telling = False
        if enablement.untold or again:
            enablement.untold = False
            self._tell(enablement, now)

    def _replied(self, number: int, to: Message, message: Message, now: float) -> list[VendorEvent]:
        match to, message:
            case (Hello(), Welcome()):
                self._up = True
                self._exchange.heartbeat = max(1.0, min(HEARTBEAT, message.heartbeat))
                return [Welcomed(message)]
            case (Hello(), Failure()):
                raise LinkClosed(message.message, code=message.code)
            case (Report(), _):
                self._told(to, now)
                return []
        return [Answered(number, to, message)]
