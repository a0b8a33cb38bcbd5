"""A vendor service that cannot be enabled without an answer: run it as a program."""

from __future__ import annotations

from typing import Annotated, Literal

from phonebook_vendor_sdk import (
    Book,
    Meta,
    PhoneRequest,
    PhoneSettings,
    Problem,
    Setting,
    VendorService,
    XmlWriter,
    phone_file,
    run,
)


class Settings(PhoneSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key that only a person can know, and a host that is asked only where it is needed."""

    key: Annotated[str, Setting(title="Licence key", help="On the invoice."), Meta(min_length=4, max_length=40)]
    way: Annotated[
        Literal["pull", "push"], Setting(title="Way", choices={"pull": "Phones ask", "push": "A gateway asks"})
    ] = "pull"
    gateway: Annotated[str, Setting(title="Gateway", shown_when=("way", "push")), Meta(max_length=40)] = "gateway.lan"


class Acme(VendorService[Settings]):
    """Only `good-key` is accepted."""

    slug = "acme"
    label = "Acme"

    @phone_file("directory.xml", title="Acme phones")
    @staticmethod
    def directory(book: Book, settings: Settings, request: PhoneRequest) -> bytes:
        """The names."""
        xml = XmlWriter("AcmeDirectory")
        for contact in book.with_numbers:
            xml.element("Name", book.shown_name(contact))
        return xml.document()

    async def check(self, settings: Settings) -> list[Problem]:
        """As a maker's licence server would answer."""
        return [] if settings.key == "good-key" else [Problem(field="key", message="This key is for another product.")]


if __name__ == "__main__":
    run(Acme)
