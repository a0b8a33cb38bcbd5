"""Grandstream phones: the phonebook as the `phonebook.xml` that they download into their own.

README.md of this package says what is known of the format, what is only said, and where each fact comes from.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from phonebook_vendor_sdk import (
    Book,
    LabelKind,
    Limits,
    Meta,
    Phone,
    PhoneRequest,
    PhoneSettings,
    Setting,
    Snippet,
    VendorService,
    XmlWriter,
    in_slots,
    phone_file,
    run,
)


class Settings(PhoneSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person can choose for Grandstream phones."""

    refresh: Annotated[int, Setting(title="Minutes between two downloads"), Meta(ge=5, le=720)] = 60
    account: Annotated[
        int,
        Setting(title="Account that calls", help="0 is the first one; very old models count from 1."),
        Meta(ge=0, le=16),
    ] = 0
    replace: Annotated[bool, Setting(title="Remove what people entered on the phone")] = False


class Grandstream(VendorService[Settings]):
    """One file under two names: a phone has one phonebook, and adds the name of the file to the address by itself."""

    slug = "grandstream"
    label = "Grandstream"
    limits = (
        Limits(phones="WP826, as was measured, and older GXP", contacts=1_000, name=18, apart=True),
        Limits(phones="GRP26xx, as some say", contacts=2_000),
    )

    @phone_file("phonebook.xml", title="GXP, GRP, GXV, WP and DP models")
    @staticmethod
    def phonebook(book: Book, settings: Settings, request: PhoneRequest) -> bytes:
        """`AddressBook`, with a group for each of the phonebook's."""
        xml = XmlWriter("AddressBook")
        xml.element("version", "1")
        groups = {name: str(number) for number, name in enumerate(book.groups, 1)}
        for name, number in groups.items():
            with xml.inside("pbgroup"):
                xml.element("id", number)
                xml.element("name", name)
        taken: set[int] = set()
        for contact in book.with_numbers:
            given, family = book.names(contact)
            for count, row in enumerate(in_slots(contact.numbers, *SLOTS), 1):
                with xml.inside("Contact"):
                    xml.element("id", _stable_id(f"{contact.id}/{count}", taken))
                    xml.element("FirstName", given)
                    xml.element("LastName", family if count == 1 else f"{family} ({count})".strip())
                    xml.element("Company", contact.organization)
                    xml.element("Frequent", "0")
                    for kind, phone in zip(TYPES, row, strict=True):
                        if phone is not None:
                            with xml.inside("Phone", type=kind):
                                xml.element("phonenumber", book.dial(phone))
                                xml.element("accountindex", str(settings.account))
                    for group in dict.fromkeys(contact.groups):
                        xml.element("Group", groups[group])
                    xml.element("Primary", "0")
        return xml.document()

    @phone_file("gs_phonebook.xml", title="GXP280 and its like: the same under its older name")
    @staticmethod
    def older_name(book: Book, settings: Settings, request: PhoneRequest) -> bytes:
        """The same bytes."""
        return Grandstream.phonebook(book, settings, request)

    def identify(self, user_agent: str) -> Phone:
        """Model, firmware and MAC; a hardware version may stand between the first two."""
        match = _AGENT.match(user_agent)
        if match is None:
            return Phone()
        return Phone(vendor="Grandstream", model=match[1], firmware=match[2], mac=match[3].lower())

    def snippets(self, urls: Mapping[str, str], settings: Settings) -> Sequence[Snippet]:
        """The address is without `https://` and without the name of the file, which the phone adds."""
        scheme, _, rest = urls["phonebook.xml"].partition("://")
        values = {
            "P330": "3" if scheme == "https" else "1",
            "P331": rest.rpartition("/")[0] + "/",
            "P6713": settings.username,
            "P6714": settings.password,
            "P332": str(settings.refresh),
            "P333": f"{settings.replace:d}",
        }
        xml = XmlWriter("gs_provision", version="1")
        with xml.inside("config", version="1"):
            for name, value in values.items():
                xml.element(name, value)
        lines = "\n".join(f"{name} = {value}" for name, value in values.items())
        return [
            Snippet(title="Provisioning in XML (GRP, newer GXP)", text=xml.document().decode()),
            Snippet(title="Provisioning by P values", text=lines + "\n"),
        ]


SLOTS: Final = ([LabelKind.WORK], [LabelKind.MOBILE], [LabelKind.HOME])
TYPES: Final = ("Work", "Cell", "Home")
"""The types that every model is known to keep, one number of each; further numbers get an entry of their own."""

_AGENT: Final = re.compile(
    r"Grandstream (?:Model HW )?(\w{1,32})(?:\s+V\S{1,16})?\s+(?:SW |\([^:]{0,32}:)([\d.]{1,24})(?:/[^)]{0,64}\))?"
    r" DevId ([0-9a-fA-F]{12})\s*$",
    re.ASCII,
)


def _stable_id(key: str, taken: set[int]) -> str:
    """A number that stays the same while others come and go, as phones take an entry with another id for a new one."""
    number = zlib.crc32(key.encode()) & 0x7FFFFFFF
    while number in taken or not number:
        number = (number + 1) & 0x7FFFFFFF
    taken.add(number)
    return str(number)


def main() -> None:
    """Run the Grandstream service on its own."""
    run(Grandstream)
