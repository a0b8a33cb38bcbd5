"""What a service holds while it is enabled, and telling phones of changes: the order of things, and what fails."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, ClassVar

import anyio
import anyio.lowlevel
import pytest

from phonebook_vendor_sdk import (
    Bench,
    Book,
    Change,
    Contact,
    Phone,
    PhoneRequest,
    PhoneSettings,
    Setting,
    State,
    VendorService,
    phone_file,
)
from phonebook_vendor_sdk.attendance import MOST_VISITORS, Visitors
from vendor_sdk.conftest import contact

pytestmark = pytest.mark.anyio


class TellingSettings(PhoneSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    line: Annotated[str, Setting(title="Line")] = "one"


class Telling(VendorService[TellingSettings]):
    """Writes down what happens to it, and fails when it is told to."""

    slug = "telling"
    label = "Telling"
    happened: ClassVar[list[str]] = []
    changes: ClassVar[list[Change[TellingSettings]]] = []
    failing: ClassVar[set[str]] = set()
    gate: ClassVar[anyio.Event | None] = None

    @phone_file("list.txt", title="The list", content_type="text/plain; charset=utf-8")
    @staticmethod
    def listing(book: Book, settings: TellingSettings, request: PhoneRequest) -> bytes:
        return "\n".join(map(book.shown_name, book.contacts)).encode()

    def identify(self, user_agent: str) -> Phone:
        return Phone(model=user_agent)

    @asynccontextmanager
    async def while_enabled(self, settings: TellingSettings) -> AsyncGenerator[str]:
        if "endless" in self.failing:
            self.happened.append("waiting")
            await anyio.sleep_forever()
        if "begin" in self.failing:
            self.happened.append("failed")
            raise RuntimeError("the exchange is away")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(anyio.sleep_forever)
            self.happened.append(f"begin {settings.line}")
            try:
                yield f"held {settings.line}"
            finally:
                await anyio.lowlevel.checkpoint()  # what is held may take a moment to let go
                self.happened.append(f"end {settings.line}")
                tasks.cancel_scope.cancel()

    async def on_changed(self, change: Change[TellingSettings]) -> None:
        self.changes.append(change)
        if self.gate is not None:
            await self.gate.wait()
        if "tell" in self.failing:
            raise RuntimeError("the phone hung up")


@pytest.fixture(autouse=True)
def fresh() -> None:
    Telling.happened.clear()
    Telling.changes.clear()
    Telling.failing.clear()
    Telling.gate = None


@pytest.fixture
def people() -> list[Contact]:
    return [contact("1", "Ann")]


async def began(bench: Bench, line: str = "one") -> None:
    await bench.until(lambda: f"begin {line}" in Telling.happened)


def names(change: Change[Any]) -> list[str]:
    return [change.book.shown_name(one) for one in change.book.contacts]


async def test_what_is_held_begins_when_enabled_and_ends_when_turned_off(people: list[Contact]) -> None:
    async with Bench(Telling, contacts=people) as bench:
        await began(bench)
        await bench.turn_off()
        await bench.until(lambda: Telling.happened == ["begin one", "end one"])
        await bench.turn_on()
        await bench.configure()
        await bench.until(lambda: Telling.happened == ["begin one", "end one", "begin one"])


async def test_it_ends_and_begins_anew_with_other_settings_and_phones_are_told(people: list[Contact]) -> None:
    async with Bench(Telling, contacts=people) as bench:
        await began(bench)
        await bench.configure(line="two")
        await began(bench, "two")
        assert Telling.happened == ["begin one", "end one", "begin two"]
        await bench.until(lambda: len(Telling.changes) == 1)
        assert (Telling.changes[0].settings.line, Telling.changes[0].held) == ("two", "held two")


async def test_it_ends_in_peace_when_the_service_stops_and_lasts_while_the_link_is_down(people: list[Contact]) -> None:
    async with Bench(Telling, contacts=people) as bench:
        await began(bench)
        await bench.cut_link()
        assert (await bench.get("list.txt")).status == 200
        await bench.restore_link()
        assert Telling.happened == ["begin one"]
        await bench.stop()
        assert Telling.happened == ["begin one", "end one"]


async def test_a_restart_without_the_server_begins_again(people: list[Contact], tmp_path: Path) -> None:
    async with Bench(Telling, contacts=people, state_dir=tmp_path) as bench:
        await began(bench)
        await bench.get("list.txt")
        await bench.cut_link()
        await bench.restart()
        await bench.until(lambda: Telling.happened == ["begin one", "end one", "begin one"])


async def test_when_it_cannot_begin_phones_are_served_people_are_told_and_it_is_tried_again(
    people: list[Contact],
) -> None:
    Telling.failing.add("begin")
    async with Bench(Telling, contacts=people) as bench:
        await bench.until(lambda: any(notice.code == "held" for notice in bench.report.notices))
        [notice] = bench.report.notices
        assert notice.message.startswith("What Telling does while it is enabled could not begin: RuntimeError(")
        assert (bench.state, (await bench.get("list.txt")).status) == (State.ENABLED, 200)
        Telling.failing.clear()
        await bench.configure(line="two")
        await began(bench, "two")
        await bench.until(lambda: bench.report.notices == ())


async def test_phones_that_fetched_are_told_of_a_change_and_get_it_when_they_ask(people: list[Contact]) -> None:
    async with Bench(Telling, contacts=people) as bench:
        await began(bench)
        for address, model in (("192.0.2.1", "A1"), ("192.0.2.2", "A2"), ("192.0.2.1", "A1")):
            await bench.get("list.txt", address=address, user_agent=model)
        await bench.get("list.txt", address="192.0.2.9", login=("wrong", "wrong"))
        await bench.put(contact("2", "Ben"))
        await bench.until(lambda: len(Telling.changes) == 1)
        [change] = Telling.changes
        assert [(phone.address, phone.model) for phone in change.phones] == [("192.0.2.1", "A1"), ("192.0.2.2", "A2")]
        assert (names(change), change.held) == (["Ann", "Ben"], "held one")


async def test_changes_that_come_while_phones_are_told_are_folded_into_one(people: list[Contact]) -> None:
    Telling.gate = anyio.Event()
    async with Bench(Telling, contacts=people) as bench:
        await began(bench)
        await bench.put(contact("2", "Ben"))
        await bench.until(lambda: len(Telling.changes) == 1)
        for number in range(3, 8):
            await bench.put(contact(str(number), f"P{number}"))
        await bench.get("list.txt")
        Telling.gate.set()
        await bench.until(lambda: len(Telling.changes) == 2)
        assert len(names(Telling.changes[1])) == 7


async def test_a_fault_in_telling_is_a_notice_and_the_next_change_is_told(people: list[Contact]) -> None:
    Telling.failing.add("tell")
    async with Bench(Telling, contacts=people) as bench:
        await began(bench)
        await bench.put(contact("2", "Ben"))
        await bench.until(lambda: any(notice.code == "on_changed" for notice in bench.report.notices))
        assert "the phone hung up" in bench.report.notices[0].message
        assert (await bench.get("list.txt")).body == b"Ann\nBen"
        Telling.failing.clear()
        await bench.put(contact("3", "Cy"))
        await bench.until(lambda: len(Telling.changes) == 2 and bench.report.notices == ())


async def test_nobody_is_told_of_what_was_there_from_the_start(people: list[Contact]) -> None:
    async with Bench(Telling, contacts=people) as bench:
        await began(bench)
        await bench.get("list.txt")
        await bench.put(contact("2", "Ben"))
        await bench.until(lambda: bool(Telling.changes))
        assert names(Telling.changes[0]) == ["Ann", "Ben"]


@pytest.mark.parametrize("limit", ["BEGIN_SECONDS", "END_SECONDS"])
async def test_a_beginning_that_does_not_end_is_given_up_and_keeps_no_service_from_stopping(
    people: list[Contact], monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(f"phonebook_vendor_sdk.attendance.{limit}", 0.05)
    Telling.failing.add("endless")
    async with Bench(Telling, contacts=people) as bench:
        await bench.until(lambda: bool(Telling.happened))
        if limit == "BEGIN_SECONDS":
            await bench.until(lambda: any("took too long to begin" in each.message for each in bench.report.notices))
        assert (await bench.get("list.txt")).status == 200
        with anyio.fail_after(5):
            await bench.stop()


async def test_telling_that_does_not_end_is_cut_off(people: list[Contact], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phonebook_vendor_sdk.attendance.CALL_SECONDS", 0.05)
    Telling.gate = anyio.Event()
    async with Bench(Telling, contacts=people) as bench:
        await began(bench)
        await bench.put(contact("2", "Ben"))
        await bench.until(lambda: any("took too long" in notice.message for notice in bench.report.notices))
        assert (await bench.get("list.txt")).body == b"Ann\nBen"


async def test_only_so_many_phones_are_remembered_the_last_ones_first() -> None:
    visitors = Visitors(lambda agent: Phone(model=agent))
    for number in range(MOST_VISITORS + 5):
        visitors.note((0.0, "book", "list.txt", 200, 0, "", f"address {number}", b"A1", "ok"))
    phones = visitors.of("book")
    assert (len(phones), phones[0].address, phones[-1].address) == (
        MOST_VISITORS,
        f"address {MOST_VISITORS + 4}",
        "address 5",
    )
    visitors.forget("book")
    assert visitors.of("book") == ()
