"""Values that several topics take from clients, checked the same way everywhere."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import Any, Final

from litestar import Request
from litestar.exceptions import SerializationException

from phonebook_core.errors import ChangedMeanwhile, Invalid, Problem
from phonebook_core.phone_number import REGIONS

MAX_NAME: Final = 255
BODY_OPTIONAL: Final = "body_optional"
"""The key in a handler's `opt` that says that its JSON body may be left out."""
_ETAG: Final = re.compile(r'\s*(?:W/)?"([^"]*)"\s*(?:,|$)')


def tidy_name(text: str, problems: list[Problem], *, field: str = "name") -> str:
    """The name without needless spaces; what is wrong with it is added to `problems`."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name:
        problems.append(Problem(field=field, code="required", message="Fill in a name."))
    elif len(name) > MAX_NAME:
        message = f"Shorten the name to {MAX_NAME} characters; it has {len(name)}."
        problems.append(Problem(field=field, code="too_long", message=message))
    elif not name.replace("\u200d", "").isprintable():  # the joiner in emoji and several scripts
        problems.append(Problem(field=field, code="unreadable", message="Remove the invisible characters in the name."))
    return name


def tidy_region(text: str, problems: list[Problem]) -> str:
    """The region in capitals; what is wrong with it is added to `problems`."""
    region = text.strip().upper()
    if region not in REGIONS:
        problems.append(
            Problem(
                field="region",
                code="unknown_region",
                message=f"“{text[:50]}” is no region. Use the two letters of a country, as DE, GB or US.",
            )
        )
    return region


def etag(version: int) -> str:
    """The entity tag of a version."""
    return f'"{version}"'


def require_version(if_match: str | None, version: int, what: str) -> None:
    """Raises ChangedMeanwhile when `if_match` names another version; `what` is the thing's word (`phonebook`).

    Weak tags count as strong ones, since proxies that compress make ours weak.
    """
    if if_match is None or if_match.strip() == "*":
        return
    named = _ETAG.findall(if_match)
    if not named or _ETAG.sub("", if_match).strip():
        raise Invalid(
            f'If-Match must be the ETag as it was received, in its quotation marks, as {etag(version)}, or "*".',
            field="If-Match",
        )
    if str(version) not in named:
        raise ChangedMeanwhile(
            f"Somebody else changed this {what} meanwhile: its version is now {version}. "
            "Load it again and repeat your change.",
            version=version,
        )


def iso(at: int) -> str:
    """A time of the database as clients get it: ISO 8601, UTC, to the millisecond."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def require_readable_body(request: Request[Any, Any, Any]) -> None:
    """Before every handler that takes JSON: refuse what is no JSON, or too deep to be read, with a sentence."""
    if "data" not in request.route_handler.parsed_fn_signature.parameters:
        return
    if request.content_type[0] == "multipart/form-data":
        return
    if request.route_handler.opt.get(BODY_OPTIONAL) and not await request.body():
        return
    try:
        if not await request.body():
            raise _unreadable("The body is empty. Send a JSON object with the fields.")
        await request.json()
    except RecursionError:
        raise _unreadable("The body is nested too deeply. Send a flatter object.") from None
    except UnicodeDecodeError:
        raise _unreadable("The body is not UTF-8. Save or send it as UTF-8.") from None
    except SerializationException as error:
        raise _unreadable(
            f"The body is no valid JSON ({error.detail}). Check it for missing quotation marks, brackets and commas."
        ) from None


def _unreadable(message: str) -> Invalid:
    return Invalid(message, code="invalid_json")
