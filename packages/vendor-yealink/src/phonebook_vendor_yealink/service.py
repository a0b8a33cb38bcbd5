"""Yealink desk phones and DECT base stations: the phonebook as a Yealink remote phonebook.

The formats are those of Yealink's remote phonebook, as its own templates and working servers use them (FusionPBX, wazo,
FS PBX and others). README.md of this package says what is known, what is only said, and where each fact comes from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Final

from phonebook_vendor_sdk import (
    Automatic,
    Book,
    Contact,
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
    """What a person can choose for Yealink phones."""

    title: Annotated[
        str,
        Setting(title="Name shown on the phone", automatic=Automatic.PHONEBOOK_NAME),
        Meta(min_length=1, max_length=100),
    ]
    refresh: Annotated[
        int,
        Setting(title="Seconds between two fetches", help="From an hour to 30 days; opening the book fetches as well."),
        Meta(ge=3600, le=2_592_000),
    ] = 3600
    caller_names: Annotated[bool, Setting(title="Show the names of callers")] = True
    rest: Annotated[
        str,
        Setting(title="Folder for contacts without a group", help="Used in book.xml, when there are groups."),
        Meta(min_length=1, max_length=100),
    ] = "Other"


class Yealink(VendorService[Settings]):
    """Two files: labelled numbers for desk phones, and folders with three fixed slots for DECT and for grouping."""

    slug = "yealink"
    label = "Yealink"
    place = "Directory › Remote Phone Book"
    limits = (Limits(phones="Yealink desk phones, as some say", contacts=1_000),)

    @phone_file("directory.xml", title="Desk phones (T series): every number with its label")
    @staticmethod
    def directory(book: Book, settings: Settings, request: PhoneRequest) -> bytes:
        """`YealinkIPPhoneDirectory`. DECT ignores the labels."""
        xml = XmlWriter("YealinkIPPhoneDirectory")
        xml.element("Title", settings.title)
        for contact in book.with_numbers:
            with xml.inside("DirectoryEntry"):
                xml.element("Name", book.shown_name(contact))
                for number in contact.numbers:
                    xml.element("Telephone", book.dial(number), label=number.label or None)
        return xml.document()

    @phone_file("book.xml", title="DECT (W series), and folders by group: office, mobile and other number")
    @staticmethod
    def folders(book: Book, settings: Settings, request: PhoneRequest) -> bytes:
        """`YealinkIPPhoneBook`: a `Menu` per group, and one for the contacts in none."""
        xml = XmlWriter("YealinkIPPhoneBook")
        xml.element("Title", settings.title)
        for name, contacts in book.groups.items():
            _write_menu(xml, name, contacts, book)
        if book.ungrouped:
            _write_menu(xml, settings.rest if book.groups else settings.title, book.ungrouped, book)
        return xml.document()

    def identify(self, user_agent: str) -> Phone:
        """Model, firmware and MAC. Some phones leave the MAC out, or send a hardware version in its place.

        The second number of the firmware is its version: 28.72.0.1 is V72. Before V84 there are no fields for a login.
        """
        match = _AGENT.match(user_agent)
        if match is None:
            return Phone()
        return Phone(
            vendor="Yealink",
            model=match["model"] or match["model_only"],
            firmware=match["firmware"],
            mac=re.sub("[:-]", "", match["mac"] or "").lower(),
            login_since="V84" if int(match["firmware"].split(".")[1]) in WITHOUT_LOGIN else "",
        )

    def snippets(self, urls: Mapping[str, str], settings: Settings) -> Sequence[Snippet]:
        """Configuration for provisioning. From firmware V84 on the login has its own keys; before, it is in the URL."""
        login = settings.username, settings.password
        directory, folders = urls["directory.xml"], urls["book.xml"]
        with_login = directory.replace("://", "://" + ":".join(login) + "@", 1)
        return [
            Snippet(title="Firmware V84 and later", text=_configuration(settings, directory, login)),
            Snippet(
                title="Firmware V84 and later: DECT, or folders by group", text=_configuration(settings, folders, login)
            ),
            Snippet(title="Firmware before V84", text=_configuration(settings, with_login, None)),
        ]


WITHOUT_LOGIN: Final = range(30, 84)
"""Versions of firmware that have no fields for user name and password; they take both in the URL at best."""
SLOTS: Final = ([LabelKind.WORK], [LabelKind.MOBILE], [LabelKind.HOME, LabelKind.FAX, LabelKind.OTHER])
"""What the numbers of one `Unit` are shown as: `Phone1` as office, `Phone2` as mobile, `Phone3` as other."""

_AGENT: Final = re.compile(
    r"^(?:yealink[ -](?:SIP(?:[ -]VP)?[ -])?(?P<model>[A-Za-z][\w-]{1,15})|(?P<model_only>W5\d\w?|VP530\w?))"
    r"\s+(?P<firmware>\d+(?:\.\d+){2,3})"
    r"(?:\s+(?:(?P<mac>(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|[0-9a-f]{12})|\S+))?\s*$",
    re.IGNORECASE | re.ASCII,
)


def _write_menu(xml: XmlWriter, name: str, contacts: Iterable[Contact], book: Book) -> None:
    with xml.inside("Menu", Name=name):
        for contact in contacts:
            for count, slots in enumerate(in_slots(contact.numbers, *SLOTS), start=1):
                shown = book.shown_name(contact)
                one, two, three = (book.dial(number) if number else "" for number in slots)
                name = shown if count == 1 else f"{shown} ({count})"
                xml.element("Unit", Name=name, Phone1=one, Phone2=two, Phone3=three, default_photo="Resource:")


def _configuration(settings: Settings, url: str, login: tuple[str, str] | None) -> str:
    slot = "remote_phonebook.data.1"  # a phone has five; people change the number when this one is taken
    lines = [f"{slot}.name = {_quoted(settings.title)}", f"{slot}.url = {_quoted(url)}"]
    if login is not None:
        lines += [f"{slot}.username = {login[0]}", f"{slot}.password = {login[1]}"]
    lines += [
        f"features.remote_phonebook.enable = {settings.caller_names:d}",
        f"features.remote_phonebook.flash_time = {settings.refresh}",
        "features.remote_phonebook.enter_update_enable = 1",
        "directory_setting.remote_phone_book.enable = 1",
        "search_in_dialing.remote_phone_book.enable = 1",
    ]
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    """A value as a `.cfg` takes it: on one line, and in quotes only when `#` or `;` would begin a comment."""
    plain = "".join(c for c in " ".join(value.split()) if c.isprintable())
    return '"' + plain.replace('"', "'") + '"' if "#" in plain or ";" in plain else plain


def main() -> None:
    """Run the Yealink service on its own."""
    run(Yealink)
