"""What spreadsheets do to numbers that they take for amounts: pointed out, and mended only where that is certain."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import phonenumbers
from msgspec import Struct

from phonebook_core.phone_number import REGIONS, e164

_SCIENTIFIC: Final = re.compile(r"[+\-]?\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_DECIMAL: Final = re.compile(r"(\+?\d{2,})[.,]0+")
_APOSTROPHE: Final = re.compile(r"['’´`]([+*#(]*\d[\d ()/.\-*#]*)")
_SHORTEST: Final = 9
"""Digits from which on a number without 0 or + in front is suspicious; shorter ones are dialled within a town."""
_LONGEST: Final = 15


class Damage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is wrong with a number. `code` is stable; `repaired` is set only where it is certain."""

    code: str
    message: str
    repaired: str = ""


def find_damage(value: str, region: str) -> Damage | None:
    """What a spreadsheet has done to this raw number, or None when it looks as somebody wrote it.

    A lost 0 or + is looked for only when the region is known, and never repaired: a number of 11 digits may have lost
    either.
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        return _lost_start(text, region) if _SHORTEST <= len(text) <= _LONGEST else None
    if _SCIENTIFIC.fullmatch(text):
        return Damage(
            code="damaged_number",
            message=f"{text} is a number that a spreadsheet has rounded; its last digits are lost. "
            "Look the number up, and format the column as text before you type it.",
        )
    if match := _DECIMAL.fullmatch(text):
        message = f"{text} has decimals that a spreadsheet has added; the number is {match[1]}."
        return Damage(code="decimals", message=message, repaired=match[1])
    if match := _APOSTROPHE.fullmatch(text):
        message = f"{text} has the mark before it by which spreadsheets know text; the number is {match[1]}."
        return Damage(code="apostrophe", message=message, repaired=match[1])
    return None


def _lost_start(digits: str, region: str) -> Damage | None:
    if region not in REGIONS or digits.startswith("0"):
        return None
    as_typed = e164(digits, region)
    international = e164("+" + digits, "")
    lost_plus = Damage(
        code="lost_plus",
        message=f"{digits} may have lost the + in front, as spreadsheets drop it: +{digits} is a valid number.",
    )
    if international and digits.startswith(_country_code(region)):
        return lost_plus
    with_zero = e164("0" + digits, region)
    if with_zero and as_typed in (None, with_zero):
        either = f", and so is +{digits}" if international else ""
        return Damage(
            code="lost_zero",
            message=f"{digits} may have lost the 0 in front, as spreadsheets drop it: 0{digits} is a valid number"
            f"{either}.",
        )
    return lost_plus if international and as_typed is None else None


@lru_cache(maxsize=512)
def _country_code(region: str) -> str:
    return str(phonenumbers.country_code_for_region(region))
