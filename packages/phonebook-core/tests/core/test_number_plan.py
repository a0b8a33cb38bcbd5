"""The quick answer about a number is libphonenumber's own, or none."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from phonebook_core.number_plan import quick_e164
from phonebook_core.phone_number import REGIONS

ALL = sorted(REGIONS)
regions = st.sampled_from(["", "DE", "GB", "US", "FR", "IT", "CH", "AR", "MX", "KZ", "BR", "AU", *ALL])


def ask_libphonenumber(value: str, region: str) -> str:
    try:
        number = phonenumbers.parse(value, region or None)
    except NumberParseException:
        return ""
    if number.extension or not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def assert_agrees(value: str, region: str) -> None:
    quick = quick_e164(value, region)
    assert quick is None or quick == ask_libphonenumber(value, region), (value, region)


def examples(region: str) -> list[phonenumbers.PhoneNumber]:
    found = [phonenumbers.example_number_for_type(region, kind) for kind in PhoneNumberType.values()]
    return [number for number in found if number is not None]


@pytest.mark.parametrize("region", ALL)
def test_the_example_numbers_of_every_region_get_the_same_answer_however_written(region: str) -> None:
    for number in examples(region):
        for form in (PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL):
            written = phonenumbers.format_number(number, form)
            for changed in (written, written[:-1], written + "1", written[:-1] + "9"):
                for where in (region, "DE", "US", ""):
                    assert_agrees(changed, where)


@given(
    st.one_of(
        st.from_regex(r"\+?[0-9][0-9 ()/.\-]{3,16}", fullmatch=True),
        st.from_regex(r"\+(1|7|39|44|49|52|54|55|61)[0-9 ]{5,13}", fullmatch=True),
        st.from_regex(r"0[1-9][0-9 /\-]{4,12}", fullmatch=True),
    ),
    regions,
)
@settings(max_examples=1000, deadline=None)
def test_any_digits_get_the_same_answer(value: str, region: str) -> None:
    assert_agrees(value, region)


def test_usual_writings_are_answered_quickly() -> None:
    for value, region in (
        ("+49 30 23125-101", ""),
        ("030 23125101", "DE"),
        ("0171 2345678", "DE"),
        ("+44 20 7946 0000", ""),
    ):
        assert quick_e164(value, region)
