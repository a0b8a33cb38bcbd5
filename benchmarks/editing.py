"""Row edits: how long phones wait while somebody edits, and how soon a saved contact is on the phone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from statistics import median, quantiles
from typing import Final

from benchmarks.phone import Phone
from benchmarks.product import Api, Office, wait_for_book
from benchmarks.seeds import Seeds
from benchmarks.table import Line, Measured, limited

SIZES: Final = {1_000: 200, 10_000: 100}
"""Contacts of the books, and how many of them are edited one after the other, each followed by a fetch."""
ROUNDS: Final = 3
SECONDS: Final = 2.0
FETCHES_PER_SECOND: Final = 100
PHONES: Final = 4
"""Threads that fetch; a phone that waits does not hold up the others."""
EDITS_PER_SECOND: Final = 5
NEXT_FETCH_MS: Final = {1_000: 50.0}
"""The goals; the design names no size of the book, so a larger one has none."""
LOST_SECONDS: Final = 60.0


class Editor:
    """Somebody who changes one contact after the other."""

    def __init__(self, office: Office) -> None:
        self._api: Api = office.api()
        contacts = self._api.ask("GET", f"/phonebooks/{office.phonebook}/contacts?limit=50")["items"]
        self._ids = [contact["id"] for contact in contacts]
        self.count = 0

    def edit(self) -> bytes:
        """Change the next contact; comes back with what the phone must show, once the server said that it is saved."""
        self.count += 1
        name = f"Edited {time.time_ns()}"
        self._api.ask("PATCH", f"/contacts/{self._ids[self.count % len(self._ids)]}", {"display_name": name})
        return name.encode()

    def close(self) -> None:
        """Stop."""
        self._api.close()


def measure_edits(seeds: Seeds) -> Measured:
    """While a contact is edited, and right after."""
    lines: list[Line] = []
    details: dict[str, object] = {}
    for size, edits in SIZES.items():
        goal = NEXT_FETCH_MS.get(size)
        seed = seeds.hosted(size)
        with seed.server:
            wait_for_book(seed.phone)
            editor = Editor(seed.office)
            lines += _while_editing(size, seed.phone, editor, details)
            lines += _right_after(f"{size:,} contacts, hosted", seed.phone, editor, edits, goal, details)
            editor.close()
        own = seeds.own(size)
        try:
            editor = Editor(own.office)
            lines += _right_after(f"{size:,} contacts, own process", own.phone, editor, edits, goal, details)
            editor.close()
        finally:
            own.service.stop()
            own.server.process.stop()
    return Measured(lines=lines, details=details)


def _while_editing(size: int, phone: Phone, editor: Editor, details: dict[str, object]) -> list[Line]:
    """Without and with edits in turn, so that whatever else the machine does falls on both."""
    quiet: list[list[float]] = []
    busy: list[list[float]] = []
    for _ in range(ROUNDS):
        quiet.append(_fetch_steadily(phone))
        stop = threading.Event()
        thread = threading.Thread(target=_keep_editing, args=(editor, stop))
        thread.start()
        try:
            busy.append(_fetch_steadily(phone))
        finally:
            stop.set()
            thread.join()
    details[f"{size} contacts: fetch, ms"] = {"quiet": [*map(_spread, quiet)], "edited": [*map(_spread, busy)]}
    return [
        Line(
            what=f"{size:,} contacts: fetch with {EDITS_PER_SECOND} edits/s, {name}",
            ours=f"{median(map(of, busy)):.1f} ms",
            compared_to=f"without edits: {median(map(of, quiet)):.1f} ms",
        )
        for name, of in (("p50", _p50), ("p99", _p99))
    ]


def _right_after(
    what: str, phone: Phone, editor: Editor, edits: int, most_ms: float | None, details: dict[str, object]
) -> list[Line]:
    """Each edit is followed by a fetch at once; the time is from the 2xx to the last byte of a book that has it."""
    missed = 0
    saves: list[float] = []
    waits: list[float] = []
    for _ in range(edits):
        began = time.perf_counter()
        expected = editor.edit()
        saved = time.perf_counter()
        saves.append((saved - began) * 1000)
        first = True
        while expected not in phone.fetch().body:
            missed += first
            first = False
            if time.perf_counter() - saved > LOST_SECONDS:
                raise RuntimeError(f"{what}: a saved contact did not reach the phone in {LOST_SECONDS:g} s")
        waits.append((time.perf_counter() - saved) * 1000)
    details[f"{what}: ms"] = {"to save": _spread(saves), "from saved to fetched": _spread(waits)}
    return [
        Line(
            what=f"{what}: saved contacts that the next fetch missed",
            ours=f"{missed} of {edits}",
            goal="0",
            reached=missed == 0,
        ),
        limited(f"{what}: saved → fetched, p99 (p50 {median(waits):.1f} ms)", _p99(waits), most_ms, "ms", 1),
    ]


def _fetch_steadily(phone: Phone) -> list[float]:
    """Milliseconds of fetches at a steady pace, each counted from the moment when it was due."""
    found: list[float] = []
    period = PHONES / FETCHES_PER_SECOND
    began = time.perf_counter()
    threads = [
        threading.Thread(target=_fetch_in_turn, args=(phone, began + index * period / PHONES, period, found.append))
        for index in range(PHONES)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(found) < SECONDS * FETCHES_PER_SECOND * 0.9:
        raise RuntimeError(f"only {len(found)} fetches were answered")
    return found


def _fetch_in_turn(phone: Phone, first: float, period: float, note: Callable[[float], None]) -> None:
    for number in range(int(SECONDS / period)):
        due = first + number * period
        time.sleep(max(0.0, due - time.perf_counter()))
        if phone.fetch().status == 200:
            note((time.perf_counter() - due) * 1000)


def _keep_editing(editor: Editor, stop: threading.Event) -> None:
    due = time.perf_counter()
    while not stop.is_set():
        editor.edit()
        due += 1 / EDITS_PER_SECOND
        stop.wait(max(0.0, due - time.perf_counter()))


def _p50(values: Sequence[float]) -> float:
    return median(values)


def _p99(values: Sequence[float]) -> float:
    return quantiles(values, n=100)[98]


def _spread(values: Sequence[float]) -> dict[str, float]:
    found = {"p50": median(values), "p99": _p99(values), "max": max(values), "count": len(values)}
    return {name: round(value, 2) for name, value in found.items()}
