"""What a number is said to be while somebody types it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonebook_core.contact import MAX_TEXT
from phonebook_core.number_kind import Described, NumberKind, describe
from phonebook_core.phone_number import e164


@pytest.mark.parametrize(
    ("value", "kind", "full"),
    [
        ("0171 5551234", "mobile", "+491715551234"),
        ("+49 30 123456", "landline", "+4930123456"),
        ("+1 212 555 0123", "landline_or_mobile", "+12125550123"),
        ("0800 3301000", "toll_free", "+498003301000"),
        ("0900 1 123456", "premium", "+499001123456"),
        ("200", "internal", None),
        ("11 83 3", "internal", None),
        ("*21#", "feature_code", None),
        ("**9", "feature_code", None),
        ("sip:anna@example.org", "sip", None),
        ("anna@example.org", "sip", None),
        ("030 1234567,,12#", "dial_string", None),
        ("030 1234567 ext. 12", "extension", None),
        ("reception", "unclear", None),
        ("  ", "empty", None),
        ("", "empty", None),
    ],
)
def test_a_number_is_recognised(value: str, kind: str, full: str | None) -> None:
    found = describe(value, "DE")
    assert (found.kind.value, found.e164) == (kind, full)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("+44 20 12", "too_short"),
        ("0171 555123456789012", "too_many_digits"),
        ("+999 12345678", "unknown_country"),
        ("reception", "not_a_number"),
        ("--", "not_a_number"),
        ("030\u200b123456", "unreadable"),
        ("1" * (MAX_TEXT + 1), "too_long"),
        ("030 1234567 ext. 12", "extension_kept"),
    ],
)
def test_what_somebody_should_know_is_a_warning_with_a_sentence(value: str, code: str) -> None:
    [warning] = describe(value, "DE").warnings
    assert warning.code == code
    assert warning.message.endswith(".")


@pytest.mark.parametrize("value", ["200", "*21#", "sip:a@b.example", "", "030 123456,,1", "+49 30 123456"])
def test_what_is_fine_has_no_warning(value: str) -> None:
    assert describe(value, "DE").warnings == ()


@given(st.text(max_size=300), st.sampled_from(["DE", "US", "GB", ""]))
def test_any_text_is_described_and_valid_is_what_the_rest_of_the_program_calls_valid(value: str, region: str) -> None:
    found: Described = describe(value, region)
    assert (found.kind is NumberKind.EMPTY) == (not value.strip())
    if value.isprintable() and 0 < len(value) <= MAX_TEXT:
        assert found.e164 == e164(value, region)
