"""What can go wrong, for people and programs, in every package.

    PhonebookError                  carries: code (stable), message (for people), field (optional)
    ├── NotFound                    it does not exist, or not for you
    ├── Invalid                     a value cannot be accepted; carries every Problem at once
    ├── Conflict                    somebody else was faster, or it exists already
    ├── NotSignedIn                 no credentials, or wrong ones
    ├── NotAllowed                  you are known, but may not do this
    ├── TooManyTries                slow down; carries retry_after in seconds
    ├── Unavailable                 something needed is not reachable at the moment
    ├── LinkError
    │   ├── LocalProtocolError      our own code misused the link: a bug here
    │   ├── RemoteProtocolError     the peer broke the rules: log, close, reconnect
    │   ├── VersionMismatch         says which side to update
    │   └── LinkClosed              the link is gone; the reason says why
    └── ConfigError                 at start: everything wrong at once, each with its variable name

A message says what happened and what to do next. The core knows no HTTP status: `phonebook_server.problems`
maps each class to one.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A complaint that a person can act on.

    `field` is the path of the value complained about (`numbers.0.value`), empty for the whole.
    `code` is stable and for programs; `message` is a sentence for people.
    """

    message: str
    field: str = ""
    code: str = "invalid"


class PhonebookError(Exception):
    """The root of every error that a person or a program is meant to understand."""

    code: str = "error"

    def __init__(self, message: str, *, code: str | None = None, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code is not None:
            self.code = code


class NotFound(PhonebookError):
    """It does not exist, or the asker must not learn that it does."""

    code = "not_found"


class Invalid(PhonebookError):
    """One or more values cannot be accepted. `problems` holds all of them, never only the first."""

    code = "invalid"

    def __init__(self, problems: Sequence[Problem] | str, *, field: str = "", code: str | None = None) -> None:
        if isinstance(problems, str):
            problems = (Problem(message=problems, field=field, code=code or "invalid"),)
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(first.message, code=code or first.code, field=first.field)


class Conflict(PhonebookError):
    """Somebody else was faster, or the thing exists already."""

    code = "conflict"


class ChangedMeanwhile(Conflict):
    """The version that the change was based on is no longer the newest, which is `version`.

    Where there is a history: `by` whom, when (`at`, UTC milliseconds) and by what kind of `change` it was made.
    """

    code = "changed_meanwhile"

    def __init__(
        self, message: str, *, version: int | None = None, by: str = "", at: int | None = None, change: str = ""
    ) -> None:
        super().__init__(message)
        self.version = version
        self.by = by
        self.at = at
        self.change = change


class NotSignedIn(PhonebookError):
    """No credentials were sent, or they are wrong, expired or revoked."""

    code = "not_signed_in"


class NotAllowed(PhonebookError):
    """The asker is known but may not do this."""

    code = "not_allowed"


class TooManyTries(PhonebookError):
    """Slow down. `retry_after` is in seconds."""

    code = "too_many_tries"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(PhonebookError):
    """Something that is needed cannot be reached at the moment; trying again later may help."""

    code = "unavailable"


class LinkError(PhonebookError):
    """The link between the server and a vendor service."""

    code = "link_error"


class LocalProtocolError(LinkError):
    """Our own code misused the link. A bug on this side."""

    code = "local_protocol_error"


class RemoteProtocolError(LinkError):
    """The peer broke the rules of the protocol. The link is closed; reconnecting starts clean."""

    code = "remote_protocol_error"


class VersionMismatch(LinkError):
    """The two ends have no protocol version in common. The message names the side to update."""

    code = "version_mismatch"


class LinkClosed(LinkError):
    """The link is gone. `retry_after` (seconds) is set when the peer asked to wait before dialling again."""

    code = "link_closed"

    def __init__(self, message: str, *, code: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class ConfigError(PhonebookError):
    """The configuration is wrong. `problems` names every variable at once."""

    code = "config_error"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{p.field}: {p.message}" if p.field else p.message for p in self.problems))
