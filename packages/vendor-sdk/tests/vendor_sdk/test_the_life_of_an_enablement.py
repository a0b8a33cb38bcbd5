"""From turned on to turned off, with everything that can happen between, on a bench."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import anyio
import pytest

from phonebook_core.phone_number import NumberForm, OutputForm
from phonebook_core.vendor_link.messages import Failure
from phonebook_vendor_sdk import AboutBook, Bench, Contact, PhoneNumber, State, VendorService
from phonebook_vendor_sdk.clock import Clock
from phonebook_vendor_sdk.grace import GRACE_SECONDS, Grace

pytestmark = pytest.mark.anyio
Service = type[VendorService[Any]]


def saved(folder: Path) -> list[Path]:
    """The snapshots in a state folder."""
    return sorted(folder.glob("snapshots/*"))


def graces(bench: Bench) -> list[Grace]:
    return [enablement.grace for enablement in bench.runtime.enablements.values()]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def person(id: str, name: str) -> Contact:
    return Contact(id=id, display_name=name, numbers=(PhoneNumber(value="200"),))


async def test_turning_on_is_one_click_when_nothing_is_left_to_ask(service: Service, people: list[Contact]) -> None:
    async with Bench(service, contacts=people, turned_on=False) as bench:
        assert bench.state is State.DISABLED
        assert (await bench.turn_on()).state is State.SETUP
        report = await bench.configure()
        assert report.state is State.ENABLED
        assert bench.access.url == "http://phones.test/phones/plain/bench/list.txt"
        assert [file.name for file in bench.access.files] == ["list.txt", "search.txt"]
        assert (await bench.get("list.txt")).status == 200


async def test_a_saved_contact_is_in_the_very_next_fetch(service: Service, people: list[Contact]) -> None:
    async with Bench(service, contacts=people) as bench:
        for number in range(30):
            await bench.put(person("1", f"Ann {number}"))
            assert (await bench.get("list.txt")).body == f"Book\nAnn {number}\nBen".encode()
        await bench.remove("1")
        assert (await bench.get("list.txt")).body == b"Book\nBen"


async def test_a_small_change_travels_as_a_small_change(service: Service) -> None:
    crowd = [person(f"{n:05}", f"N{n:05}") for n in range(3_000)]
    async with Bench(service, contacts=crowd) as bench:
        assert len((await bench.get("list.txt")).body.splitlines()) == 3_001
        assert [page.more for page in bench.server.pages] == [True] * 5 + [False]
        bench.server.pages.clear()
        await bench.put(person("00007", "Changed"))
        assert (await bench.get("list.txt")).body.startswith(b"Book\nChanged\n")
        assert [(len(page.upserts), page.snapshot) for page in bench.server.pages] == [(1, False)]


async def test_a_token_that_is_too_old_gets_a_snapshot(service: Service, people: list[Contact]) -> None:
    async with Bench(service, contacts=people) as bench:
        await bench.cut_link()
        bench.server.oldest = 100
        del bench.server.contacts["1"]
        bench.server.put([person("3", "Cy")])
        await bench.restore_link()
        assert (await bench.get("list.txt")).body == b"Book\nBen\nCy"
        assert bench.server.pages[-1].snapshot


async def test_a_new_output_form_reaches_the_phones(service: Service, people: list[Contact]) -> None:
    async with Bench(service, contacts=people) as bench:
        await bench.get("list.txt")
        await bench.change_book(
            AboutBook(id="bench", name="Renamed", output=OutputForm(form=NumberForm.E164, outside_prefix="0"))
        )
        await bench.get("list.txt")
        book = bench.runtime.enablements["bench"].book
        assert book is not None
        assert (book.name, book.output.form) == ("Renamed", NumberForm.E164)


async def test_a_rejected_change_leaves_the_phones_as_they_were(service: Service, people: list[Contact]) -> None:
    async with Bench(service, contacts=people) as bench:
        for heading, message in (("refused", "Not this one."), ("raise", "could not check"), ("x" * 11, "Shorten")):
            report = await bench.configure(heading=heading, password="another-password")
            assert report.state is State.ENABLED
            assert message in report.problems[0].message
            assert (await bench.get("list.txt")).body == b"Book\nAnn\nBen"
            assert (await bench.get("list.txt", login=("pb-bench", "another-password"))).status == 401
        report = await bench.configure(heading="New")
        assert (report.state, report.problems) == (State.ENABLED, ())
        assert (await bench.get("list.txt", login=("pb-bench", "another-password"))).body == b"New\nAnn\nBen"
        assert (await bench.get("list.txt", login=("pb-bench", "bench-secret-bench-secret"))).status == 401


async def test_bad_settings_keep_a_new_one_in_setup_with_all_problems(service: Service) -> None:
    async with Bench(service, turned_on=False) as bench:
        await bench.turn_on()
        report = await bench.configure(heading="far too long", password="short")
        assert report.state is State.SETUP
        assert [problem.field for problem in report.problems] == ["heading", "password"]


async def test_a_check_that_takes_too_long_is_a_problem(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    async def endless(self: Any, settings: Any) -> Any:
        await anyio.sleep_forever()

    monkeypatch.setattr(service, "check", endless)
    monkeypatch.setattr("phonebook_vendor_sdk.runtime.CHECK_SECONDS", 0.02)
    async with Bench(service, turned_on=False) as bench:
        await bench.turn_on()
        report = await bench.configure()
        assert [problem.code for problem in report.problems] == ["too_slow"]


async def test_turned_off_is_404_at_once_and_forgotten_on_disk(service: Service, tmp_path: Path) -> None:
    async with Bench(service, contacts=[person("1", "Ann")], state_dir=tmp_path) as bench:
        await bench.get("list.txt")
        await bench.until(lambda: bool(saved(tmp_path)))
        assert (await bench.turn_off()).state is State.DISABLED
        assert (await bench.get("list.txt")).status == 404
        await bench.until(lambda: not saved(tmp_path))
        await bench.turn_on()
        await bench.configure()
        assert (await bench.get("list.txt")).status == 200


async def test_a_lost_link_changes_nothing_for_phones_and_changes_arrive_afterwards(
    service: Service, people: list[Contact]
) -> None:
    async with Bench(service, contacts=people) as bench:
        await bench.get("list.txt")
        await bench.cut_link()
        bench.server.put([person("3", "Cy")])
        with anyio.fail_after(0.5):
            assert (await bench.get("list.txt")).body == b"Book\nAnn\nBen"
        assert graces(bench) == [Grace.GIVEN]
        await bench.restore_link()
        assert (await bench.get("list.txt")).body == b"Book\nAnn\nBen\nCy"
        assert graces(bench) == [Grace.NONE]
        assert [d.status for d in await bench.dispatches(3)] == [200] * 3


async def test_a_file_that_nobody_asked_for_is_rendered_in_grace(service: Service, people: list[Contact]) -> None:
    async with Bench(service, contacts=people) as bench:
        await bench.until(lambda: bench.runtime.enablements["bench"].is_current)
        await bench.cut_link()
        assert (await bench.get("list.txt")).body == b"Book\nAnn\nBen"


async def test_turned_off_while_the_link_was_down_is_noticed_soon(service: Service, people: list[Contact]) -> None:
    async with Bench(service, contacts=people, replay_seconds=0.2, quiet_seconds=0.1) as bench:
        await bench.get("list.txt")
        await bench.cut_link()
        bench.server.turn_off()
        await bench.restore_link()
        assert (await bench.get("list.txt")).status == 200  # nobody can know yet
        await bench.until(lambda: not bench.runtime.enablements)
        assert (await bench.get("list.txt")).status == 404


async def test_grace_ends_after_thirty_days(service: Service, people: list[Contact]) -> None:
    days = [0.0]
    import time

    clock = Clock(time.monotonic, lambda: 1_800_000_000 + days[0] * 86_400)
    async with Bench(service, contacts=people, clock=clock) as bench:
        await bench.get("list.txt")
        await bench.cut_link()
        days[0] = GRACE_SECONDS / 86_400 - 1
        await anyio.sleep(0.3)
        assert (await bench.get("list.txt")).status == 200
        days[0] += 2
        await bench.until(lambda: not bench.runtime.enablements)
        assert (await bench.get("list.txt")).status == 503


async def test_settings_that_stop_working_are_asked_for_and_phones_keep_the_last_book(
    service: Service, people: list[Contact]
) -> None:
    async with Bench(service, contacts=people) as bench:
        await bench.get("list.txt")
        await bench.put(person("4", "expired"))
        await bench.until(lambda: bench.state is State.SETUP)
        assert [problem.field for problem in bench.report.problems] == ["heading"]
        assert (await bench.get("list.txt")).body == b"Book\nAnn\nBen"
        await bench.remove("4")
        await bench.configure(heading="New")
        assert bench.state is State.ENABLED
        assert (await bench.get("list.txt")).body == b"New\nAnn\nBen"


async def test_a_rendering_that_fails_keeps_the_last_good_file_and_says_so(
    service: Service, people: list[Contact]
) -> None:
    async with Bench(service, contacts=people) as bench:
        await bench.get("list.txt")
        await bench.put(person("4", "broken"))
        assert (await bench.get("list.txt")).body == b"Book\nAnn\nBen"
        await bench.until(lambda: [n.code for n in bench.report.notices] == ["render:list.txt"])
        assert bench.state is State.ENABLED
        await bench.put(person("4", "mended"))
        assert (await bench.get("list.txt")).body == b"Book\nAnn\nBen\nmended"
        await bench.until(lambda: bench.report.notices == ())


async def test_a_vendor_advises_and_takes_it_back(service: Service, people: list[Contact]) -> None:
    async with Bench(service, contacts=people) as bench:
        await bench.put(person("3", "C"), person("4", "D"))
        await bench.until(lambda: [n.message for n in bench.report.notices] == ["Many contacts."])
        await bench.remove("3", "4")
        await bench.until(lambda: bench.report.notices == ())
        assert bench.report.token == bench.server.token


async def test_contacts_that_cannot_be_had_are_a_notice_until_they_can(service: Service, people: list[Contact]) -> None:
    async with Bench(service, contacts=people) as bench:
        await bench.get("list.txt")
        bench.server.failing = Failure(code="unavailable", message="The database rests.")
        await bench.put(person("3", "Cy"))
        await bench.until(lambda: "The database rests." in "".join(n.message for n in bench.report.notices))
        bench.server.failing = None
        await bench.until(lambda: bench.runtime.enablements["bench"].is_current)
        assert (await bench.get("list.txt")).body == b"Book\nAnn\nBen\nCy"
        await bench.until(lambda: bench.report.notices == ())


async def test_a_phone_waits_for_a_change_but_not_for_ever(
    service: Service, people: list[Contact], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phonebook_vendor_sdk.enablement.PATIENCE", 0.1)
    async with Bench(service, contacts=people) as bench:
        await bench.get("list.txt")
        bench.server.failing = Failure(code="unavailable", message="Not now.")
        await bench.put(person("3", "Cy"))
        began = anyio.current_time()
        assert (await bench.get("list.txt")).body == b"Book\nAnn\nBen"
        assert 0.09 < anyio.current_time() - began < 1


async def test_a_restart_without_the_server_still_serves_and_fetches_only_what_is_new(
    service: Service, tmp_path: Path
) -> None:
    crowd = [person(f"{n:04}", f"N{n:04}") for n in range(700)]
    async with Bench(service, contacts=crowd, state_dir=tmp_path) as bench:
        before = await bench.get("list.txt")
        await bench.cut_link()
        await bench.restart()
        assert await bench.get("list.txt") == before
        bench.server.put([person("0001", "Changed")])
        bench.server.pages.clear()
        await bench.restore_link()
        assert b"Changed" in (await bench.get("list.txt")).body
        assert [len(page.upserts) for page in bench.server.pages] == [1]
        assert sum(d.count for d in await bench.dispatches(3)) == 3
        assert [mode(path) for path in saved(tmp_path)] == [0o600]
        assert mode(tmp_path / "snapshots") == 0o700


async def test_an_upgrade_that_needs_more_settings_keeps_the_last_file(
    service: Service, people: list[Contact], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Bench(service, contacts=people, state_dir=tmp_path) as bench:
        before = await bench.get("list.txt")
        await bench.stop()

        def more_is_needed(*_: Any, **__: Any) -> Any:
            from phonebook_vendor_sdk import Invalid

            raise Invalid("Fill in “Tenant”.", field="tenant", code="required")

        with monkeypatch.context() as upgraded:
            upgraded.setattr("phonebook_vendor_sdk.runtime.read_settings", more_is_needed)
            await bench.restart()
            await bench.until(lambda: bench.state is State.SETUP and bool(bench.report.problems))
            assert [problem.field for problem in bench.report.problems] == ["tenant"]
            assert await bench.get("list.txt") == before
            assert (await bench.get("search.txt")).status == 503
        await bench.configure(heading="More")
        assert (await bench.get("list.txt")).body == b"More\nAnn\nBen"


async def test_snapshots_can_be_switched_off_and_old_ones_go(
    service: Service, people: list[Contact], tmp_path: Path
) -> None:
    async with Bench(service, contacts=people, state_dir=tmp_path) as bench:
        await bench.get("list.txt")
    assert saved(tmp_path)
    async with Bench(service, contacts=people, state_dir=tmp_path, snapshots=False) as bench:
        await bench.get("list.txt")
    assert not saved(tmp_path)


async def test_a_damaged_snapshot_is_left_out(service: Service, people: list[Contact], tmp_path: Path) -> None:
    async with Bench(service, contacts=people, state_dir=tmp_path) as bench:
        await bench.get("list.txt")
    (path,) = saved(tmp_path)
    whole = path.read_bytes()
    for damaged in (b"", b"nonsense", whole[: len(whole) // 2], whole[:20] + b"\xff" + whole[21:]):
        path.write_bytes(damaged)
        async with Bench(service, contacts=people, state_dir=tmp_path) as bench:
            assert (await bench.get("list.txt")).status == 200


async def test_a_folder_that_cannot_be_used_does_not_keep_phones_from_the_book(
    service: Service, people: list[Contact], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    async with Bench(service, contacts=people, state_dir=tmp_path / "file") as bench:
        assert (await bench.get("list.txt")).status == 200
        await bench.cut_link()
        assert (await bench.get("list.txt")).status == 200
