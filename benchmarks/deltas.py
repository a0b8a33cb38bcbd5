"""Row delta: what it costs to pass on one edit, as the phonebook grows, alone and through inclusions."""

from __future__ import annotations

import json
import time
from statistics import median, quantiles
from typing import Any, Final

from benchmarks.product import Api
from benchmarks.seeds import Seeds
from benchmarks.table import Line, Measured

SIZES: Final = (1_000, 10_000, 100_000)
EDITS: Final = 100
SHARED: Final = 50
"""Contacts of the including phonebook with a number that an included one has too."""
_WARM: Final = 10


def measure_deltas(seeds: Seeds) -> Measured:
    """`GET …/changes` right after one edit: time and bytes."""
    lines: list[Line] = []
    details: dict[str, Any] = {}
    for size in SIZES:
        seed = seeds.hosted(size)
        with seed.server:
            api = seed.office.api()
            company = seed.office.phonebook
            # Else the hosted service renders the whole book after each edit, in the process that is measured.
            api.ask("PUT", f"/phonebooks/{company}/services/yealink", {"on": False})
            branch = _make_branch(api, company)
            contacts = api.ask("GET", f"/phonebooks/{company}/contacts?limit={EDITS}")["items"]
            for what, phonebook in (("alone", company), ("through two inclusions", branch)):
                times, sizes = _edit(api, phonebook, [contact["id"] for contact in contacts])
                name = f"delta after one edit, {size:,} contacts, {what}"
                p95 = quantiles(times, n=100)[94]
                lines.append(
                    Line(what=name, ours=f"{median(times):.1f} ms, p95 {p95:.1f} ms, {median(sizes):.0f} bytes")
                )
                details[f"{name}, ms"] = [round(each, 2) for each in times]
            api.close()
    lines.sort(key=lambda line: line.what.rpartition(", ")[2])  # so that each shows how it grows
    return Measured(lines=lines, details=details)


def _make_branch(api: Api, company: str) -> str:
    """A phonebook that includes one that includes the company's, with some numbers that are there too."""
    site = api.ask("GET", f"/phonebooks/{company}")["site_id"]
    branch, region = (
        api.ask("POST", f"/sites/{site}/phonebooks", {"name": name})["id"] for name in ("Branch", "Region")
    )
    for one, other in ((branch, region), (region, company)):
        api.ask("PUT", f"/phonebooks/{one}/inclusions/{other}", {"groups": []})
    for contact in api.ask("GET", f"/phonebooks/{company}/contacts?limit={SHARED}")["items"]:
        body = {"display_name": f"Own {contact['family_name']}", "numbers": [{"value": contact["numbers"][0]["value"]}]}
        api.ask("POST", f"/phonebooks/{branch}/contacts", body)
    return str(branch)


def _edit(api: Api, phonebook: str, contacts: list[str]) -> tuple[list[float], list[int]]:
    """Milliseconds and bytes of what comes after each edit of one contact."""
    token = _follow(api, phonebook)
    times, sizes = [], []
    for contact in contacts:
        api.ask("PATCH", f"/contacts/{contact}", {"note": f"Edited {time.time_ns()}"})
        began = time.perf_counter()
        page = api.ask("GET", f"/phonebooks/{phonebook}/changes?since={token}")
        times.append((time.perf_counter() - began) * 1000)
        sizes.append(len(json.dumps(page)))
        if page["snapshot"] or page["more"]:
            raise RuntimeError("one edit was told as more than one small page")
        token = page["token"]
    return times[_WARM:], sizes[_WARM:]


def _follow(api: Api, phonebook: str) -> str:
    """The token of who has read everything."""
    token, more = "", True
    while more:
        page = api.ask("GET", f"/phonebooks/{phonebook}/changes?since={token}&limit=1000")
        token, more = page["token"], page["more"]
    return str(token)
