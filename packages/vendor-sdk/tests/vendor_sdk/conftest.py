"""What the tests of the SDK share: a small service, and contacts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import pytest

from phonebook_vendor_sdk import (
    Book,
    Contact,
    Invalid,
    Meta,
    Notice,
    PhoneNumber,
    PhoneRequest,
    PhoneSettings,
    Problem,
    Setting,
    VendorService,
    phone_file,
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class PlainSettings(PhoneSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    heading: Annotated[str, Setting(title="Heading"), Meta(max_length=10)] = "Book"


class Plain(VendorService[PlainSettings]):
    """A text file with a line for each contact; "refused" as heading fails the check, "broken" the rendering."""

    slug = "plain"
    label = "Plain"

    @phone_file("list.txt", title="The list", content_type="text/plain; charset=utf-8")
    @staticmethod
    def listing(book: Book, settings: PlainSettings, request: PhoneRequest) -> bytes:
        names = [book.shown_name(contact) for contact in book.contacts]
        if "broken" in names:
            raise RuntimeError("a fault in the vendor's code")
        if "expired" in names:
            raise Invalid("The contract of this heading ended. Choose another.", field="heading")
        return "\n".join([settings.heading, *names]).encode()

    @phone_file("search.txt", title="Search", content_type="text/plain", varies_by=("query", "phone"))
    @staticmethod
    def search(book: Book, settings: PlainSettings, request: PhoneRequest) -> bytes:
        wanted = request.value("q")
        found = [book.shown_name(c) for c in book.contacts if wanted in book.shown_name(c)]
        return "\n".join([request.phone.model, *found]).encode()

    async def check(self, settings: PlainSettings) -> Sequence[Problem]:
        if settings.heading == "raise":
            raise RuntimeError("a fault in the check")
        if settings.heading == "refused":
            return [Problem(field="heading", message="Not this one.")]
        return ()

    def identify(self, user_agent: str) -> Any:
        from phonebook_vendor_sdk import Phone

        if user_agent == "raise":
            raise RuntimeError("a fault in identify")
        return Phone(vendor="Plain", model=user_agent.split("/")[0])

    def advise(self, book: Book, settings: PlainSettings) -> Sequence[Notice]:
        return [Notice(code="many", message="Many contacts.")] if len(book.contacts) > 3 else []


@pytest.fixture
def service() -> type[VendorService[Any]]:
    return Plain


def contact(id: str, name: str, number: str = "200", **more: Any) -> Contact:
    return Contact(id=id, display_name=name, numbers=(PhoneNumber(value=number),), **more)


@pytest.fixture
def people() -> list[Contact]:
    return [contact("1", "Ann"), contact("2", "Ben", "201")]
