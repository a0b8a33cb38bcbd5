"""Row search: how long somebody waits who types, pages through the list, or is called, as the phonebook grows."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from random import Random
from statistics import median, quantiles
from typing import Any, Final
from urllib.parse import urlencode

from benchmarks.product import Api
from benchmarks.seeds import Seeds
from benchmarks.table import Measured, limited

SIZES: Final = (1_000, 10_000, 100_000)
GOAL_MS: Final = {100_000: 50.0}
TYPED: Final = 40
"""Contacts whose names and numbers are typed, one key after the other."""
PAGES: Final = 300
LOOKUPS: Final = 300
SITES: Final = 200
"""Other sites with three phonebooks each, among which everything is searched."""
SORTS: Final = ("", "-name", "organization", "-updated")
WORDS: Final = ("Bäckerei Groß", "Vertrieb", "societe generale", "night shift", "anna müller", "+49 30 2", "0171", "x")
_WARM: Final = 20


def measure_search(seeds: Seeds) -> Measured:
    """Over HTTP on one connection, 50 contacts a page, at three sizes of the phonebook."""
    lines = []
    details: dict[str, Any] = {}
    for size in SIZES:
        seed = seeds.hosted(size)
        with seed.server:
            api = seed.office.api()
            base = f"/phonebooks/{seed.office.phonebook}"
            contacts = _some_contacts(api, base)
            site = api.ask("GET", base)["site_id"]
            _add_sites(api)
            asked: dict[str, Iterator[str]] = {
                "search as you type": (f"{base}/contacts?{urlencode({'search': text})}" for text in _keys(contacts)),
                "list page": _pages(api, base),
                "search everywhere": (f"/search?{urlencode({'q': text})}" for text in _keys(contacts)),
                "lookup": (f"/sites/{site}/lookup?{urlencode({'number': n})}" for n in _numbers(contacts)),
            }
            for what, paths in asked.items():
                found = _time(api, paths)
                name = f"{what}, {size:,} contacts, p95 (p50 {median(found):.1f}, max {max(found):.1f} ms)"
                goal = None if what == "lookup" else GOAL_MS.get(size)
                lines.append(limited(name, quantiles(found, n=100)[94], goal, "ms", 1))
                details[f"{what}, {size}, ms"] = {
                    "count": len(found),
                    **{f"p{n}": round(quantiles(found, n=100)[n - 1], 2) for n in (50, 95, 99)},
                }
            api.close()
    lines.sort(key=lambda line: line.what.partition(",")[0], reverse=True)  # so that each shows how it grows
    return Measured(lines=lines, details=details)


def _add_sites(api: Api) -> None:
    """Make it an installation of many sites, unless it is one already."""
    if api.ask("GET", "/search?q=Branch")["sites"]:
        return
    for number in range(SITES):
        site = api.ask("POST", "/sites", {"name": f"Branch {number:03}", "region": "DE"})["id"]
        for name in ("Front desk", "Workshop", "Warehouse"):
            api.ask("POST", f"/sites/{site}/phonebooks", {"name": name})


def _time(api: Api, paths: Iterator[str]) -> list[float]:
    """Milliseconds of each request, once the first ones have warmed everything up."""
    found = []
    for path in paths:
        began = time.perf_counter()
        api.ask("GET", path)
        found.append((time.perf_counter() - began) * 1000)
    return found[_WARM:]


def _some_contacts(api: Api, base: str) -> list[dict[str, Any]]:
    """Contacts from the whole of the list, the same ones every time."""
    found: list[dict[str, Any]] = []
    for letter in ("a", "g", "m", "s", "к", "γ", "佐", "n"):
        found += api.ask("GET", f"{base}/contacts?{urlencode({'search': letter, 'limit': 30})}")["items"]
    Random(95).shuffle(found)
    return found


def _keys(contacts: Sequence[dict[str, Any]]) -> Iterator[str]:
    """What is in the field after each key: families, given names, numbers, companies, groups."""
    typed = list(WORDS)
    for contact in contacts[:TYPED]:
        typed += [contact["family_name"], f"{contact['given_name']} {contact['family_name']}"]
        typed += [number["value"] for number in contact["numbers"][:1]]
    for text in typed:
        yield from (text[:end] for end in range(1, len(text) + 1))


def _pages(api: Api, base: str) -> Iterator[str]:
    """Pages behind one another in every order."""
    for sort in SORTS:
        cursor = None
        for _ in range(PAGES // len(SORTS)):
            asked = {"sort": sort, "cursor": cursor}
            path = f"{base}/contacts?{urlencode({name: value for name, value in asked.items() if value})}"
            yield path
            cursor = api.ask("GET", path)["next_cursor"]


def _numbers(contacts: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Numbers as they come with calls: known ones in several forms, and unknown ones."""
    random = Random(95)
    for _ in range(LOOKUPS):
        value = random.choice(random.choice(contacts)["numbers"])["value"]
        digits = "".join(c for c in value if c.isdigit() or c == "+")
        yield random.choice((value, digits, f"sip:{digits}@pbx.example;user=phone", f"{digits}17", "+49301119999"))
