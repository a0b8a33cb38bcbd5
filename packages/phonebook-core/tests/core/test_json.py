"""Contacts as JSON: a list, or an object with the list; whatever else is refused or rejected with a sentence."""

from __future__ import annotations

import pytest

from phonebook_core.contact import Contact, PhoneNumber
from phonebook_core.errors import Invalid
from phonebook_core.formats import read, read_json, write_json, write_rejected


def test_a_plain_list_says_the_same_as_our_own_export() -> None:
    contact = Contact(display_name="Ann", numbers=(PhoneNumber(value="200", label="Extension"),), external_id="X")
    ours = write_json([contact])
    listed = ours.removeprefix(b'{"contacts": ').removesuffix(b"}\n")
    assert listed.startswith(b"[")
    assert read(listed).rows == read(ours).rows
    assert read(ours.decode().encode("utf-16")).rows == read(ours).rows


@pytest.mark.parametrize(
    "data", [b"[", b"{}", b'{"contacts": 1}', b'{"items": []}', b"[]]", b"{\xff}", b"nul", b"[\x00]"]
)
def test_what_is_no_list_of_contacts_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        read_json(data)
    assert refused.value.message.endswith(".")


@pytest.mark.parametrize(
    ("item", "field"),
    [
        (b"1", ""),
        (b"null", ""),
        (b'{"given_name": 1}', "given_name"),
        (b'{"numbers": {"value": "1"}}', "numbers"),
        (b'{"numbers": [{"value": "1"}, {"label": "x"}]}', "numbers.1"),
        (b'{"numbers": [{"value": 200}]}', "numbers.0.value"),
        (b'{"groups": ["a", 1]}', "groups.1"),
        (b'{"meta": {"acme": 1}}', "meta"),
        (b'{"meta": {"acme": {"big": 18446744073709551616}}}', "meta.acme"),
    ],
)
def test_a_wrong_item_is_rejected_by_its_field_and_the_others_are_read(item: bytes, field: str) -> None:
    reading = read_json(b'[{"display_name": "Ann"}, ' + item + b"]")
    ann, wrong = reading.rows
    assert ann.contact == Contact(display_name="Ann")
    assert wrong.contact is None
    assert [problem.message for problem in wrong.problems if not problem.message.endswith(".")] == []
    if field:
        assert field in {problem.field for problem in wrong.problems}


def test_rejected_items_have_their_reason_and_can_be_mended_and_read_again() -> None:
    reading = read_json(b'[{"display_name": "Ann"}, {"display_name": "Bob", "numbers": [200]}, 7]')
    rejected = write_rejected(reading, {2: "Not so.", 3: "No contact."})
    assert b'"problem":"Not so."' in rejected
    again = read(rejected.replace(b"[200]", b'[{"value": "200"}]'))
    assert [row.contact.display_name for row in again.rows if row.contact] == ["Bob"]
    assert again.ignored_columns == ()


def test_unknown_fields_are_named() -> None:
    assert read_json(b'[{"display_name": "Ann", "birthday": "1980"}]').ignored_columns == ("birthday",)
