"""`python -m benchmarks.rendering DATABASE PHONEBOOK`: processor seconds of renderings and searches, as JSON."""

from __future__ import annotations

import gc
import json
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from benchmarks.rivals import read_contacts
from phonebook_core.contact import Contact
from phonebook_core.phone_number import NumberForm, OutputForm
from phonebook_core.vendor_link.messages import Book as About
from phonebook_vendor_sdk import Book, PhoneRequest
from phonebook_vendor_yealink.service import Settings, Yealink

TIMES: Final = 5
_SETTINGS: Final = Settings(title="Everybody", username="u" * 16, password="p" * 32)
_AS_TYPED: Final = OutputForm()
_TYPED: Final = ("m", "mü", "müll", "müller an", "bäckerei", "vertrieb", "0171", "+49 30", "30", "1")
_NATIONAL: Final = OutputForm(form=NumberForm.NATIONAL, outside_prefix="0")


def main() -> None:
    """Time each file on a new book each time, as a service does after a change."""
    with sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True) as connection:
        contacts = read_contacts(connection, sys.argv[2])
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)
    book = _book(contacts, _NATIONAL, None)
    searched = _book(contacts, _AS_TYPED, None)
    found = {
        "directory.xml": [_seconds(Yealink.directory, _book(contacts, _AS_TYPED, None)) for _ in range(TIMES)],
        "book.xml": [_seconds(Yealink.folders, _book(contacts, _AS_TYPED, None)) for _ in range(TIMES)],
        "national, first time": [_seconds(Yealink.directory, book)],
        "national, again": [_seconds(Yealink.directory, _book(contacts, _NATIONAL, book)) for _ in range(TIMES)],
        "search, first time": [_searching(searched, "a")],
        "search, again": [_searching(searched, text) for text in _TYPED],
    }
    print(json.dumps(found))


def _book(contacts: Sequence[Contact], output: OutputForm, before: Book | None) -> Book:
    return Book(About(id="", name="", site="", region="DE", output=output), contacts, before)


def _seconds(render: Callable[[Book, Any, PhoneRequest], bytes], book: Book) -> float:
    request = PhoneRequest(file="", url="")
    began = time.process_time()
    render(book, _SETTINGS, request)
    return time.process_time() - began


def _searching(book: Book, text: str) -> float:
    began = time.process_time()
    book.search(text)
    return time.process_time() - began


if __name__ == "__main__":
    main()
