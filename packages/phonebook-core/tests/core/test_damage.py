"""What spreadsheets do to numbers is pointed out, and mended only where it is certain."""

from __future__ import annotations

import pytest

from phonebook_core.contact import Contact, PhoneNumber
from phonebook_core.damage import find_damage
from phonebook_core.formats import Reading, Row
from phonebook_core.importing import plan


@pytest.mark.parametrize(
    ("value", "region", "code", "repaired"),
    [
        ("4.9171E+11", "DE", "damaged_number", ""),
        ("4,9171E+11", "", "damaged_number", ""),
        ("4.917e11", "", "damaged_number", ""),
        ("4917112345678.0", "DE", "decimals", "4917112345678"),
        ("200,0", "DE", "decimals", "200"),
        ("'+49 171 2345678", "DE", "apostrophe", "+49 171 2345678"),
        ("'0171 2345678", "", "apostrophe", "0171 2345678"),
        ("1712345678", "DE", "lost_zero", ""),
        ("3023125101", "DE", "lost_zero", ""),
        ("612345678", "FR", "lost_zero", ""),
        ("612345678", "IT", "lost_zero", ""),
        ("491712345678", "DE", "lost_plus", ""),
        ("33612345678", "DE", "lost_zero", ""),
        ("493023125101", "US", "lost_plus", ""),
    ],
)
def test_damage_is_named_and_mended_only_where_it_is_certain(value: str, region: str, code: str, repaired: str) -> None:
    damage = find_damage(value, region)
    assert damage is not None
    assert (damage.code, damage.repaired) == (code, repaired)
    assert damage.message.endswith(".")


@pytest.mark.parametrize(
    ("value", "region"),
    [
        ("0171 2345678", "DE"), ("+491712345678", "DE"), ("1712345678", ""), ("23125101", "DE"), ("200", "DE"),
        ("6505550101", "US"), ("612345678", "ES"), ("*21#", "DE"), ("030/123456-15", "DE"), ("sip:a@b.example", "DE"),
        ("01.02.2020", "DE"), ("1.5", "DE"), ("'", "DE"), ("'quoted'", "DE"), ("E11", "DE"), ("0" * 20, "DE"),
        ("", "DE"),
    ],
)  # fmt: skip
def test_a_number_as_somebody_wrote_it_has_no_damage(value: str, region: str) -> None:
    assert find_damage(value, region) is None


def test_a_number_that_may_have_lost_either_says_so() -> None:
    damage = find_damage("33612345678", "DE")
    assert damage is not None
    assert "033612345678" in damage.message
    assert "+33612345678" in damage.message


def test_a_warning_names_line_and_value_and_rejects_nothing_and_repairs_only_when_told() -> None:
    contact = Contact(display_name="Ann", numbers=(PhoneNumber(value="200"), PhoneNumber(value="4917112345678.0")))
    reading = Reading(format="csv", encoding="utf-8", rows=(Row(line=7, contact=contact),))
    planned = plan([], reading, region="DE")
    (warning,) = planned.warnings
    assert (warning.line, warning.field, warning.code) == (7, "numbers.1.value", "decimals")
    assert (warning.value, warning.repaired) == ("4917112345678.0", "4917112345678")
    assert (planned.rejected, planned.creates[0].numbers[1].value) == (0, "4917112345678.0")
    repaired = plan([], reading, region="DE", repair=True)
    assert repaired.creates[0].numbers[1].value == "4917112345678"
    assert repaired.warnings == planned.warnings
