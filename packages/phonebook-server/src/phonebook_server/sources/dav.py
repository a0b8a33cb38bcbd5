"""WebDAV as far as reading address books needs it: the requests, and what a `207 Multi-Status` says (RFC 4918).

Names are compared without their namespace; none of those that are asked for is in two of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from xml.sax.saxutils import escape

import anyio.to_thread
import httpx
from msgspec import Struct

from phonebook_core.errors import Invalid
from phonebook_core.formats import xml
from phonebook_core.formats.xml import Element
from phonebook_server.sources import trouble
from phonebook_server.sources.fetching import Answer, Visit
from phonebook_server.sources.trouble import Trouble
from phonebook_server.sources.urls import shown

MAX_ANSWER: Final = 32 * 1024 * 1024
"""Bytes of one answer."""
MAX_ELEMENTS: Final = 1_000_000
"""Elements of one answer; the cards of 100,000 contacts are listed with less."""
_NO_ATTRIBUTES: Final[dict[str, str]] = {}
_NAMESPACES: Final = (
    'xmlns:d="DAV:" xmlns:card="urn:ietf:params:xml:ns:carddav" xmlns:cs="http://calendarserver.org/ns/"'
)
_STATUS: Final = re.compile(r"HTTP/\d(?:\.\d)?\s+(\d{3})")
_ENCODED: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")


class Found(Struct, frozen=True):
    """What a multi-status says about one resource: its path, its own status if it has one, the properties it has."""

    href: str
    status: int
    props: dict[str, Element]

    def text(self, name: str) -> str:
        """The text of a property, stripped; empty when it has none."""
        return self.props[name].text.strip() if name in self.props else ""


class Multistatus(Struct, frozen=True):
    """A whole multi-status; `token` is the sync token in it (RFC 6578), if any."""

    found: list[Found]
    token: str


def propfind(props: Iterable[str]) -> bytes:
    """The body of a PROPFIND for these properties, with their prefixes."""
    return _document("d:propfind", f"<d:prop>{''.join(f'<{name}/>' for name in props)}</d:prop>")


def sync_collection(token: str) -> bytes:
    """The body of a sync-collection REPORT (RFC 6578, section 3.2): everything, or what changed since a token."""
    inner = f"<d:sync-token>{escape(token)}</d:sync-token><d:sync-level>1</d:sync-level>"
    return _document("d:sync-collection", inner + "<d:prop><d:getetag/></d:prop>")


def multiget(hrefs: Iterable[str]) -> bytes:
    """The body of an addressbook-multiget REPORT (RFC 6352, section 8.7)."""
    listed = "".join(f"<d:href>{escape(href)}</d:href>" for href in hrefs)
    return _document("card:addressbook-multiget", f"<d:prop><d:getetag/><card:address-data/></d:prop>{listed}")


async def send(visit: Visit, method: str, url: str | httpx.URL, body: bytes, *, depth: str) -> Answer:
    """Send a WebDAV request; the answer may have any status. Raises Trouble."""
    headers = {"content-type": "application/xml; charset=utf-8", "depth": depth, "accept": "application/xml, text/xml"}
    return await visit.ask(method, url, headers=headers, content=body, limit=MAX_ANSWER)


async def ask(visit: Visit, method: str, url: str | httpx.URL, body: bytes, *, depth: str) -> Multistatus:
    """Send a WebDAV request that must be answered by a multi-status. Raises Trouble."""
    return await read(visit, await send(visit, method, url, body, depth=depth))


async def read(visit: Visit, answer: Answer) -> Multistatus:
    """The multi-status of an answer, taken apart beside the loop. Raises Trouble for any other."""
    if answer.status == 207:
        return await anyio.to_thread.run_sync(parse, answer)
    if answer.status < 300 or answer.status in (400, 405, 501):
        if "html" in answer.headers.get("content-type", ""):
            raise trouble.web_page(shown(answer.url))
        raise Trouble(
            "no_carddav",
            f"{shown(answer.url)} is no CardDAV server. Enter the address of the address book, as the server shows it "
            "for CardDAV; for a file of contacts choose the kind “file”.",
        )
    raise visit.refusal(answer)


def parse(answer: Answer) -> Multistatus:
    """A multi-status document (RFC 4918, section 13). Raises Trouble when it is none, or cut off."""
    root = _read_tree(answer)
    if root.name != "multistatus":
        raise trouble.web_page(shown(answer.url))
    found = [_found(element) for element in root.all("response")]
    return Multistatus([each for each in found if each.href], root.first("sync-token"))


def path_of(href: str) -> str:
    """The path in an href, so that two writings of one are equal; the server's name in it does not count."""
    try:
        path = httpx.URL(href).raw_path.decode().partition("?")[0]
    except httpx.InvalidURL:
        return ""
    return _ENCODED.sub(_normal, path)


def resource_types(found: Found) -> set[str]:
    """What a resource is: `collection`, `addressbook`, …"""
    return {child.name for child in found.props["resourcetype"].children} if "resourcetype" in found.props else set()


def hrefs_in(found: Found, name: str) -> list[str]:
    """The hrefs in a property, as they stand there."""
    children = found.props[name].all("href") if name in found.props else []
    return [child.text.strip() for child in children if child.text.strip()]


def _found(element: Element) -> Found:
    props: dict[str, Element] = {}
    for propstat in element.all("propstat"):
        if _status(propstat.first("status")) in (0, 200):
            for prop in propstat.all("prop"):
                props |= {child.name: child for child in prop.children}
    return Found(path_of(element.first("href")), _status(element.first("status")), props)


def _status(text: str) -> int:
    match = _STATUS.match(text)
    return int(match[1]) if match else 0


def _normal(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else match[0].upper()


def _document(root: str, inner: str) -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?><{root} {_NAMESPACES}>{inner}</{root}>'.encode()


def _read_tree(answer: Answer) -> Element:
    """The document as elements. Raises Trouble when it is no XML, or has what XML of strangers must not have."""
    top = Element("", {})
    open_elements = [top]
    count = 0

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MAX_ELEMENTS:
            raise trouble.too_large(shown(answer.url), MAX_ANSWER)
        element = Element(name, _NO_ATTRIBUTES)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def end(_: str) -> None:
        open_elements.pop()

    def characters(text: str) -> None:
        open_elements[-1].text += text

    try:
        parser = xml.open_xml(start, end, characters)
        xml.feed(parser, xml.to_utf8(answer.body)[0])
    except Invalid:
        if answer.body[:512].lstrip().lower().startswith((b"<!doctype html", b"<html")):
            raise trouble.web_page(shown(answer.url)) from None
        raise Trouble(
            "broken_answer",
            f"{shown(answer.url)} answers with XML that is broken or cut off, so nothing of it was used. It will be "
            "tried again by itself; if that stays, ask whoever runs the server.",
        ) from None
    return top.children[0]
