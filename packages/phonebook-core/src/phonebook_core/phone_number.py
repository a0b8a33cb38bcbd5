"""Numbers: text end to end. E.164 beside the raw writing only where it is certain, and the form that phones dial.

libphonenumber is not trusted on its own: it calls `200` "possible" and reads a desk extension into `030/123456-15`.
So nothing here rewrites what was typed; `derive` only adds, and `dial` falls back to the raw text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final

import msgspec
import phonenumbers
from msgspec import Struct
from phonenumbers import NumberParseException, PhoneNumberFormat

from phonebook_core.contact import Contact, PhoneNumber
from phonebook_core.number_plan import quick_e164

_NOT_A_SUBSCRIBER_NUMBER: Final = re.compile(r"[*#@,;]|^\s*(?:sips?|tel):|[^\W\d_]{2}", re.IGNORECASE)
"""Feature codes, SIP URIs, dial strings with pauses, and words: never E.164."""

REGIONS: Final = frozenset(phonenumbers.SUPPORTED_REGIONS)
"""The regions (ISO 3166-1 alpha-2) that numbers can be read in."""


class NumberForm(StrEnum):
    """How numbers are written for phones."""

    AS_TYPED = "as_typed"
    E164 = "e164"
    INTERNATIONAL = "international_00"
    NATIONAL = "national"


class OutputForm(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A phonebook's way of writing numbers for phones.

    `outside_prefix` (as `0`) goes before numbers that leave the house, that is before those with an E.164 form, unless
    the written form starts with `+`. Short codes and feature codes are left alone in every form.
    """

    form: NumberForm = NumberForm.AS_TYPED
    outside_prefix: str = ""


@lru_cache(maxsize=65_536)
def e164(value: str, region: str) -> str | None:
    """The E.164 form of a raw number, or None unless libphonenumber calls it valid in `region` (`""`: only `+…`).

    A number with an extension has no E.164 form, as writing it so would lose the extension.
    """
    if (quick := quick_e164(value, region)) is not None:
        return quick or None
    if _NOT_A_SUBSCRIBER_NUMBER.search(value):
        return None
    return _slow_e164(value, region)


def _slow_e164(value: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(value, region or None)
    except NumberParseException:
        return None
    if number.extension or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def derive(contact: Contact, region: str) -> Contact:
    """The contact with `e164` of every number derived anew for `region`; whatever was in it before is forgotten."""
    if not contact.numbers:
        return contact
    numbers = tuple(msgspec.structs.replace(n, e164=e164(n.value, region)) for n in contact.numbers)
    return contact if numbers == contact.numbers else msgspec.structs.replace(contact, numbers=numbers)


def dial(number: PhoneNumber, form: OutputForm, region: str) -> str:
    """The number as phones get it, in the phonebook's output form. Never empty for a non-empty number."""
    if number.e164 is None:
        return number.value.strip()
    written = _WRITERS[form.form](number.value, number.e164, region)
    return written if written.startswith("+") else form.outside_prefix + written


@lru_cache(maxsize=65_536)
def _national(number: str, region: str) -> str:
    if region and number.startswith(f"+{phonenumbers.country_code_for_region(region)}"):
        written = phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.NATIONAL)
        return "".join(c for c in written if c.isdigit())
    return "00" + number[1:]


def identity(number: PhoneNumber) -> str:
    """What makes two numbers the same: the E.164 form, else the raw text without spaces and punctuation."""
    return number.e164 or re.sub(r"[\s()/.\-]", "", number.value).lower() or number.value


_WRITERS: Final[Mapping[NumberForm, Callable[[str, str, str], str]]] = {
    NumberForm.AS_TYPED: lambda raw, _e164, _region: raw.strip(),
    NumberForm.E164: lambda _raw, e164, _region: e164,
    NumberForm.INTERNATIONAL: lambda _raw, e164, _region: "00" + e164[1:],
    NumberForm.NATIONAL: lambda _raw, e164, region: _national(e164, region),
}
