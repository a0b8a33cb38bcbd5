from __future__ import annotations

import pytest

from phonebook_core.vendor_link.transport import HostableService
from phonebook_vendor_sdk import AboutBook, Bench, Book, Contact, PhoneNumber, State
from phonebook_vendor_yealink.service import Settings, Yealink

pytestmark = pytest.mark.anyio
MAC = "0015654aa937"


@pytest.mark.parametrize(
    ("agent", "model", "firmware", "mac"),
    [
        ("Yealink SIP-T46G 28.72.0.1 00:15:65:4a:a9:37", "T46G", "28.72.0.1", MAC),
        ("yealink SIP-T28P 2.70.0.140 00:15:65:4A:A9:37", "T28P", "2.70.0.140", MAC),
        ("Yealink SIP VP-T49G 51.80.0.10 00:15:65:4a:a9:37", "T49G", "51.80.0.10", MAC),
        ("Yealink CP860 37.72.0.5 00:15:65:4a:a9:37", "CP860", "37.72.0.5", MAC),
        ("Yealink W52P 25.80.0.15 00-15-65-4a-a9-37", "W52P", "25.80.0.15", MAC),
        ("Yealink W90DM 130.87.0.10 00:15:65:4a:a9:37", "W90DM", "130.87.0.10", MAC),
        ("Yealink SIP-T85W 185.87.0.10 00:15:65:4a:a9:37", "T85W", "185.87.0.10", MAC),
        ("W52P 25.30.0.2 00:15:65:4a:a9:37", "W52P", "25.30.0.2", MAC),
        ("VP530P 23.70.0.40 00:15:65:4a:a9:37", "VP530P", "23.70.0.40", MAC),
        ("Yealink SIP-T56A 58.80.0.25 0015654aa937", "T56A", "58.80.0.25", MAC),
        ("Yealink-T46G 28.71.0.81 28.1.0.128.0.0.0", "T46G", "28.71.0.81", ""),
        ("Yealink SIP-T46S 66.86.0.15", "T46S", "66.86.0.15", ""),
        ("Yealink SIP-T54W 96.85.0.5", "T54W", "96.85.0.5", ""),
    ],
)
def test_the_user_agent_names_model_firmware_and_mac(agent: str, model: str, firmware: str, mac: str) -> None:
    phone = Yealink().identify(agent)
    assert (phone.vendor, phone.model, phone.firmware, phone.mac) == ("Yealink", model, firmware, mac)


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "Mozilla/5.0",
        "curl/8.0",
        "Grandstream Model HW GXP2135 SW 1.0.7.97 DevId 000b828aa872",
        "Htek UC903 2.0.4.2 00:1f:c1:1c:22:a9",
        "Fanvil X4 2.10.2.6887 0c383e07e16c",
        "Flyingvoice FIP13G V0.6.24 00:21:F2:22:AE:F1",
        "Yealink " + "9" * 250,
    ],
)
def test_other_user_agents_are_nobody(agent: str) -> None:
    assert Yealink().identify(agent).vendor == ""


@pytest.mark.parametrize(
    ("agent", "since"),
    [
        ("Yealink SIP-T46G 28.72.0.1 00:15:65:4a:a9:37", "V84"),
        ("Yealink SIP-T46G 28.83.0.120", "V84"),
        ("Yealink SIP-T46S 66.84.0.15", ""),
        ("Yealink SIP-T54W 96.86.0.100 805ec0112233", ""),
        ("Yealink SIP-T99 1.2.3", ""),
        ("Mozilla/5.0", ""),
    ],
)
def test_firmware_without_fields_for_a_login_is_known(agent: str, since: str) -> None:
    assert Yealink().identify(agent).login_since == since


SETTINGS = Settings(username="pb-1", password="secret-secret", title="Example; #1\nLtd", caller_names=False)
URLS = {"directory.xml": "https://pb.example.net/p/directory.xml", "book.xml": "https://pb.example.net/p/book.xml"}


def test_the_snippets_can_be_pasted_into_provisioning() -> None:
    newer, folders, older = Yealink().snippets(URLS, SETTINGS)
    assert newer.title == "Firmware V84 and later"
    assert newer.text == (
        'remote_phonebook.data.1.name = "Example; #1 Ltd"\n'
        "remote_phonebook.data.1.url = https://pb.example.net/p/directory.xml\n"
        "remote_phonebook.data.1.username = pb-1\n"
        "remote_phonebook.data.1.password = secret-secret\n"
        "features.remote_phonebook.enable = 0\n"
        "features.remote_phonebook.flash_time = 3600\n"
        "features.remote_phonebook.enter_update_enable = 1\n"
        "directory_setting.remote_phone_book.enable = 1\n"
        "search_in_dialing.remote_phone_book.enable = 1\n"
    )
    assert "https://pb.example.net/p/book.xml" in folders.text
    assert "remote_phonebook.data.1.url = https://pb-1:secret-secret@pb.example.net/p/directory.xml\n" in older.text
    assert ".username" not in older.text
    assert ".password" not in older.text


def test_more_contacts_than_phones_are_known_to_take_are_a_notice() -> None:
    def notices(count: int) -> list[str]:
        people = [Contact(id=str(n), display_name="A", numbers=(PhoneNumber(value="1"),)) for n in range(count)]
        return [n.code for n in Yealink().all_advice(Book(AboutBook(id="b", name="B"), people), SETTINGS)]

    assert notices(1_000) == []
    assert notices(1_001) == ["limit_contacts_1"]


async def test_it_is_enabled_without_a_question_and_serves_both_files() -> None:
    ann = Contact(id="1", display_name="Ann", numbers=(PhoneNumber(value="+44 1632 960101", label="Office"),))
    async with Bench(Yealink, contacts=[ann]) as bench:
        assert bench.state is State.ENABLED
        agent = "Yealink SIP-T54W 96.85.0.5 00:15:65:4a:a9:37"
        for file, root in (("directory.xml", b"<YealinkIPPhoneDirectory>"), ("book.xml", b"<YealinkIPPhoneBook>")):
            response = await bench.get(file, user_agent=agent, query="term=#SEARCH")
            assert response.status == 200
            assert response.headers["content-type"] == "text/xml; charset=utf-8"
            assert root in response.body
            assert b"+44 1632 960101" in response.body
        assert {d.phone.mac for d in await bench.dispatches(2)} == {MAC}


async def test_a_title_that_is_too_long_is_a_problem_at_its_field() -> None:
    async with Bench(Yealink, turned_on=False) as bench:
        await bench.turn_on()
        report = await bench.configure(title="x" * 101, refresh=60)
        assert [problem.field for problem in report.problems] == ["title", "refresh"]


def test_a_server_can_host_it() -> None:
    hostable: HostableService = Yealink
    assert (hostable.slug, hostable.label) == ("yealink", "Yealink")
