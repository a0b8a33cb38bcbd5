from __future__ import annotations

import json

import pytest

from phonebook_vendor_feed.service import Feed
from phonebook_vendor_sdk import Bench, Contact, PhoneNumber, State

pytestmark = pytest.mark.anyio
ANN = Contact(id="1", display_name="Ann", numbers=(PhoneNumber(value="101"),))


async def test_it_is_enabled_without_a_question_and_serves_three_formats() -> None:
    async with Bench(Feed, contacts=[ANN, Contact(id="2", organization="No number")]) as bench:
        assert bench.state is State.ENABLED
        response = await bench.get("contacts.json")
        assert response.headers["content-type"] == "application/json"
        assert [each.get("display_name") for each in json.loads(response.body)["contacts"]] == ["Ann", None]
        response = await bench.get("contacts.csv")
        assert response.headers["content-type"] == "text/csv; charset=utf-8"
        assert b"No number" in response.body
        response = await bench.get("contacts.vcf")
        assert response.headers["content-type"] == "text/vcard; charset=utf-8"
        assert response.body.count(b"BEGIN:VCARD") == 2
        again = await bench.get("contacts.vcf", headers={"if-none-match": response.headers["etag"]})
        assert again.status == 304


async def test_the_version_of_the_cards_can_be_chosen() -> None:
    async with Bench(Feed, contacts=[ANN], settings={"vcard": "4.0"}) as bench:
        assert b"VERSION:4.0" in (await bench.get("contacts.vcf")).body
