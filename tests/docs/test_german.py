"""The services that come with it speak English; the dashboard knows all of it in German."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from phonebook_core.vendor_link.forms import filled
from phonebook_vendor_feed.service import Feed
from phonebook_vendor_grandstream.service import Grandstream
from phonebook_vendor_sdk import Automatic, VendorService
from phonebook_vendor_snom.service import Snom
from phonebook_vendor_yealink.service import Yealink

WORDS: Final = (Path(__file__).parents[2] / "dashboard" / "src" / "shared" / "vendor" / "words.ts").read_text()
THE_SAME: Final = {"3.0", "4.0"}


def said(service: type[VendorService[Any]]) -> set[str]:
    """What people read of a service that is enabled."""
    known = {
        Automatic.PHONEBOOK_NAME: "Office",
        Automatic.GENERATED_USERNAME: "pb",
        Automatic.GENERATED_SECRET: "x" * 8,
    }
    settings = service.settings_type(**filled(service.form, {}, known))
    urls = {name: f"https://book.example.org/phones/x/y/{name}" for name in service.files}
    texts = {snippet.title for snippet in service().snippets(urls, settings)}
    texts |= {file.title for file in service.files.values()} | {limits.phones for limits in service.limits}
    for field in service.form.fields:
        texts |= {field.title, field.help, *(choice.title for choice in field.choices)}
    return texts - {""} - THE_SAME


@pytest.mark.parametrize("service", [Yealink, Snom, Grandstream, Feed])
def test_every_word_of_a_service_is_known_in_german(service: type[VendorService[Any]]) -> None:
    missing = [text for text in said(service) if f"'{text}':" not in WORDS and f"  {text}: " not in WORDS]
    assert missing == []
