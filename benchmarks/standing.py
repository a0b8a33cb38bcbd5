"""Rows start, memory and render: how soon the server is ready, what it holds in memory, how long a book takes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.machine import SERVER_CORE, on_core
from benchmarks.product import Server, wait_for_book
from benchmarks.seeds import Seeds
from benchmarks.table import Line, Measured, limited

STARTS: Final = 5
SMALL: Final = 1_000
MEMORY_CONTACTS: Final = 10_000
LARGE: Final = 100_000
MOST_MEMORY_MB: Final = 150
_MB: Final = 1024 * 1024
_ROOT: Final = Path(__file__).parent.parent


def start(seeds: Seeds) -> Measured:
    """From the start of the process to the first 200 of /health/ready."""
    folder = seeds.folder / "empty"
    folder.mkdir()
    empty = []
    for number in range(STARTS + 1):
        server = Server(folder / str(number))
        empty.append(server.start())
        server.process.stop()
    empty = empty[1:]  # the first reads the programs from disk
    existing, _ = _start_again(seeds, SMALL)
    large, served = _start_again(seeds, LARGE)
    return Measured(
        lines=[
            limited("start to ready, empty folder", median(empty), 1.5, "s"),
            limited(f"start to ready, {SMALL:,} contacts", median(existing), 1.5, "s"),
            limited(f"start to ready, {LARGE:,} contacts", median(large), 3, "s"),
            Line(what=f"· start to the first phone served, {LARGE:,} contacts", ours=f"{median(served):.2f} s"),
            limited(f"import of {LARGE:,} contacts (CSV)", seeds.hosted(LARGE).office.import_seconds, 15, "s", 1),
        ],
        details={"seconds": {"empty": empty, "existing": existing, "large": large, "large, phone served": served}},
    )


def _start_again(seeds: Seeds, count: int) -> tuple[list[float], list[float]]:
    seed = seeds.hosted(count)
    ready, served = [], []
    for _ in range(STARTS):
        ready.append(seed.server.start())
        served.append(wait_for_book(seed.phone) - seed.server.process.started_at)
        time.sleep(0.3)
        seed.server.process.stop()
    return ready, served


def memory(seeds: Seeds) -> Measured:
    """Of `phonebook serve` with Yealink hosted, once phones were served."""
    seed = seeds.hosted(MEMORY_CONTACTS)
    office = seed.office
    with seed.server:
        wait_for_book(seed.phone)
        time.sleep(2)
        fetched = seed.server.process.memory()
        api = office.api()
        contact = api.ask("GET", f"/phonebooks/{office.phonebook}/contacts?limit=1")["items"][0]["id"]
        for number in range(50):
            api.ask("PATCH", f"/contacts/{contact}", {"display_name": f"Edited {number}"})
            seed.phone.fetch()
            seed.phone.at(file="book.xml").fetch()
        api.close()
        time.sleep(1)
        edited = seed.server.process.memory()
    what = f"memory with {MEMORY_CONTACTS:,} contacts"
    return Measured(
        lines=[
            limited(
                f"{what}, started and fetched (PSS {fetched.pss / _MB:.0f} MB)",
                fetched.rss / _MB,
                MOST_MEMORY_MB,
                "MB",
                0,
            ),
            limited(
                f"{what}, after 50 edits and fetches of both files (PSS {edited.pss / _MB:.0f} MB)",
                edited.rss / _MB,
                MOST_MEMORY_MB,
                "MB",
                0,
            ),
        ],
        details={"bytes": {"fetched": fetched._asdict(), "edited": edited._asdict()}},
    )


def render(seeds: Seeds) -> Measured:
    """One rendering of each of Yealink's files, from the contacts to the bytes."""
    lines: list[Line] = []
    details: dict[str, Any] = {}
    for count in (SMALL, MEMORY_CONTACTS, LARGE):
        seed = seeds.hosted(count)
        words = [str(seed.server.folder / "phonebook.sqlite3"), seed.office.phonebook]
        command = on_core(SERVER_CORE, sys.executable, "-m", "benchmarks.rendering", *words)
        output = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True).stdout
        found: dict[str, list[float]] = json.loads(output)
        details[f"{count}, seconds"] = found
        for name in ("directory.xml", "book.xml"):
            what = f"render {name}, {count:,} contacts"
            seconds = median(found[name])
            if count == LARGE:
                lines.append(limited(what, seconds, 1, "s"))
            else:
                lines.append(Line(what=what, ours=f"{seconds * 1000:.1f} ms"))
        index, each = median(found["search, first time"]), median(found["search, again"])
        lines.append(
            Line(
                what=f"· search on a phone, {count:,} contacts",
                ours=f"{index:.2f} s once after a change, then {each * 1000:.1f} ms",
            )
        )
        if count == LARGE:
            lines += [
                Line(what=f"· directory.xml, numbers {name}", ours=f"{median(found[name]):.2f} s")
                for name in ("national, first time", "national, again")
            ]
    return Measured(lines=lines, details=details)
