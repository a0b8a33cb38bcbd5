"""Showing what a number is while somebody types it."""

from __future__ import annotations

import httpx
import pytest


@pytest.fixture
def url(api: httpx.Client) -> str:
    site = api.post("/api/v1/sites", json={"name": "Office", "region": "DE"}).json()["id"]
    output = {"form": "international_00", "outside_prefix": "0"}
    book = api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": "Book", "output": output}).json()["id"]
    return f"/api/v1/phonebooks/{book}/numbers"


def test_numbers_are_told_with_their_kind_and_the_form_that_phones_get(api: httpx.Client, url: str) -> None:
    values = ["0171 5551234", "200", "*21#", "sip:anna@example.org", "reception", " "]
    items = api.post(url, json={"values": values}).json()["items"]
    assert [item["value"] for item in items] == values
    assert items[0] == {
        "value": "0171 5551234",
        "valid": True,
        "e164": "+491715551234",
        "kind": "mobile",
        "shown": "000491715551234",
        "warnings": [],
    }
    told = [(item["kind"], item["valid"], item["shown"], [w["code"] for w in item["warnings"]]) for item in items[1:]]
    assert told == [
        ("internal", False, "200", []),
        ("feature_code", False, "*21#", []),
        ("sip", False, "sip:anna@example.org", []),
        ("unclear", False, "reception", ["not_a_number"]),
        ("empty", False, "", []),
    ]


def test_what_is_shown_is_what_the_contact_gets(api: httpx.Client, url: str) -> None:
    [shown] = api.post(url, json={"values": ["030 123456"]}).json()["items"]
    contacts = url.replace("/numbers", "/contacts")
    made = api.post(contacts, json={"display_name": "A", "numbers": [{"value": "030 123456"}]}).json()
    assert made["numbers"][0]["e164"] == shown["e164"]


def test_no_more_than_a_hundred_numbers_are_looked_at_at_once(api: httpx.Client, url: str) -> None:
    assert len(api.post(url, json={"values": ["200"] * 100}).json()["items"]) == 100
    refused = api.post(url, json={"values": ["200"] * 101})
    assert (refused.status_code, refused.json()["problems"][0]["field"]) == (400, "values")
    long = api.post(url, json={"values": ["1" * 5_000]}).json()["items"][0]
    assert [w["code"] for w in long["warnings"]] == ["too_long"]
