"""What telephone systems tell of a caller, read: the number in it, and the forms in which contacts may have it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from urllib.parse import unquote

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from phonebook_core.contact import PhoneNumber
from phonebook_core.phone_number import e164, identity

MAX_NUMBER: Final = 255
"""Characters of a number that is looked up."""
LEAST_SHARED: Final = 6
"""Digits that a contact's number has at least when the caller's is that number with an extension behind it."""
MOST_EXTENSION: Final = 6
"""Digits that the extension has at most."""

_NOBODY: Final = frozenset({"", "anonymous", "unknown", "unavailable", "restricted", "private", "withheld"})
_NOWHERE: Final = "anonymous.invalid"
_NAMED: Final = re.compile(r"<([^<>]*)>\s*(?:;.*)?$")
_SCHEME: Final = re.compile(r"^(?:sips?|tel):", re.IGNORECASE)
_PUNCTUATION: Final = re.compile(r"[\s()/.\-\u2013]")


class Caller(NamedTuple):
    """A caller: the `number` as it would be typed, empty when there is none, and the SIP address that it came in."""

    number: str
    address: str = ""


class Guess(NamedTuple):
    """Identities of numbers (see `phone_number.identity`) that the caller's may be, the likeliest first.

    Not `exact`: they are its beginning, with what may be an extension behind.
    """

    identities: list[str]
    exact: bool


def read_caller(text: str) -> Caller:
    """The caller in a number, a `tel:` or SIP address, with or without name and parameters. Never fails."""
    text = text[:MAX_NUMBER].encode("utf-8", "replace").decode().strip()
    if named := _NAMED.search(text):
        text = named[1].strip()
    scheme = _SCHEME.match(text)
    if scheme or "@" in text or ";" in text:
        text = re.split("[;?]", text.removeprefix(scheme[0] if scheme else ""))[0]
    user, at, host = text.partition("@")
    if at:
        user = unquote(user.partition(":")[0])
    elif scheme:
        user = unquote(user)
    user = user.strip()
    if user.lower() in _NOBODY or host.lower() == _NOWHERE:
        return Caller("")
    return Caller(user, f"{user}@{host}" if at else "")


def guess(caller: Caller, region: str, outside_prefix: str) -> Iterator[Guess]:
    """What this caller's number may be stored as, the surest guess first; whoever asks stops at the first that fits.

    `region` is where the number is read, `outside_prefix` what the telephone system may have put before it.
    """
    if not caller.number:
        return
    written = _PUNCTUATION.sub("", caller.number)
    direct = e164(caller.number, region)
    whole = [direct] if direct else []
    whole.append(identity(PhoneNumber(value=caller.number)))
    if caller.address:
        whole += [identity(PhoneNumber(value=scheme + caller.address)) for scheme in ("sip:", "sips:", "")]
    yield Guess(list(dict.fromkeys(whole)), exact=True)
    forms = [written]
    rest = written.removeprefix(outside_prefix)
    if outside_prefix and rest != written and rest.startswith(("0", "+")):
        forms.append(rest)
    if _may_lack_plus(written, region, direct):
        forms.append("+" + written)
    others = [found for form in forms[1:] if (found := e164(form, region))]
    if others:
        yield Guess(others, exact=True)
    for form in forms:
        full = _in_full(form, region)
        least = max(LEAST_SHARED + 1, len(full) - MOST_EXTENSION)  # with its `+`
        if len(full) > least:
            yield Guess([full[:end] for end in range(len(full) - 1, least - 1, -1)], exact=False)


def _may_lack_plus(written: str, region: str, direct: str | None) -> bool:
    """Whether a number could be E.164 without the `+`; what is a number of the region is so only with its code."""
    if not written.isdigit() or written.startswith("0"):
        return False
    return direct is None or written.startswith(str(phonenumbers.country_code_for_region(region)))


def _in_full(number: str, region: str) -> str:
    """The number in the form of E.164 although it may be too long to be valid; empty when it has none."""
    try:
        parsed = phonenumbers.parse(number, region or None)
    except NumberParseException:
        return ""
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
