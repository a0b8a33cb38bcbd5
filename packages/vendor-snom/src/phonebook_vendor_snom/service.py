"""Snom desk phones and DECT base stations: a remote XML directory, a central directory, and pages for the minibrowser.

README.md of this package says what is known of the formats, what is only said, and where each fact comes from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from phonebook_vendor_sdk import (
    Automatic,
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
    label_kind,
    phone_file,
    run,
)


class Settings(PhoneSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person can choose for Snom phones."""

    title: Annotated[
        str,
        Setting(title="Name shown on the phone", automatic=Automatic.PHONEBOOK_NAME),
        Meta(min_length=1, max_length=60),
    ]
    refresh: Annotated[int, Setting(title="Seconds between two downloads"), Meta(ge=3_600, le=1_209_600)] = 86_400


class Snom(VendorService[Settings]):
    """One file that desk phones download, one that DECT bases download, and one that phones browse page by page."""

    slug = "snom"
    label = "Snom"
    limits = (
        Limits(phones="Snom desk phones", contacts=1_000),
        Limits(phones="Snom M300 and M700 (DECT)", name=23),
    )

    @phone_file("directory.xml", title="Desk phones from firmware 10.1.178: remote XML directory")
    @staticmethod
    def directory(book: Book, settings: Settings, request: PhoneRequest) -> bytes:
        """`tbook` 2.0, with every number and its type. Phones ask for it with POST."""
        xml = XmlWriter("tbook", e="2", version="2.0")
        for contact in book.with_numbers:
            given, family = book.names(contact)
            with xml.inside("contact", fav="false", vip="false", blocked="false"):
                xml.element("first_name", given)
                xml.element("last_name", family)
                with xml.inside("numbers"):
                    for number in contact.numbers:
                        kind = TYPES.get(label_kind(number.label), "fixed")
                        xml.element("number", no=book.dial(number), type=kind, outgoing_id="0")
        return xml.document()

    @phone_file("dect.xml", title="DECT (M300, M700, M900): central directory")
    @staticmethod
    def dect(book: Book, settings: Settings, request: PhoneRequest) -> bytes:
        """`IPPhoneDirectory` with exactly three numbers, in this order, each with both its tags also when empty."""
        xml = XmlWriter("IPPhoneDirectory")
        for contact in book.with_numbers:
            for count, (other, office, mobile) in enumerate(in_slots(contact.numbers, *SLOTS), 1):
                shown = book.shown_name(contact)
                with xml.inside("DirectoryEntry"):
                    xml.pair("Name", shown if count == 1 else f"{shown} ({count})")
                    xml.pair("Telephone", book.dial(other) if other else "")
                    xml.pair("Office", book.dial(office) if office else "")
                    xml.pair("Mobile", book.dial(mobile) if mobile else "")
        return xml.document()

    @phone_file("browse.xml", title="All desk phones: browse and search on the server", varies_by=["query"])
    @staticmethod
    def browse(book: Book, settings: Settings, request: PhoneRequest) -> bytes:
        """A page of `SnomIPPhoneDirectory`, or the `SnomIPPhoneInput` in which people type what they look for."""
        if request.value("search"):
            xml = XmlWriter("SnomIPPhoneInput")
            xml.element("Title", settings.title)
            xml.element("Prompt", "?")
            xml.element("URL", request.url)
            with xml.inside("InputItem"):
                xml.element("DisplayName", settings.title)
                xml.element("QueryStringParam", "q")
                xml.element("DefaultValue")
                xml.element("InputFlags", "a")
            return xml.document()
        wanted = request.value("q")
        page = request.page(book.search(wanted) if wanted else book.with_numbers, size=PAGE)
        xml = XmlWriter("SnomIPPhoneDirectory")
        xml.element("Title", settings.title if page.count == 1 else f"{settings.title} {page.number}/{page.count}")
        for contact in page.contacts:
            for number in contact.numbers:
                label = f" ({number.label})" if number.label and len(contact.numbers) > 1 else ""
                with xml.inside("DirectoryEntry"):
                    xml.element("Name", book.shown_name(contact) + label)
                    xml.element("Telephone", book.dial(number))
        keys = (("F1", "?", f"{request.url}?search=1"), ("F2", "<", page.previous), ("F4", ">", page.next))
        for key, label, url in keys:
            if url:
                with xml.inside("SoftKeyItem"):
                    xml.element("Name", key)
                    xml.element("Label", label)
                    xml.element("URL", url)
        return xml.document()

    def identify(self, user_agent: str) -> Phone:
        """Model, firmware and MAC of desk phones and DECT bases. Older firmware leaves the MAC out."""
        match = _AGENT.search(user_agent)
        if match is None:
            return Phone()
        mac = _MAC.search(user_agent, match.end())
        return Phone(vendor="Snom", model=match[1], firmware=match[2], mac=mac[1].lower() if mac else "")

    def snippets(self, urls: Mapping[str, str], settings: Settings) -> Sequence[Snippet]:
        """What to type where there is a page for it, else provisioning; there the login is in the URL."""
        login = f"://{settings.username}:{settings.password}@"
        typed = {
            "Name": settings.title,
            "URL": urls["directory.xml"],
            "User": settings.username,
            "Password": settings.password,
            "Interval": str(settings.refresh),
        }
        folder, _, file = urls["dect.xml"].replace("://", login, 1).rpartition("/")
        return [
            Snippet(
                title="Desk phones from 10.1.178: web page Directory, External Directory",
                text="".join(f"{name}: {value}\n" for name, value in typed.items()),
            ),
            Snippet(
                title="DECT M300, M700, M900: provisioning",
                text=_provisioning(
                    phonebook_server_location="0",
                    phonebook_location=folder + "/",
                    phonebook_filename=file,
                    phonebook_reload_time=str(settings.refresh),
                ),
            ),
            Snippet(
                title="All desk phones: browse with the Directory key",
                text=_provisioning(dkey_directory="url " + urls["browse.xml"].replace("://", login, 1)),
            ),
        ]


PAGE: Final = 30
"""Contacts on one page of the minibrowser."""
TYPES: Final[Mapping[LabelKind | None, str]] = {
    LabelKind.WORK: "business",
    LabelKind.MOBILE: "mobile",
    LabelKind.HOME: "home",
}
SLOTS: Final = ([LabelKind.HOME, LabelKind.FAX, LabelKind.OTHER], [LabelKind.WORK], [LabelKind.MOBILE])

_AGENT: Final = re.compile(r"\bsnom ?(?=[a-z]*\d|pa1)(\w{1,16})(?:-SIP)? ([\d.]{3,24})", re.IGNORECASE | re.ASCII)
_MAC: Final = re.compile(r"[\s;]([0-9a-f]{12})(?=[\s;)]|$)", re.IGNORECASE | re.ASCII)


def _provisioning(**values: str) -> str:
    xml = XmlWriter("settings")
    with xml.inside("phone-settings"):
        for name, value in values.items():
            xml.element(name, value, perm="")
    return xml.document().decode()


def main() -> None:
    """Run the Snom service on its own."""
    run(Snom)
