"""The phonebook as plain files, for anything that reads a feed: JSON, CSV and vCard."""

from __future__ import annotations

from typing import Annotated, Literal

from phonebook_vendor_sdk import (
    Book,
    PhoneRequest,
    PhoneSettings,
    Setting,
    VendorService,
    phone_file,
    run,
    write_csv,
    write_json,
    write_vcard,
)


class Settings(PhoneSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person can choose for the feed."""

    numbers: Annotated[
        Literal["dialled", "typed"],
        Setting(title="Numbers", choices={"dialled": "As phones of this book get them", "typed": "As they were typed"}),
    ] = "dialled"
    vcard: Annotated[
        Literal["3.0", "4.0"], Setting(title="Version of the vCards", choices={"3.0": "3.0", "4.0": "4.0"})
    ] = "3.0"


class Feed(VendorService[Settings]):
    """The same contacts, all of them, in three formats that can be imported again."""

    slug = "feed"
    label = "Feed (JSON, CSV, vCard)"

    @phone_file("contacts.json", title="JSON, for programs", content_type="application/json")
    @staticmethod
    def as_json(book: Book, settings: Settings, request: PhoneRequest) -> bytes:
        """An object with the list `contacts`."""
        return write_json(book.dialled if settings.numbers == "dialled" else book.contacts)

    @phone_file("contacts.csv", title="CSV, for spreadsheets", content_type="text/csv; charset=utf-8")
    @staticmethod
    def as_csv(book: Book, settings: Settings, request: PhoneRequest) -> bytes:
        """One line per contact; no cell can be run as a formula."""
        return write_csv(book.dialled if settings.numbers == "dialled" else book.contacts)

    @phone_file("contacts.vcf", title="vCard, for address books", content_type="text/vcard; charset=utf-8")
    @staticmethod
    def as_vcard(book: Book, settings: Settings, request: PhoneRequest) -> bytes:
        """One card per contact (RFC 2426 or RFC 6350)."""
        return write_vcard(book.dialled if settings.numbers == "dialled" else book.contacts, settings.vcard)


def main() -> None:
    """Run the feed on its own."""
    run(Feed)
