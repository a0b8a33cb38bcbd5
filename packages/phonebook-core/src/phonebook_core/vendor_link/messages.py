"""Every message of the vendor link, one frozen struct each: this file reads as the specification.

Rules of growth: a new field has a default; a field never changes its type or meaning; a new kind, and a new field that
must be acted on, is only sent to a peer that lists it in `features`. Unknown fields are ignored, unknown kinds are
answered with `Unsupported`.
Times are UTC milliseconds since 1970, durations are seconds, texts are UTF-8.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, Final

import msgspec
from msgspec import Struct

from phonebook_core.contact import Contact
from phonebook_core.errors import Problem
from phonebook_core.phone_number import OutputForm
from phonebook_core.vendor_link.forms import Form
from phonebook_core.vendor_link.lifecycle import State

SUBPROTOCOL: Final = "phonebook-vendor.v1"
"""The major version, as the name of the websocket subprotocol."""
SUPPORTED: Final = (SUBPROTOCOL,)
"""What this release speaks, the best first."""
FORMER_PASSWORD: Final = "former_password"  # noqa: S105  # the name of a feature
"""The feature of a service that lets phones in with the password before, see `Configure`."""


class Message(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What every body has in common: the kind by which the frame names it."""

    kind: ClassVar[str]


# --- status updates ---


class Snippet(Struct, frozen=True, kw_only=True):
    """Ready-to-paste configuration for phones: for whom it is, and the text."""

    title: str
    text: str


class PhoneFile(Struct, frozen=True, kw_only=True):
    """One file a phone may fetch."""

    name: str
    title: str
    url: str


class Access(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How phones reach the phonebook: fetch URL, user name, password, ready-to-paste phone configuration.

    `place` is where in the phones' own web page that is typed, in its words; empty when it is not known.
    """

    url: str
    username: str
    password: str
    files: tuple[PhoneFile, ...] = ()
    snippets: tuple[Snippet, ...] = ()
    place: str = ""


class Notice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Health beside the state: something a person should know, which changes no permission."""

    code: str
    message: str


class Report(Message, frozen=True, kw_only=True):
    """Status update (service → server): everything there is to know about one enablement, never a difference.

    `serial` grows with every report on a link; a report with a lower one than the last came late and is ignored.
    `generation` is the highest command acted on over this link (0: none). `configured` is the generation of the
    `Configure` whose settings are in force, `refused` that of the newest one that was turned down (0: none).
    It is the reply to `TurnOn`, `Configure` and `TurnOff`, and a request after any move of the service's own.
    """

    kind = "report"
    phonebook: str
    state: State
    serial: int
    generation: int
    configured: int = 0
    refused: int = 0
    problems: tuple[Problem, ...] = ()
    access: Access | None = None
    notices: tuple[Notice, ...] = ()
    token: str = ""


class Noted(Message, frozen=True, kw_only=True):
    """The reply to a request that asks for nothing back."""

    kind = "noted"


# --- the handshake ---


class Hello(Message, frozen=True, kw_only=True):
    """The first message on a link (service → server): who this is and what its settings look like.

    `instance` names this running copy; when the same instance dials twice, the newest link stays. `fields` describes
    extra values that contacts may carry for this service. Every enablement is `disabled` on a new link.
    """

    kind = "hello"
    slug: str
    label: str
    instance: str
    form: Form
    version: str = ""
    sdk: str = ""
    fields: Form = Form()
    features: tuple[str, ...] = ()


class Welcome(Message, frozen=True, kw_only=True):
    """The reply to `Hello`: the link is up. `time` is the server's clock."""

    kind = "welcome"
    server: str
    time: int
    heartbeat: float = 20.0
    features: tuple[str, ...] = ()


class Ping(Message, frozen=True, kw_only=True):
    """Heartbeat, from either end, at least every `Welcome.heartbeat` seconds."""

    kind = "ping"


class Pong(Message, frozen=True, kw_only=True):
    """The reply to `Ping`."""

    kind = "pong"


# --- enablement changes and configuration updates ---


class TurnOn(Message, frozen=True, kw_only=True):
    """Enablement change (server → service): start setting up. `api_key` opens this phonebook to this service."""

    kind = "turn_on"
    phonebook: str
    generation: int
    api_key: str


class Configure(Message, frozen=True, kw_only=True):
    """Configuration update (server → service): check these settings and, if they are acceptable, use them.

    `api_key` is the key to use from now on, whatever becomes of the settings. `former_password` is the phones' password
    before the one in the settings: with these settings in force, phones may go on using it until `former_until`. After
    that, and at once when it has passed already, it only tells which phones still have it. Sent to services with the
    feature `former_password`.
    """

    kind = "configure"
    phonebook: str
    generation: int
    settings: Mapping[str, Any]
    api_key: str
    former_password: str = ""
    former_until: int = 0


class TurnOff(Message, frozen=True, kw_only=True):
    """Enablement change (server → service): stop serving phones and forget the phonebook, its settings and its key."""

    kind = "turn_off"
    phonebook: str
    generation: int


# --- phonebook updates and phonebook requests ---


class BookChanged(Message, frozen=True, kw_only=True):
    """Phonebook update (server → service): there is something newer; `token` is the newest. Only the newest matters."""

    kind = "book_changed"
    phonebook: str
    token: str


class GetChanges(Message, frozen=True, kw_only=True):
    """Phonebook request (service → server): what changed since this sync token (empty: everything).

    `limit` is how many contacts are wanted in one page; the server may send fewer, and some more when one change
    concerns other contacts too.
    """

    kind = "get_changes"
    phonebook: str
    api_key: str
    since: str = ""
    limit: int = 500


class Book(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a service may know of a phonebook besides its contacts."""

    id: str
    name: str
    site: str = ""
    region: str = ""
    output: OutputForm = OutputForm()


class Changes(Message, frozen=True, kw_only=True):
    """One page of changes, the reply to `GetChanges`.

    `snapshot`: forget what you have first (the token was empty or too old); true on the first page of a snapshot only.
    `token` stands for the state after this page; while `more`, ask again with it. `meta` of the contacts holds only
    what belongs to the asking service.
    """

    kind = "changes"
    phonebook: str
    book: Book
    token: str
    upserts: tuple[Contact, ...] = ()
    removals: tuple[str, ...] = ()
    snapshot: bool = False
    more: bool = False


# --- audit trails ---


class Phone(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A device as it describes itself. A claim, never a proof."""

    vendor: str = ""
    model: str = ""
    firmware: str = ""
    mac: str = ""
    """Twelve lower-case hexadecimal digits."""
    address: str = ""
    user_agent: str = ""
    login_since: str = ""
    """The first firmware that can send a user name and password of its own, when this one is known to be older."""


class Auth(StrEnum):
    """What came of a phone's credentials. A newer service may have other words."""

    UNKNOWN = ""
    """Nobody looked: there was nothing to open, or the service is older than this field."""
    OK = "ok"
    FORMER = "former"
    """The password before the last rotation: the status says whether it still opened."""
    WRONG = "wrong"
    THROTTLED = "throttled"
    """Wrong, and too many of them before."""
    NONE = "none"
    """There were none, also not a moment later: phones ask without them first."""


class Dispatch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One answer to a phone. `id` is unique for ever; `count` is over 1 when a burst of equal ones was folded.

    `auth` is a word of `Auth`.
    """

    id: str
    phonebook: str
    time: int
    status: int
    phone: Phone
    file: str = ""
    bytes: int = 0
    token: str = ""
    count: int = 1
    auth: str = ""


class StoreDispatches(Message, frozen=True, kw_only=True):
    """Audit trail (service → server): keep these. The reply `Noted` comes after they are on disk, stored once."""

    kind = "store_dispatches"
    dispatches: tuple[Dispatch, ...]


# --- what can be answered to anything ---


class Failure(Message, frozen=True, kw_only=True):
    """The request could not be done. `code` is stable; `message` says what happened and what to do."""

    kind = "failure"
    code: str
    message: str
    field: str = ""


class Unsupported(Message, frozen=True, kw_only=True):
    """This end does not know that kind of request."""

    kind = "unsupported"
    requested: str


class Closing(Message, frozen=True, kw_only=True):
    """Either end is about to close the link on purpose. Dial again after `retry_after` seconds; negative: do not."""

    kind = "closing"
    reason: str
    retry_after: float = 0.0


MESSAGES: Final[Mapping[str, type[Message]]] = {
    message.kind: message
    for message in (
        Hello, Welcome, Ping, Pong, Report, Noted, TurnOn, Configure, TurnOff,
        BookChanged, GetChanges, Changes, StoreDispatches, Failure, Unsupported, Closing,
    )
}  # fmt: skip

REPLIES: Final[Mapping[type[Message], type[Message]]] = {
    Hello: Welcome,
    Ping: Pong,
    Report: Noted,
    TurnOn: Report,
    Configure: Report,
    TurnOff: Report,
    BookChanged: Noted,
    GetChanges: Changes,
    StoreDispatches: Noted,
    Closing: Noted,
}
"""Which reply belongs to which request; `Failure` and `Unsupported` may answer any."""

Command = TurnOn | Configure | TurnOff


def empty_meta_but(contact: Contact, slug: str) -> Contact:
    """The contact with only the vendor values that belong to `slug`."""
    if not contact.meta:
        return contact
    own = contact.meta.get(slug)
    return msgspec.structs.replace(contact, meta={slug: own} if own else {})
