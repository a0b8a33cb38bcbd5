"""Imports in two steps over HTTP: what the preview says is what the commit does, and nobody sees another's file."""

from __future__ import annotations

import io
import itertools
import time
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from support.house import BOOK, EDITOR, House, open_house
from support.server import Person, RunningServer

from phonebook_core.errors import Conflict, NotFound
from phonebook_core.formats import MAX_BYTES
from phonebook_server.contacts import uploads
from phonebook_server.contacts.inputs import NumberInput
from phonebook_server.contacts.previews import KEPT_MS

CORPUS = Path(__file__).parents[4] / "phonebook-core" / "tests" / "core" / "corpus"
FILES = sorted(path for path in CORPUS.iterdir() if path.is_file())
COUNTS = ("read", "created", "updated", "unchanged", "skipped", "rejected")
PEOPLE = b"Name,Phone,Company\nAda,030 1234567,Analytical\nGrace,030 7654321,Navy\n"
_counter = itertools.count()


@dataclass(frozen=True)
class Place:
    """A phonebook of a site of its own, and how to import into it."""

    api: httpx.Client
    site: str
    book: str

    @property
    def imports(self) -> str:
        return f"/api/v1/phonebooks/{self.book}/imports"

    def upload(self, data: bytes, name: str = "people.csv", **texts: str) -> Any:
        answer = self.api.post(self.imports, files={"file": (name, data)}, data=texts)
        assert answer.status_code == 201, answer.text
        assert answer.headers["location"] == f"{self.imports}/{answer.json()['id']}"
        return answer.json()

    def change(self, id: str, **change: Any) -> Any:
        answer = self.api.patch(f"{self.imports}/{id}", json=change)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def commit(self, id: str, **body: Any) -> Any:
        answer = self.api.post(f"{self.imports}/{id}/commit", json=body or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def names(self) -> list[str]:
        listed = self.api.get(f"/api/v1/phonebooks/{self.book}/contacts", params={"limit": 500}).json()["items"]
        return [contact["display_name"] for contact in listed]


@pytest.fixture
def place(api: httpx.Client) -> Place:
    site = api.post("/api/v1/sites", json={"name": f"Site {next(_counter)}", "region": "DE"}).json()["id"]
    return Place(api, site, another_book(api, site))


def another_book(api: httpx.Client, site: str) -> str:
    id: str = api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": f"Book {next(_counter)}"}).json()["id"]
    return id


def counts(answer: Any) -> dict[str, int]:
    found = {name: answer[name] for name in COUNTS}
    assert found["read"] == sum(found.values()) - found["read"]
    return found


def outcomes(preview: Any) -> dict[str, int]:
    return dict(Counter(row["outcome"] for row in preview["preview"]))


@pytest.mark.parametrize(
    ("file", "on_match"),
    [(file, ("update", "keep", "replace", "skip")[n % 4]) for n, file in enumerate(FILES)]
    + [(file, "update") for n, file in enumerate(FILES) if n % 4],
    ids=lambda each: each if isinstance(each, str) else each.name,
)
def test_the_counts_of_a_preview_are_those_of_its_commit_and_twice_changes_nothing(
    place: Place, file: Path, on_match: str
) -> None:
    data = file.read_bytes()
    for attempt in range(2):
        preview = place.upload(data, file.name, on_match=on_match)
        if not preview["ready"]:
            columns = [{"field": "display_name"}, {"field": "number"}]
            preview = place.change(preview["id"], mapping={"columns": columns})
        before = place.names()
        assert preview["ready"]
        assert not preview["committed"]
        shown = outcomes(preview)
        assert {name: shown.get(name, 0) for name in COUNTS if name != "read"} | {
            "read": len(preview["preview"])
        } == counts(preview)
        report = place.commit(preview["id"])
        assert counts(report) == counts(preview)
        assert (report["problems"], report["warnings"]) == (preview["problems"], preview["warnings"])
        if attempt:
            assert (report["created"], report["updated"], report["unit"], report["undo"]) == (0, 0, None, None)
            assert place.names() == before
        else:
            assert before == []
            assert len(place.names()) == report["created"]


def test_the_one_step_form_has_the_same_counts(api: httpx.Client, place: Place) -> None:
    data = PEOPLE + b"x" * 300 + b",1,\n"
    preview = place.upload(data)
    at_once = api.post(f"{place.imports}?commit=true", files={"file": ("people.csv", data)})
    assert at_once.status_code == 200
    assert counts(at_once.json()) == counts(preview) == dict(zip(COUNTS, (3, 2, 0, 0, 0, 1), strict=True))
    assert at_once.json()["undo"] == f"/api/v1/units/{at_once.json()['unit']}/undo"
    assert counts(api.get(f"{place.imports}/{preview['id']}").json())["unchanged"] == 2, "the book is another one now"


def test_a_preview_shows_how_the_file_was_read_and_what_each_row_does(api: httpx.Client, place: Place) -> None:
    place.commit(place.upload(PEOPLE)["id"])
    data = (
        b"Name;Phone;Company\nAda;030 1234567;Difference\nGrace;030 7654321;Navy\nEve;1;\n;;\n" + b"y" * 300 + b";2;\n"
    )
    preview = place.upload(data)
    assert (preview["format"], preview["delimiter"], preview["has_header"]) == ("csv", ";", True)
    assert preview["headers"] == ["Name", "Phone", "Company"]
    assert preview["sample"][0] == ["Ada", "030 1234567", "Difference"]
    assert [column["field"] for column in preview["mapping"]["columns"]] == ["display_name", "number", "organization"]
    assert {"display_name", "number", "email", "ignore"} <= set(preview["fields"])
    rows = {row["cells"][0][:5]: row for row in preview["preview"] if row["cells"]}
    assert [rows[name]["outcome"] for name in ("Ada", "Grace", "Eve", "yyyyy")] == [
        "updated", "unchanged", "created", "rejected",
    ]  # fmt: skip
    assert rows["Ada"]["before"]["organization"] == "Analytical"
    assert rows["Ada"]["contact"]["organization"] == "Difference"
    assert rows["Eve"]["before"] is None
    assert rows["Eve"]["contact"]["numbers"][0]["value"] == "1"
    assert rows["yyyyy"]["contact"] is None
    assert rows["yyyyy"]["problems"][0]["code"] == "too_long"
    assert place.names() == ["Ada", "Grace"], "looking changes nothing"


def test_damaged_numbers_are_pointed_out_and_mended_when_asked_for(place: Place) -> None:
    preview = place.upload(b"Name,Phone\nAda,+49301234567.0\nEve,4.4E+11\n")
    assert [(w["code"], w["value"]) for w in preview["warnings"]] == [
        ("decimals", "+49301234567.0"),
        ("damaged_number", "4.4E+11"),
    ]
    preview = place.change(preview["id"], repair=True)
    assert preview["preview"][0]["contact"]["numbers"][0]["value"] == "+49301234567"
    assert preview["preview"][0]["outcome"] == "created"


def test_a_mapping_is_remembered_for_the_next_file_with_these_headers_in_the_site(
    api: httpx.Client, place: Place
) -> None:
    data = b"Wer,Womit,Wo\nAda,030 1234567,Analytical\n"
    preview = place.upload(data)
    columns = [{"header": header, "field": field} for header, field in
               (("Wer", "family_name"), ("Womit", "number"), ("Wo", "department"))]  # fmt: skip
    changed = place.change(preview["id"], mapping={"columns": columns})
    assert changed["preview"][0]["contact"]["department"] == "Analytical"
    assert changed["remembered"] is False
    place.commit(preview["id"])
    sibling = Place(api, place.site, another_book(api, place.site))
    again = sibling.upload(b"Wo,Wer,Womit\nNavy,Hopper,030 7654321\n", "other.csv")
    assert again["remembered"] is True
    assert again["preview"][0]["contact"]["department"] == "Navy"
    at_once = api.post(
        f"{sibling.imports}?commit=true", files={"file": ("other.csv", b"Wo,Wer,Womit\nNavy,Hopper,030 7654321\n")}
    )
    assert counts(at_once.json()) == counts(again)
    assert api.post(f"{sibling.imports}/{again['id']}/commit").json()["unchanged"] == 1
    overridden = sibling.change(sibling.upload(data)["id"], mapping={"columns": [{"field": "organization"}]})
    assert overridden["preview"][0]["contact"] == {"organization": "Ada"}
    elsewhere = api.post("/api/v1/sites", json={"name": "Elsewhere", "region": "DE"}).json()["id"]
    assert Place(api, elsewhere, another_book(api, elsewhere)).upload(data)["remembered"] is False


def test_a_file_that_nobody_understands_waits_for_a_mapping(api: httpx.Client, place: Place) -> None:
    preview = place.upload(b"A1,B1\nfoo,bar\nbaz,qux\n")
    if preview["ready"]:
        pytest.fail(f"this file was understood: {preview['mapping']}")
    assert counts(preview)["rejected"] == 2
    assert preview["headers"] == ["A1", "B1"]
    assert preview["sample"] == [["foo", "bar"], ["baz", "qux"]]
    refused = api.post(f"{place.imports}/{preview['id']}/commit")
    assert (refused.status_code, refused.json()["code"]) == (400, "no_header")
    assert api.get(f"{place.imports}/{preview['id']}/rejected").status_code == 400
    mended = place.commit(preview["id"], mapping={"columns": [{"field": "display_name"}, {"field": "note"}]})
    assert mended["created"] == 2


@pytest.mark.parametrize(
    "change",
    [
        {"mapping": {"columns": [{"field": "nonsense"}]}},
        {"mapping": {"columns": [{"field": "display_name"}] * 9}},
        {"encoding": "klingon"},
        {"delimiter": "ab"},
        {"on_match": "destroy"},
        {"colour": "red"},
        {"has_header": "perhaps"},
    ],
    ids=str,
)
def test_a_change_that_cannot_be_is_400_and_leaves_the_upload_as_it_was(
    api: httpx.Client, place: Place, change: dict[str, Any]
) -> None:
    preview = place.upload(PEOPLE)
    answer = api.patch(f"{place.imports}/{preview['id']}", json=change)
    assert answer.status_code == 400, answer.text
    assert api.get(f"{place.imports}/{preview['id']}").json() == preview


@pytest.mark.parametrize("texts", [{"on_match": "x"}, {"mapping": "{"}, {"mapping": "[]"}, {"has_header": "x"},
                                   {"repair": "x"}, {"mapping": "[" * 100_000}], ids=lambda t: str(t)[:30])  # fmt: skip
def test_a_form_with_options_that_cannot_be_is_400(api: httpx.Client, place: Place, texts: dict[str, str]) -> None:
    for query in ("", "?commit=true"):
        answer = api.post(place.imports + query, files={"file": ("a.csv", PEOPLE)}, data=texts)
        assert answer.status_code == 400, answer.text
        assert answer.json()["problems"][0]["field"] == next(iter(texts))


def test_another_encoding_header_or_sheet_reads_the_file_anew(place: Place) -> None:
    preview = place.upload("Name,Phone\nZoë,1\n".encode("cp1252"), encoding="cp1250")
    changed = place.change(preview["id"], encoding="cp1252")
    assert changed["encoding"] == "cp1252"
    assert changed["preview"][0]["contact"]["display_name"] == "Zoë"
    mapped = place.change(preview["id"], mapping={"columns": [{"field": "organization"}]})
    assert "display_name" not in mapped["preview"][0]["contact"]
    headless = place.change(preview["id"], has_header=False, mapping=None)
    assert headless["read"] == 2
    assert place.change(preview["id"], has_header=True)["read"] == 1


def test_a_second_commit_answers_the_same_and_does_nothing_twice(api: httpx.Client, place: Place) -> None:
    preview = place.upload(PEOPLE)
    first = place.commit(preview["id"])
    assert api.post(first["undo"]).status_code == 200
    assert place.names() == []
    assert place.commit(preview["id"]) == first
    assert place.names() == []
    assert api.patch(f"{place.imports}/{preview['id']}", json={"repair": True}).status_code == 409
    assert api.get(f"{place.imports}/{preview['id']}").json()["committed"] is True


def test_an_import_is_undone_as_a_whole_by_its_unit(api: httpx.Client, place: Place) -> None:
    place.commit(place.upload(PEOPLE)["id"])
    before = api.get(f"/api/v1/phonebooks/{place.book}/export?format=json").content
    report = place.commit(place.upload(b"Name,Phone,Company\nAda,030 1234567,New\nEve,030 9,\n")["id"])
    assert (report["created"], report["updated"]) == (1, 1)
    assert api.post(report["undo"]).json()["conflicts"] == []
    assert api.get(f"/api/v1/phonebooks/{place.book}/export?format=json").content == before


def test_rejected_rows_are_downloaded_mended_and_imported(api: httpx.Client, place: Place) -> None:
    preview = place.upload(PEOPLE + b"=" + b"z" * 300 + b",030 5,Long\n", "Leute \xfc.csv".encode().decode("latin-1"))
    answer = api.get(f"{place.imports}/{preview['id']}/rejected")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    text = answer.content.decode()
    assert "Problem" in text.splitlines()[0]
    assert "Shorten this to 255 characters" in text
    place.commit(preview["id"])
    mended = api.post(
        f"{place.imports}?commit=true", files={"file": ("mended.csv", text.replace("z" * 300, "Zuse").encode())}
    ).json()
    assert (mended["read"], mended["created"]) == (1, 1), mended
    assert len(place.names()) == 3


def test_a_commit_may_be_a_job(api: httpx.Client, place: Place) -> None:
    preview = place.upload(PEOPLE)
    answer = api.post(f"{place.imports}/{preview['id']}/commit", json={"as_job": True})
    assert answer.status_code == 202
    until = time.monotonic() + 60
    while (job := api.get(answer.headers["location"]).json())["state"] == "running" and time.monotonic() < until:
        time.sleep(0.05)
    assert (job["state"], job["result"]["created"]) == ("done", 2)
    assert place.commit(preview["id"]) == job["result"]


def test_only_the_uploader_and_managers_know_of_an_upload(
    api: httpx.Client, place: Place, running: RunningServer, admin: Person
) -> None:
    people = {}
    for role in ("viewer", "editor", "editor2", "manager"):
        people[role] = running.add_person(f"{role}{next(_counter)}@example.org")
        url = f"/api/v1/sites/{place.site}/members/{people[role].id}"
        assert api.put(url, json={"role": role.removesuffix("2")}).status_code == 200
    stranger = running.add_person(f"stranger{next(_counter)}@example.org")
    with running.client(people["editor"].token) as editor:
        id = Place(editor, place.site, place.book).upload(PEOPLE)["id"]
    url = f"{place.imports}/{id}"
    for person, status in ((people["editor2"], 404), (people["viewer"], 403), (stranger, 404)):
        with running.client(person.token) as client:
            for method, path, body in (
                ("GET", url, None), ("PATCH", url, {}), ("GET", f"{url}/rejected", None),
                ("POST", f"{url}/commit", {}), ("DELETE", url, None),
            ):  # fmt: skip
                assert client.request(method, path, json=body).status_code == status, (method, path)
    with running.client(people["manager"].token) as manager:
        assert manager.get(url).status_code == 200
        other = another_book(api, place.site)
        assert manager.get(f"/api/v1/phonebooks/{other}/imports/{id}").status_code == 404
    with running.client(people["editor"].token) as editor:
        assert editor.delete(url).status_code == 204
        assert editor.get(url).status_code == 404


def bomb(entry: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook of a few kilobytes whose sheet is a gigabyte."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook><sheets><sheet name='a' sheetId='1'/></sheets></workbook>")
        with archive.open(entry, "w", force_zip64=True) as sheet:
            for _ in range(200):
                sheet.write(b"<row>" * 1_000_000)
    return made.getvalue()


@pytest.mark.parametrize("kind", ["zip", "entities", "deep"])
def test_bombs_are_refused_quickly_and_the_server_lives(api: httpx.Client, place: Place, kind: str) -> None:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    made, name = b"[" * 5_000_000, "a.json"
    if kind == "zip":
        made, name = bomb(), "a.xlsx"
    elif kind == "entities":
        made, name = f'<!DOCTYPE x [<!ENTITY l0 "lol">{lol}]><x>&l9;</x>'.encode(), "a.xml"
    assert len(made) < MAX_BYTES
    began = time.monotonic()
    for query in ("", "?commit=true"):
        answer = api.post(place.imports + query, files={"file": (name, made)})
        assert answer.status_code == 400, answer.text
    assert time.monotonic() - began < 30
    assert api.get("/health/ready").status_code == 200
    assert place.names() == []


@pytest.fixture
async def house(tmp_path: Path) -> Any:
    async with open_house(tmp_path) as opened:
        yield opened


@pytest.mark.anyio
async def test_uploads_are_forgotten_after_a_day(house: House) -> None:
    first = await uploads.upload_file(house.server, EDITOR, BOOK, PEOPLE, "people.csv")
    house.now += KEPT_MS - 1
    assert await uploads.purge_uploads(house.server) == 0
    second = await uploads.upload_file(house.server, EDITOR, BOOK, PEOPLE, "people.csv")
    house.now += 1
    with pytest.raises(NotFound):
        await uploads.get_upload(house.server, EDITOR, BOOK, first.id)
    with pytest.raises(NotFound):
        await uploads.commit_upload(house.server, EDITOR, BOOK, first.id)
    assert await uploads.purge_uploads(house.server) == 1
    assert (await uploads.get_upload(house.server, EDITOR, BOOK, second.id)).created == 2


@pytest.mark.anyio
async def test_one_person_has_only_so_many_uploads_waiting(house: House) -> None:
    made = [
        await uploads.upload_file(house.server, EDITOR, BOOK, PEOPLE, "people.csv") for _ in range(uploads.MAX_OPEN)
    ]
    with pytest.raises(Conflict):
        await uploads.upload_file(house.server, EDITOR, BOOK, PEOPLE, "people.csv")
    await uploads.commit_upload(house.server, EDITOR, BOOK, made[0].id)
    await uploads.upload_file(house.server, EDITOR, BOOK, PEOPLE, "people.csv")


@pytest.mark.anyio
async def test_commits_at_the_same_moment_import_once_and_answer_the_same(house: House) -> None:
    made = await uploads.upload_file(house.server, EDITOR, BOOK, PEOPLE, "people.csv")
    reports = []

    async def commit() -> None:
        reports.append(await uploads.commit_upload(house.server, EDITOR, BOOK, made.id))

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(commit)
    assert [report.created for report in reports] == [2, 2, 2]
    assert len({report.unit for report in reports}) == 1
    assert len(await house.live()) == 2
    assert (await house.actions_recorded()).count("contacts.imported") == 1


@pytest.mark.anyio
async def test_a_book_that_changed_since_the_preview_is_imported_into_as_it_is_then(house: House) -> None:
    made = await uploads.upload_file(house.server, EDITOR, BOOK, PEOPLE, "people.csv")
    await house.create(display_name="Ada", numbers=[])
    ada = await house.create(display_name="Grace")
    await house.change(ada.contact.id, numbers=[NumberInput(value="+49 30 7654321")], organization="Army")
    report = await uploads.commit_upload(house.server, EDITOR, BOOK, made.id)
    assert (made.created, report.created, report.updated) == (2, 1, 1)
