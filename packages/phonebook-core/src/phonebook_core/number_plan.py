"""The validity of plainly written numbers, by libphonenumber's own metadata and rules, ten times as fast.

An import asks for tens of thousands of numbers, nearly all of them written `+49 30 …` or `030 …`. `quick_e164` answers
for those and says when it is not sure; then libphonenumber is asked. A property test holds the two together.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from msgspec import Struct
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberDesc

_PLAIN: Final = re.compile(r"\+?[0-9][0-9 ()/.\-]*", re.ASCII)
_SEPARATORS: Final = str.maketrans("", "", " ()/.-")
_KINDS: Final = (
    "fixed_line", "mobile", "toll_free", "shared_cost", "premium_rate", "voip", "personal_number", "pager", "uan",
    "voicemail",
)  # fmt: skip
"""What makes a number valid; the commonest first. The order does not change the answer."""


class _Pattern(Struct, frozen=True):
    lengths: frozenset[int]
    digits: re.Pattern[str]

    def fits(self, number: str) -> bool:
        return (not self.lengths or len(number) in self.lengths) and self.digits.fullmatch(number) is not None


class _Region(Struct, frozen=True):
    """What is known of a region; `trunk` and `abroad` are what stands before numbers dialled within and out of it."""

    code: int
    general: _Pattern | None
    kinds: tuple[_Pattern, ...]
    leading: re.Pattern[str] | None
    trunk: re.Pattern[str] | None
    trunk_is_zero: bool
    abroad: re.Pattern[str] | None

    def has(self, number: str) -> bool:
        return self.general is not None and self.general.fits(number) and any(kind.fits(number) for kind in self.kinds)


def quick_e164(value: str, region: str) -> str | None:
    """The E.164 form of a plainly written number, `""` when it is not valid, None when libphonenumber must be asked."""
    if not _PLAIN.fullmatch(value) or "(0" in value:
        return None
    digits = value.translate(_SEPARATORS)
    if digits[0] == "+":
        return _international(digits[1:])
    plan = _region(region)
    if plan is None or plan.general is None or not 6 <= len(digits) <= 15:
        return None
    if plan.abroad is not None and plan.abroad.match(digits):
        return None
    if digits[0] != "0":
        if digits.startswith(str(plan.code)) or (plan.trunk is not None and plan.trunk.match(digits)):
            return None
        return f"+{plan.code}{digits}" if _is_valid(plan.code, digits) else ""
    number = digits[1:]
    if not plan.trunk_is_zero or number[0] == "0":
        return None
    if plan.general.digits.fullmatch(digits) or len(number) not in plan.general.lengths:
        return None
    return f"+{plan.code}{number}" if _is_valid(plan.code, number) else ""


def _international(digits: str) -> str | None:
    if not 7 <= len(digits) <= 15 or digits[0] == "0":
        return None
    size = next((size for size in (1, 2, 3) if int(digits[:size]) in COUNTRY_CODE_TO_REGION_CODE), 0)
    if not size:
        return None
    code, number = int(digits[:size]), digits[size:]
    main = _region(COUNTRY_CODE_TO_REGION_CODE[code][0])
    if main is None or number[0] == "0" or (main.trunk is not None and main.trunk.match(number)):
        return None
    return "+" + digits if _is_valid(code, number) else ""


def _is_valid(code: int, number: str) -> bool:
    """Whether the first region of the code that answers for the number has it."""
    regions = [plan for name in COUNTRY_CODE_TO_REGION_CODE[code] if (plan := _region(name)) is not None]
    if len(regions) == 1:
        return regions[0].has(number)
    for plan in regions:
        if plan.leading is not None:
            if plan.leading.match(number):
                return plan.has(number)
        elif plan.has(number):
            return True
    return False


@lru_cache(maxsize=512)
def _region(name: str) -> _Region | None:
    metadata = PhoneMetadata.metadata_for_region(name) if name else None
    if metadata is None or metadata.country_code is None:
        return None
    trunk = metadata.national_prefix_for_parsing
    return _Region(
        code=metadata.country_code,
        general=_pattern(metadata.general_desc),
        kinds=tuple(kind for name in _KINDS if (kind := _pattern(getattr(metadata, name))) is not None),
        leading=_compiled(metadata.leading_digits),
        trunk=_compiled(trunk),
        trunk_is_zero=trunk == "0" and not metadata.national_prefix_transform_rule,
        abroad=_compiled(metadata.international_prefix),
    )


def _pattern(description: PhoneNumberDesc | None) -> _Pattern | None:
    if description is None or not description.national_number_pattern:
        return None
    return _Pattern(frozenset(description.possible_length), re.compile(description.national_number_pattern))


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    return re.compile(pattern) if pattern else None
