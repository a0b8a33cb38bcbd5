"""Filling the throw-away installation, by the same actions that the API and the commands use."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from phonebook_server.accounts.guards import COMMAND_LINE
from phonebook_server.config import Config
from phonebook_server.contacts.actions import create_contact
from phonebook_server.contacts.inputs import ContactInput, EmailInput, NumberInput
from phonebook_server.demo.people import SITES, DemoPhonebook
from phonebook_server.opening import open_server
from phonebook_server.people.users import add_user
from phonebook_server.phonebooks.actions import PhonebookInput, create_phonebook
from phonebook_server.sites.actions import create_site
from phonebook_server.tokens.actions import create_token

ADMINISTRATOR = "demo@phonebook.example"


class SeededPhonebook(Struct, frozen=True):
    """A phonebook that was made. `on_phones`: a service is to be turned on for it."""

    id: str
    name: str
    site: str
    contacts: int
    on_phones: bool


class Seeded(Struct, frozen=True):
    """What the installation now holds. `token` acts as its administrator, `link` lets them choose a password."""

    token: str
    link: str
    phonebooks: list[SeededPhonebook]


async def seed(config: Config) -> Seeded:
    """Make the administrator, the sites, the phonebooks and the contacts. The server need not run."""
    server = open_server(config)
    try:
        administrator = await add_user(server, COMMAND_LINE, ADMINISTRATOR, is_admin=True)
        token = await create_token(server, COMMAND_LINE, administrator.id, "demonstration")
        made = []
        for site in SITES:
            site_id = (await create_site(server, COMMAND_LINE, name=site.name, region=site.region)).id
            for book in site.phonebooks:
                phonebook = await create_phonebook(server, COMMAND_LINE, site_id, PhonebookInput(name=book.name))
                contacts = list(contacts_of(book))
                for contact in contacts:
                    await create_contact(server, COMMAND_LINE, phonebook.id, contact)
                made.append(SeededPhonebook(phonebook.id, book.name, site.name, len(contacts), book.on_phones))
    finally:
        await server.db.close()
    return Seeded(token.token, administrator.link, made)


def contacts_of(book: DemoPhonebook) -> Iterator[ContactInput]:
    """The people of a phonebook as they would be sent to the API."""
    for line in book.people.strip().splitlines():
        given, family, where, title, groups, numbers = (part.strip() for part in line.split(";"))
        yield ContactInput(
            given_name=given,
            family_name=family if given else "",
            display_name=family + given if _is_family_first(family) or not given else "",
            organization=book.organization or where,
            department=where if book.organization else "",
            title=title,
            groups=[group.strip() for group in groups.split(",") if group.strip()],
            numbers=[
                NumberInput(label=label, value=value)
                for label, _, value in (number.strip().partition(" ") for number in numbers.split(","))
            ],
            emails=[EmailInput(label="work", value=f"{family.lower()}@phonebook.example")]
            if given and family.isascii() and family.isalpha()
            else [],
        )


def _is_family_first(name: str) -> bool:
    """Whether it is written in Chinese characters or Hangul, where the family name comes first."""
    return all("\u4e00" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7a3" or c == "々" for c in name)
