"""What a number is, as far as that can be told from its writing, and what somebody who types it should know.

Nothing here decides what may be stored: every text may. It is for showing while somebody types.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import msgspec
import phonenumbers
from msgspec import Struct
from phonenumbers import NumberParseException, PhoneNumberType, ValidationResult

from phonebook_core.contact import MAX_TEXT
from phonebook_core.phone_number import e164

LONGEST_INTERNAL: Final = 6
"""Digits of the longest number that is taken for an internal or short one."""

_SIP: Final = re.compile(r"\s*sips?:|[^\s@]+@[^\s@]+\s*\Z", re.IGNORECASE)
_FEATURE_CODE: Final = re.compile(r"\s*[*#][*#\d\s]*\Z", re.ASCII)
_DIAL_STRING: Final = re.compile(r"[\d\s+()/.\-*#,;pw]*[,;][\d\s+()/.\-*#,;pw]*\Z", re.ASCII | re.IGNORECASE)
_DIGITS: Final = re.compile(r"\s*\+?[\d\s()/.\-]+\Z", re.ASCII)


class NumberKind(StrEnum):
    """What a number is. Those up to OTHER have an E.164 form."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    LANDLINE_OR_MOBILE = "landline_or_mobile"
    TOLL_FREE = "toll_free"
    SHARED_COST = "shared_cost"
    PREMIUM = "premium"
    VOIP = "voip"
    OTHER = "other"
    """Valid, and of a kind that few know: a pager, a personal number, a universal access number."""
    INTERNAL = "internal"
    """A few digits: an extension of the house, or a short number of the network."""
    FEATURE_CODE = "feature_code"
    """What a telephone system understands: `*21#`."""
    SIP = "sip"
    DIAL_STRING = "dial_string"
    """With pauses, as phones dial it."""
    EXTENSION = "extension"
    """A number and an extension behind it, which E.164 cannot hold."""
    UNCLEAR = "unclear"
    EMPTY = "empty"


class NumberWarning(Struct, frozen=True, kw_only=True):
    """What somebody should know of a number. `code` is stable and for programs, `values` are what is in the message."""

    code: str
    message: str
    values: Mapping[str, Any] = msgspec.field(default_factory=dict)


class Described(Struct, frozen=True, kw_only=True):
    """What a number is. `e164` is its E.164 form, None when it has none."""

    kind: NumberKind
    e164: str | None = None
    warnings: tuple[NumberWarning, ...] = ()


def describe(value: str, region: str) -> Described:
    """What this text is as a number of `region`."""
    if not value.strip():
        return Described(kind=NumberKind.EMPTY)
    if len(value) > MAX_TEXT:
        message = f"Shorten it to {MAX_TEXT} characters; it has {len(value)}."
        return _unclear("too_long", message, limit=MAX_TEXT, length=len(value))
    if not value.isprintable():
        return _unclear("unreadable", "It has invisible characters, which phones may not dial. Type it anew.")
    full = e164(value, region)
    if full is not None:
        return Described(kind=_KINDS.get(phonenumbers.number_type(phonenumbers.parse(full)), _OTHER), e164=full)
    if _SIP.match(value):
        return Described(kind=NumberKind.SIP)
    if _FEATURE_CODE.match(value):
        return Described(kind=NumberKind.FEATURE_CODE)
    if _DIAL_STRING.match(value) and any(c.isdigit() for c in value):
        return Described(kind=NumberKind.DIAL_STRING)
    if _DIGITS.match(value):
        return _without_form(value, region)
    return _with_words(value, region)


def _without_form(value: str, region: str) -> Described:
    """Digits that are no valid number."""
    digits = sum(c.isdigit() for c in value)
    if not digits:
        return _unclear("not_a_number", "There is no digit in it, so phones have nothing to dial.")
    if digits <= LONGEST_INTERNAL and not value.lstrip().startswith("+"):
        return Described(kind=NumberKind.INTERNAL)
    try:
        number = phonenumbers.parse(value, region or None)
    except NumberParseException as error:
        return _impossible(_UNREADABLE.get(error.error_type, ValidationResult.INVALID_LENGTH))
    if number.extension and phonenumbers.is_valid_number(number):
        return _extension(number.extension)
    return _impossible(phonenumbers.is_possible_number_with_reason(number))


def _impossible(reason: int) -> Described:
    kept = "Phones get it as it was typed."
    match reason:
        case ValidationResult.TOO_SHORT | ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            return _unclear("too_short", f"Digits seem to be missing, or the area code. {kept}")
        case ValidationResult.TOO_LONG:
            return _unclear("too_many_digits", f"It has more digits than a number of its country can have. {kept}")
        case ValidationResult.INVALID_COUNTRY_CODE:
            return _unclear("unknown_country", f"No country is known for it. {kept}")
    return _unclear("not_valid", f"No numbering plan is known to have this number. {kept}")


def _with_words(value: str, region: str) -> Described:
    try:
        number = phonenumbers.parse(value, region or None)
    except NumberParseException:
        number = None
    if number is not None and number.extension and phonenumbers.is_valid_number(number):
        return _extension(number.extension)
    return _unclear("not_a_number", "It has letters or signs that phones cannot dial. Put words into the label.")


def _extension(extension: str) -> Described:
    message = f"The extension {extension} stays behind the number, and phones get both as typed."
    warning = NumberWarning(code="extension_kept", message=message, values={"extension": extension})
    return Described(kind=NumberKind.EXTENSION, warnings=(warning,))


def _unclear(code: str, message: str, **values: Any) -> Described:
    return Described(kind=NumberKind.UNCLEAR, warnings=(NumberWarning(code=code, message=message, values=values),))


_OTHER: Final = NumberKind.OTHER
_UNREADABLE: Final[Mapping[int, int]] = {
    NumberParseException.INVALID_COUNTRY_CODE: ValidationResult.INVALID_COUNTRY_CODE,
    NumberParseException.TOO_SHORT_AFTER_IDD: ValidationResult.TOO_SHORT,
    NumberParseException.TOO_SHORT_NSN: ValidationResult.TOO_SHORT,
    NumberParseException.TOO_LONG: ValidationResult.TOO_LONG,
}
_KINDS: Final[Mapping[int, NumberKind]] = {
    PhoneNumberType.MOBILE: NumberKind.MOBILE,
    PhoneNumberType.FIXED_LINE: NumberKind.LANDLINE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: NumberKind.LANDLINE_OR_MOBILE,
    PhoneNumberType.TOLL_FREE: NumberKind.TOLL_FREE,
    PhoneNumberType.SHARED_COST: NumberKind.SHARED_COST,
    PhoneNumberType.PREMIUM_RATE: NumberKind.PREMIUM,
    PhoneNumberType.VOIP: NumberKind.VOIP,
}
