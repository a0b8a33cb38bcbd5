"""Reading a CardDAV address book (RFC 6352): what changed since the last time, and only that.

With a sync token the server says what changed (RFC 6578). Where there is none, or it is too old, everything is listed
with its ETags and compared. The cards themselves come by addressbook-multiget, in portions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import anyio.to_thread
import httpx
import msgspec
from msgspec import Struct

from phonebook_core.contact import Contact
from phonebook_core.errors import Invalid
from phonebook_core.formats import MAX_ROWS, read_vcard
from phonebook_server.sources import dav
from phonebook_server.sources.dav import Found, Multistatus
from phonebook_server.sources.discovery import find_address_book
from phonebook_server.sources.fetching import Visit
from phonebook_server.sources.state import SourceState
from phonebook_server.sources.trouble import Trouble
from phonebook_server.sources.urls import shown

PORTION: Final = 50
"""Cards that are asked for at once; photos can make them large."""
MAX_ROUNDS: Final = 1_000
"""Parts in which a server may say what changed."""
MAX_CARD: Final = 8 * 1024 * 1024
_PROPS: Final = ("d:resourcetype", "d:sync-token", "d:supported-report-set", "cs:getctag")


class Card(Struct, frozen=True, kw_only=True):
    """A card that was read. Without `contact` it is none (a group), or could not be read, as `problem` says."""

    href: str
    etag: str
    contact: Contact | None = None
    problem: str = ""


class CardDelta(Struct, frozen=True, kw_only=True):
    """What changed in an address book: `cards` are new or changed, `removed` the hrefs that are gone.

    `is_full`: everything was listed, so what is not listed is gone; `listed` counts it. `state` holds for the next
    time, once this is stored.
    """

    cards: list[Card]
    removed: list[str]
    is_full: bool
    listed: int
    state: SourceState


async def read_address_book(visit: Visit, url: str, state: SourceState, known: Mapping[str, str]) -> CardDelta:
    """What changed since `state`; `known` are the ETags that were read, by href. Raises Trouble."""
    collection = state.collection or await find_address_book(visit, url)
    base = httpx.URL(collection)
    if state.sync_token:
        changed = await _list_changes(visit, base, state.sync_token)
        if changed is not None:
            return await _finish(visit, base, changed, known, collection=collection, is_full=False)
    about = await _look(visit, base)
    if _can_sync(about):
        listing = await _list_changes(visit, base, "")
        if listing is not None:
            return await _finish(visit, base, listing, known, collection=collection, is_full=True)
    ctag = about.text("getctag")
    if ctag and ctag == state.ctag:
        return CardDelta(cards=[], removed=[], is_full=False, listed=len(known), state=state)
    body = dav.propfind(("d:resourcetype", "d:getetag", "d:getcontenttype"))
    listing = await dav.ask(visit, "PROPFIND", base, body, depth="1")
    return await _finish(visit, base, listing, known, collection=collection, is_full=True, ctag=ctag)


async def _look(visit: Visit, base: httpx.URL) -> Found:
    found = (await dav.ask(visit, "PROPFIND", base, dav.propfind(_PROPS), depth="0")).found
    if not found or "addressbook" not in dav.resource_types(found[0]):
        raise Trouble("no_address_book", f"There is no address book at {shown(base)} any more. Check the address.")
    return found[0]


def _can_sync(about: Found) -> bool:
    """Whether the collection offers sync-collection (RFC 6578, section 3.2, and RFC 3253, section 3.1.5)."""
    if "supported-report-set" not in about.props:
        return bool(about.text("sync-token"))
    supported = about.props["supported-report-set"].all("supported-report")
    reports = [report for each in supported for report in each.all("report")]
    return any(name.name == "sync-collection" for report in reports for name in report.children)


async def _list_changes(visit: Visit, base: httpx.URL, token: str) -> Multistatus | None:
    """What changed since a token, or everything; None when the server does not say it (any more).

    A server may say it in parts (RFC 6578, section 3.6): a 507 for the collection means that there is more.
    """
    found: dict[str, Found] = {}
    for _ in range(MAX_ROUNDS):
        answer = await dav.send(visit, "REPORT", base, dav.sync_collection(token), depth="0")
        if answer.status in (400, 403, 404, 405, 409, 410, 412, 415, 422, 501, 507):
            # too old a token is 403 with `valid-sync-token` (RFC 6578, section 3.2), but servers differ
            return None
        part = await dav.read(visit, answer)
        own = dav.path_of(str(base))
        found |= {each.href: each for each in part.found}
        is_cut = any(each.status == 507 and _same_path(each.href, own) for each in part.found)
        if not part.token:
            return None
        if not is_cut or part.token == token:
            return Multistatus(list(found.values()), part.token)
        token = part.token
        if len(found) > MAX_ROWS:
            break
    raise _too_many(base)


async def _finish(
    visit: Visit,
    base: httpx.URL,
    listing: Multistatus,
    known: Mapping[str, str],
    *,
    collection: str,
    is_full: bool,
    ctag: str = "",
) -> CardDelta:
    """Read the cards that are new or changed, and see what is gone."""
    own = dav.path_of(str(base))
    there: dict[str, str] = {}
    removed: dict[str, None] = {}
    for each in listing.found:
        if _same_path(each.href, own) or not each.href.startswith(own.rstrip("/") + "/"):
            continue
        if each.status == 404:
            removed[each.href] = None
        elif each.status < 400 and "collection" not in dav.resource_types(each):
            there[each.href] = each.text("getetag")
    if len(there) > MAX_ROWS:
        raise _too_many(base)
    if is_full:
        removed = dict.fromkeys(href for href in known if href not in there)
    wanted = [href for href, etag in there.items() if not etag or known.get(href) != etag]
    cards: list[Card] = []
    for start in range(0, len(wanted), PORTION):
        cards += await _read_cards(visit, base, wanted[start : start + PORTION], there)
    gone = set(wanted) - {card.href for card in cards}
    removed |= dict.fromkeys(sorted(gone & known.keys()))  # between the two questions
    state = SourceState(collection=collection, sync_token=listing.token, ctag=ctag)
    return CardDelta(cards=cards, removed=list(removed), is_full=is_full, listed=len(there) - len(gone), state=state)


async def _read_cards(visit: Visit, base: httpx.URL, hrefs: Sequence[str], etags: Mapping[str, str]) -> list[Card]:
    """These cards; those that are gone meanwhile are left out. Too large a portion is asked for in halves."""
    try:
        answer = await dav.ask(visit, "REPORT", base, dav.multiget(hrefs), depth="1")
    except Trouble as error:
        if error.code != "too_large":
            raise
        if len(hrefs) == 1:
            return [Card(href=hrefs[0], etag=etags[hrefs[0]], problem="The card is too large to be read.")]
        half = len(hrefs) // 2
        parts = [await _read_cards(visit, base, part, etags) for part in (hrefs[:half], hrefs[half:])]
        return parts[0] + parts[1]
    found = {each.href: each for each in answer.found if "address-data" in each.props}
    gone = {each.href for each in answer.found if each.status in (404, 410)}
    missing = [href for href in hrefs if href not in found and href not in gone]
    if missing:
        raise Trouble(
            "broken_answer",
            f"{shown(base)} lists {len(missing)} cards that it does not give, so nothing was changed. It will be tried "
            "again by itself; if that stays, ask whoever runs the server.",
        )
    asked = [found[href] for href in hrefs if href in found]
    return await anyio.to_thread.run_sync(lambda: [_card(each, etags[each.href]) for each in asked])


def _card(found: Found, etag: str) -> Card:
    """The contact in a card; a group card is none."""
    text = found.props["address-data"].text
    etag = found.text("getetag") or etag
    if len(text) > MAX_CARD:
        return Card(href=found.href, etag=etag, problem="The card is too large to be read.")
    try:
        rows = read_vcard(text.encode(errors="replace")).rows
    except Invalid as error:
        return Card(href=found.href, etag=etag, problem=error.message)
    row = next((row for row in rows if row.contact is not None), rows[0] if rows else None)
    if row is None or any(problem.code == "group_card" for problem in row.problems):
        return Card(href=found.href, etag=etag)
    if row.contact is None:
        return Card(href=found.href, etag=etag, problem=" ".join(problem.message for problem in row.problems))
    contact = row.contact
    if not contact.external_id:
        name = found.href.rstrip("/").rpartition("/")[2].removesuffix(".vcf")
        contact = msgspec.structs.replace(contact, external_id=name[:255])
    return Card(href=found.href, etag=etag, contact=contact)


def _same_path(one: str, other: str) -> bool:
    return one.rstrip("/") == other.rstrip("/")


def _too_many(base: httpx.URL) -> Trouble:
    return Trouble(
        "too_many", f"{shown(base)} has more than {MAX_ROWS} cards. Split it there into several address books."
    )
