"""Numbers are text end to end; E.164 only where it is certain."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phonebook_core.contact import Contact, PhoneNumber
from phonebook_core.phone_number import REGIONS, NumberForm, OutputForm, derive, dial, e164, identity

SHORT_CODES = ["200", "*21#", "**9", "#31#", "112", "15", "sip:ann@example.com", "9,,200", "ann"]
raw = st.one_of(
    st.sampled_from([*SHORT_CODES, "+49 30 23125 101", "030/23125-15", "(0)30 23125", "+44 1632 960001 x12"]),
    st.text(max_size=20),
    st.from_regex(r"\+?[0-9 ()/.\-]{1,16}", fullmatch=True),
)
regions = st.sampled_from(["", "DE", "GB", "US", "FR", "XX"])
forms = st.builds(OutputForm, form=st.sampled_from(NumberForm), outside_prefix=st.sampled_from(["", "0", "9"]))


@given(raw, regions)
@settings(max_examples=200, deadline=None)
def test_deriving_keeps_the_raw_writing_and_the_label(value: str, region: str) -> None:
    number = PhoneNumber(value=value, label="Work", e164="+1")
    (derived,) = derive(Contact(numbers=(number,)), region).numbers
    assert (derived.value, derived.label) == (value, "Work")
    assert derived.e164 is None or (derived.e164[0] == "+" and derived.e164[1:].isdecimal())


@given(raw, regions)
@settings(max_examples=100, deadline=None)
def test_deriving_twice_is_deriving_once(value: str, region: str) -> None:
    once = derive(Contact(numbers=(PhoneNumber(value=value),)), region)
    assert derive(once, region) == once


@given(raw.filter(lambda value: bool(value.strip())), regions, forms)
@settings(max_examples=300, deadline=None)
def test_a_number_to_dial_is_never_empty(value: str, region: str, form: OutputForm) -> None:
    (number,) = derive(Contact(numbers=(PhoneNumber(value=value),)), region).numbers
    assert dial(number, form, region).strip()


@pytest.mark.parametrize("value", SHORT_CODES)
@pytest.mark.parametrize("form", list(NumberForm))
@pytest.mark.parametrize("prefix", ["", "0"])
def test_short_codes_are_left_alone_in_every_output_form(value: str, form: NumberForm, prefix: str) -> None:
    for region in ("DE", "GB", "US", ""):
        (number,) = derive(Contact(numbers=(PhoneNumber(value=value),)), region).numbers
        assert dial(number, OutputForm(form=form, outside_prefix=prefix), region) == value


@pytest.mark.parametrize(
    ("form", "prefix", "expected"),
    [
        (NumberForm.AS_TYPED, "", "(030) 23125-101"),
        (NumberForm.E164, "0", "+493023125101"),
        (NumberForm.INTERNATIONAL, "", "00493023125101"),
        (NumberForm.INTERNATIONAL, "0", "000493023125101"),
        (NumberForm.NATIONAL, "0", "003023125101"),
    ],
)
def test_each_output_form_writes_a_subscriber_number_its_way(form: NumberForm, prefix: str, expected: str) -> None:
    number = PhoneNumber(value="(030) 23125-101", e164="+493023125101")
    assert dial(number, OutputForm(form=form, outside_prefix=prefix), "DE") == expected


def test_a_foreign_number_in_national_form_keeps_its_country() -> None:
    number = PhoneNumber(value="+44 20 7946 0001", e164="+442079460001")
    assert dial(number, OutputForm(form=NumberForm.NATIONAL), "DE") == "00442079460001"


def test_a_number_with_an_extension_has_no_e164() -> None:
    assert e164("+1 650 253 0000 x12", "US") is None
    assert e164("+1 650 253 0000", "US") == "+16502530000"


def test_without_a_region_only_international_writing_is_understood() -> None:
    assert e164("030 23125101", "") is None
    assert e164("+49 30 23125101", "") == "+493023125101"
    assert "DE" in REGIONS


def test_the_same_number_in_two_writings_is_the_same() -> None:
    one = derive(Contact(numbers=(PhoneNumber(value="030 23125101"), PhoneNumber(value="*21#"))), "DE").numbers
    other = derive(
        Contact(numbers=(PhoneNumber(value="* 21 #"), PhoneNumber(value="+49 (30) 23125-101"))), "DE"
    ).numbers
    assert {identity(n) for n in one} == {identity(n) for n in other}
    assert identity(msgspec.structs.replace(one[0], e164=None)) == "03023125101"
