from __future__ import annotations

import pytest
from lxml import etree

from phonebook_vendor_sdk import AboutBook, Bench, Book, Contact, PhoneNumber, State
from phonebook_vendor_snom.service import Settings, Snom

pytestmark = pytest.mark.anyio
ANN = Contact(id="1", display_name="Ann", numbers=(PhoneNumber(value="+44 1632 960101", label="Office"),))


@pytest.mark.parametrize(
    ("agent", "model", "firmware", "mac"),
    [
        (
            "Mozilla/4.0 (compatible; snomD785-SIP 10.1.169.16 2010.12-00004-gb8f60d3 00041396D9B4 SXM:0 UXM:0)",
            *("D785", "10.1.169.16", "00041396d9b4"),
        ),
        ("Mozilla/4.0 (compatible; Snom M900 05.20.0001 000413b60680)", "M900", "05.20.0001", "000413b60680"),
        ("Mozilla/4.0 (compatible; snom370-SIP 8.7.5.48 1.1.3-u 0004132E08B4)", "370", "8.7.5.48", "0004132e08b4"),
        ("Mozilla/4.0 (compatible; snom320-SIP 6.5.20; snom320 jffs2 v3.36; snom320 linux 3.38)", "320", "6.5.20", ""),
        ("Mozilla/4.0 (compatible; snomPA1-SIP 8.4.23 1.1.3-s)", "PA1", "8.4.23", ""),
        ("Mozilla/4.0 (compatible; snom870-SIP 8.3.6 SPEAr300 SNOM 1.4)", "870", "8.3.6", ""),
        ("Mozilla/4.0 (compatible; snom m9 9.1.43)", "m9", "9.1.43", ""),
        ("snom370-SIP 8.7.5.48", "370", "8.7.5.48", ""),
    ],
)
def test_the_user_agent_names_model_firmware_and_mac(agent: str, model: str, firmware: str, mac: str) -> None:
    phone = Snom().identify(agent)
    assert (phone.vendor, phone.model, phone.firmware, phone.mac) == ("Snom", model, firmware, mac)


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "Mozilla/5.0",
        "Mozilla/4.0 (compatible; snom lid 3605)",
        "Yealink SIP-T46G 28.72.0.1 00:15:65:4a:a9:37",
        "Grandstream Model HW GXP2135 SW 1.0.7.97 DevId 000b828aa872",
        "snom" + "9" * 250,
    ],
)
def test_other_user_agents_are_nobody(agent: str) -> None:
    assert Snom().identify(agent).vendor == ""


def test_the_snippets_are_what_to_type_and_what_to_provision() -> None:
    base = "https://pb.example.net/phones/snom/b"
    urls = {file: f"{base}/{file}" for file in Snom.files}
    settings = Settings(username="pb-1", password="secret-secret", title="Müller & Co", refresh=7200)
    typed, dect, browse = (snippet.text for snippet in Snom().snippets(urls, settings))
    assert typed == (
        "Name: Müller & Co\n"
        "URL: https://pb.example.net/phones/snom/b/directory.xml\n"
        "User: pb-1\n"
        "Password: secret-secret\n"
        "Interval: 7200\n"
    )
    values = {each.tag: each.text for each in etree.fromstring(dect.encode())[0]}
    assert values == {
        "phonebook_server_location": "0",
        "phonebook_location": "https://pb-1:secret-secret@pb.example.net/phones/snom/b/",
        "phonebook_filename": "dect.xml",
        "phonebook_reload_time": "7200",
    }
    [key] = etree.fromstring(browse.encode())[0]
    assert key.text == "url https://pb-1:secret-secret@pb.example.net/phones/snom/b/browse.xml"


def test_names_that_a_base_cuts_are_a_notice() -> None:
    long = Contact(id="2", display_name="Bartholomew Featherstonehaugh", numbers=ANN.numbers)
    settings = Settings(username="pb-1", password="secret-secret", title="Book")
    [notice] = Snom().all_advice(Book(AboutBook(id="b", name="B"), [ANN, long]), settings)
    assert notice.code == "limit_name_2"
    assert notice.message.startswith(
        "Snom M300 and M700 (DECT): 1 name will be cut, as there is room for 23 characters."
    )


async def test_it_is_enabled_without_a_question_and_answers_get_and_post_alike() -> None:
    async with Bench(Snom, contacts=[ANN]) as bench:
        assert bench.state is State.ENABLED
        agent = "Mozilla/4.0 (compatible; snomD785-SIP 10.1.169.16 2010.12-00004 00041396D9B4 SXM:0)"
        posted = await bench.get("directory.xml", method="POST", body=b"mac=1", user_agent=agent)
        assert (posted.status, posted.headers["content-type"]) == (200, "text/xml; charset=utf-8")
        assert posted.body == (await bench.get("directory.xml")).body
        assert b"+44 1632 960101" in (await bench.get("dect.xml")).body
        found = await bench.get("browse.xml", query="q=ann")
        assert b"<Name>Ann</Name>" in found.body
        assert "00041396d9b4" in {dispatch.phone.mac for dispatch in await bench.dispatches(4)}
