"""Every failure as RFC 9457 problem+json: one table from error class to HTTP status, and a sentence for the rest.

Topics raise the errors of `phonebook_core.errors`; Litestar's own (unknown path, wrong method, bad body) end here too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from msgspec import UNSET, Struct, UnsetType

from phonebook_core import errors
from phonebook_core.errors import Invalid, PhonebookError, Problem, TooManyTries
from phonebook_server.checks import iso
from phonebook_server.db.migrate import SchemaError
from phonebook_server.ids import new_id

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER: Final = 5
"""Seconds to wait when something is unavailable and does not say for how long."""

STATUS: Final[Mapping[type[PhonebookError], int]] = {
    errors.NotFound: 404,
    errors.Invalid: 400,
    errors.ChangedMeanwhile: 412,
    errors.Conflict: 409,
    errors.NotSignedIn: 401,
    errors.NotAllowed: 403,
    errors.TooManyTries: 429,
    errors.Unavailable: 503,
    errors.LocalProtocolError: 500,
    errors.RemoteProtocolError: 502,
    errors.VersionMismatch: 502,
    errors.LinkClosed: 503,
    errors.LinkError: 502,
    errors.ConfigError: 500,
    SchemaError: 503,
    errors.PhonebookError: 500,
}
"""The HTTP status of each error; a class that is not here has that of its nearest parent."""

TITLES: Final[Mapping[int, str]] = {
    400: "A value cannot be accepted",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible here",
    409: "In conflict with what is there",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Unknown kind of content",
    429: "Too many tries",
    500: "Our fault",
    502: "The vendor service misbehaved",
    503: "Not available at the moment",
}
_OTHER_TITLE: Final = "Not possible"

_SENTENCES: Final[Mapping[int, tuple[str, str]]] = {
    404: ("not_found", "There is nothing at this address. Check it against the API's documentation at /api/v1/docs."),
    405: ("method_not_allowed", "This address does not take that method. The Allow header lists those it takes."),
    413: ("too_large", "The request is larger than this address takes. Send less at once."),
    415: ("unsupported_media_type", "The content is of a kind that is not understood here. Send JSON."),
}
_FIELD: Final = re.compile(r" - at `(?:key in )?\$\.?(?P<path>[^`]*)`")
_LOG: Final = structlog.get_logger("phonebook.http")


class FieldProblem(Problem, frozen=True, kw_only=True, omit_defaults=False):
    """A complaint about one value, every field there; `field` is empty when it is about the whole."""


class ProblemDetails(Struct, frozen=True, kw_only=True):
    """The body of every failure (RFC 9457). `problems` names each wrong field; `request_id` is in the server's log.

    When something was changed meanwhile (412), `current_version` is the newest, and where there is a history
    `changed_by`, `changed_at` and `change` say whose it is, from when, and what was done.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    problems: tuple[FieldProblem, ...] = ()
    request_id: str | UnsetType = UNSET
    current_version: int | UnsetType = UNSET
    changed_by: str | UnsetType = UNSET
    changed_at: str | UnsetType = UNSET
    change: str | UnsetType = UNSET


def status_of(error: type[PhonebookError]) -> int:
    """The HTTP status for an error class."""
    return next(STATUS[parent] for parent in error.__mro__ if parent in STATUS)


def problem_details(error: PhonebookError) -> tuple[ProblemDetails, dict[str, str]]:
    """The body and the extra headers for an error, for whoever answers without Litestar."""
    status = status_of(type(error))
    if status == 500:
        return last_resort(error)
    problems: tuple[Problem, ...] = ()
    if isinstance(error, Invalid):
        problems = error.problems
    elif error.field:
        problems = (Problem(field=error.field, message=error.message, code=error.code),)
    headers: dict[str, str] = {}
    if isinstance(error, TooManyTries):
        headers["retry-after"] = str(error.retry_after)
    elif status == 503:
        headers["retry-after"] = str(round(getattr(error, "retry_after", None) or RETRY_AFTER))
    elif status == 401:
        headers["www-authenticate"] = "Bearer"
    details = _details(status, error.code, error.message, problems)
    if isinstance(error, errors.ChangedMeanwhile):
        details = msgspec.structs.replace(details, **_extensions(error))
    return details, headers


def _extensions(error: errors.ChangedMeanwhile) -> dict[str, Any]:
    """What is known of the newest version, for whoever wants to bring both together."""
    known = {
        "current_version": error.version,
        "changed_by": error.by or None,
        "changed_at": iso(error.at) if error.at is not None else None,
        "change": error.change or None,
    }
    return {name: value for name, value in known.items() if value is not None}


def last_resort(error: BaseException) -> tuple[ProblemDetails, dict[str, str]]:
    """The body for what nobody foresaw: nothing internal, and an id by which the log tells the rest."""
    request_id = new_id()
    _LOG.error("request failed", request_id=request_id, exc_info=error)
    detail = (
        "Something went wrong in the server; your request may be fine. Try again, and if it stays, "
        f"tell the administrator this number, which is in the server's log: {request_id}"
    )
    return msgspec.structs.replace(_details(500, "internal", detail), request_id=request_id), {}


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Litestar's exception handler for everything."""
    if isinstance(error, PhonebookError):
        details, headers = problem_details(error)
    elif isinstance(error, ValidationException):
        details, headers = problem_details(Invalid(_validation_problems(error)))
    elif isinstance(error, HTTPException) and error.status_code < 500:
        details, headers = _client_error(error), dict(error.headers or {})
    else:
        details, headers = last_resort(error)
    return Response(msgspec.json.encode(details), status_code=details.status, media_type=MEDIA_TYPE, headers=headers)


def _details(status: int, code: str, detail: str, problems: Sequence[Problem] = ()) -> ProblemDetails:
    return ProblemDetails(
        type=f"urn:phonebook:problem:{code}",
        title=TITLES.get(status, _OTHER_TITLE),
        status=status,
        detail=detail,
        code=code,
        problems=tuple(FieldProblem(message=p.message, field=p.field, code=p.code) for p in problems),
    )


def _client_error(error: HTTPException) -> ProblemDetails:
    if error.status_code in _SENTENCES:
        code, sentence = _SENTENCES[error.status_code]
        return _details(error.status_code, code, sentence)
    if "JSON" in error.detail or "json" in error.detail:
        message = "The body is no valid JSON. Check it for missing quotation marks, brackets and commas."
        return _details(400, "invalid_json", message, [Problem(message=message, code="invalid_json")])
    return _details(error.status_code, "bad_request", f"The request cannot be understood: {error.detail.rstrip('.')}.")


def _validation_problems(error: ValidationException) -> list[Problem]:
    """Litestar's findings about a body or a parameter, as sentences with the field's whole path."""
    extra = error.extra if isinstance(error.extra, list) else []
    path = ""
    if isinstance(error.__cause__, msgspec.ValidationError) and (found := _FIELD.search(str(error.__cause__))):
        path = found["path"].replace("[...]", "").replace("[", ".").replace("]", "")
    problems = []
    for item in extra:
        in_body = item.get("source") == "body" or path.startswith("data")
        field = path.removeprefix("data").strip(".") if in_body else item.get("key", path)
        problems.append(_explain(item.get("message", ""), field))
    return problems or [Problem(message=f"The request cannot be understood: {error.detail}")]


_EXPECTED: Final = re.compile(r"Expected `(?P<wanted>[^`]+)`(?:, got `(?P<got>[^`]+)`)?")
_MISSING: Final = re.compile(r"Object missing required field `(?P<name>[^`]+)`")
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(?P<name>[^`]+)`")
_LENGTH: Final = re.compile(r"Expected `(?:str|array|object|bytes)` of length (?P<bound>[<>]=) (?P<limit>\d+)")
_BOUND: Final = re.compile(r"Expected `(?:int|float)` (?P<bound>[<>]=?) (?P<limit>[\d.-]+)")
_CHOICE: Final = re.compile(r"Invalid enum value (?P<value>.+)")
_WORDS: Final[Mapping[str, str]] = {
    "str": "text in quotation marks",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
    "array": "a list",
    "object": "an object",
}
_GOT: Final[Mapping[str, str]] = {**_WORDS, "str": "a text"}


def _explain(message: str, field: str) -> Problem:
    """msgspec's finding as a sentence that says what to do."""

    def joined(name: str) -> str:
        return f"{field}.{name}" if field else name

    if missing := _MISSING.search(message):
        name = joined(missing["name"])
        return Problem(field=name, code="required", message=f"Fill in `{name}`; it is missing.")
    if unknown := _UNKNOWN.search(message):
        name = joined(unknown["name"])
        return Problem(field=name, code="unknown_field", message=f"There is no field `{name}` here; take it away.")
    name = f"`{field}`" if field else "The body"
    if length := _LENGTH.search(message):
        what = "at most" if length["bound"] == "<=" else "at least"
        return Problem(field=field, code="length", message=f"{name} must have a length of {what} {length['limit']}.")
    if bound := _BOUND.search(message):
        what = {"<=": "at most", ">=": "at least", "<": "below", ">": "above"}[bound["bound"]]
        return Problem(field=field, code="out_of_range", message=f"{name} must be {what} {bound['limit']}.")
    if choice := _CHOICE.search(message):
        return Problem(field=field, code="unknown_value", message=f"{choice['value']} is no value for {name}.")
    if expected := _EXPECTED.search(message):
        wanted = " or ".join(_WORDS.get(part.strip(), part.strip()) for part in expected["wanted"].split("|"))
        got = f", not {_GOT.get(expected['got'], expected['got'])}" if expected["got"] else ""
        return Problem(field=field, code="wrong_type", message=f"{name} must be {wanted}{got}.")
    return Problem(field=field, message=f"{name} cannot be accepted: {message.rstrip('.')}.")
