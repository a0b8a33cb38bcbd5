from __future__ import annotations

import pytest
from lxml import etree

from phonebook_vendor_grandstream.service import Grandstream, Settings
from phonebook_vendor_sdk import AboutBook, Bench, Book, Contact, PhoneNumber, State

pytestmark = pytest.mark.anyio
ANN = Contact(id="1", given_name="Ann", family_name="Example", numbers=(PhoneNumber(value="101", label="Work"),))


@pytest.mark.parametrize(
    ("agent", "model", "firmware", "mac"),
    [
        ("Grandstream Model HW GXP2135 SW 1.0.7.97 DevId 000b828aa872", "GXP2135", "1.0.7.97", "000b828aa872"),
        ("Grandstream Model HW GRP2614 SW 1.0.5.15 DevId C074AD0B63EE", "GRP2614", "1.0.5.15", "c074ad0b63ee"),
        ("Grandstream Model HW GXP2200 V2.2A SW 1.0.1.33 DevId 000b82462d97", "GXP2200", "1.0.1.33", "000b82462d97"),
        ("Grandstream Model HW GXV3350  V1.3A SW 1.0.1.8 DevId c074ad150b88", "GXV3350", "1.0.1.8", "c074ad150b88"),
        (
            "Grandstream GXP2000 (gxp2000e.bin:1.2.5.3/boot55e.bin:1.1.6.9) DevId 000b822726c8",
            *("GXP2000", "1.2.5.3", "000b822726c8"),
        ),
    ],
)
def test_the_user_agent_names_model_firmware_and_mac(agent: str, model: str, firmware: str, mac: str) -> None:
    phone = Grandstream().identify(agent)
    assert (phone.vendor, phone.model, phone.firmware, phone.mac) == ("Grandstream", model, firmware, mac)


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "Mozilla/5.0",
        "Yealink SIP-T46G 28.72.0.1 00:15:65:4a:a9:37",
        "Grandstream Model HW GXP2135 SW 1.0.7.97",
        "Grandstream " + "9" * 240,
    ],
)
def test_other_user_agents_are_nobody(agent: str) -> None:
    assert Grandstream().identify(agent).vendor == ""


@pytest.mark.parametrize(("scheme", "protocol"), [("https", "3"), ("http", "1")])
def test_the_snippets_name_the_folder_without_scheme_and_file(scheme: str, protocol: str) -> None:
    urls = {file: f"{scheme}://pb.example.net:8443/phones/grandstream/b/{file}" for file in Grandstream.files}
    settings = Settings(username="pb-1", password="secret-secret", refresh=30, replace=True)
    xml, lines = (snippet.text for snippet in Grandstream().snippets(urls, settings))
    values = {
        "P330": protocol,
        "P331": "pb.example.net:8443/phones/grandstream/b/",
        "P6713": "pb-1",
        "P6714": "secret-secret",
        "P332": "30",
        "P333": "1",
    }
    [config] = etree.fromstring(xml.encode())
    assert {each.tag: each.text for each in config} == values
    assert lines == "".join(f"{name} = {value}\n" for name, value in values.items())


def test_names_are_counted_field_by_field() -> None:
    fits = Contact(id="2", given_name="Bartholomew", family_name="Featherstonehaugh", numbers=ANN.numbers)
    long = Contact(id="3", display_name="Bartholomew Featherstonehaugh", numbers=ANN.numbers)
    settings = Settings(username="pb-1", password="secret-secret")

    def notices(*people: Contact) -> list[str]:
        return [notice.code for notice in Grandstream().all_advice(Book(AboutBook(id="b", name="B"), people), settings)]

    assert notices(ANN, fits) == []
    assert notices(ANN, fits, long) == ["limit_name_1"]


async def test_it_is_enabled_without_a_question_and_serves_both_names_of_the_file() -> None:
    async with Bench(Grandstream, contacts=[ANN]) as bench:
        assert bench.state is State.ENABLED
        agent = "Grandstream Model HW GXP2135 SW 1.0.7.97 DevId 000b828aa872"
        for file in ("phonebook.xml", "gs_phonebook.xml"):
            response = await bench.get(file, user_agent=agent)
            assert (response.status, response.headers["content-type"]) == (200, "text/xml; charset=utf-8")
            assert b"<phonenumber>101</phonenumber>" in response.body
        assert {dispatch.phone.mac for dispatch in await bench.dispatches(2)} == {"000b828aa872"}
