"""Contacts over HTTP, against the running server: the contract scripts rely on, and what bad input gets."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from support.server import Person, RunningServer

PROBLEM = "application/problem+json"
_counter = itertools.count()


@dataclass(frozen=True)
class Place:
    """A phonebook of a site of its own."""

    site: str
    book: str

    @property
    def contacts(self) -> str:
        return f"/api/v1/phonebooks/{self.book}/contacts"

    @property
    def imports(self) -> str:
        return f"/api/v1/phonebooks/{self.book}/imports"

    @property
    def changes(self) -> str:
        return f"/api/v1/phonebooks/{self.book}/changes"


@pytest.fixture
def place(api: httpx.Client) -> Place:
    site = api.post("/api/v1/sites", json={"name": f"Site {next(_counter)}", "region": "DE"}).json()["id"]
    return Place(site, api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": "Book"}).json()["id"])


@pytest.fixture
def ada(api: httpx.Client, place: Place) -> str:
    """The address of a contact."""
    made = api.post(place.contacts, json={"given_name": "Ada", "family_name": "Lovelace"})
    return made.headers["location"]


@pytest.fixture
def viewer(api: httpx.Client, running: RunningServer, place: Place) -> Iterator[httpx.Client]:
    person = running.add_person(f"viewer{next(_counter)}@example.org")
    added = api.put(f"/api/v1/sites/{place.site}/members/{person.id}", json={"role": "viewer"})
    assert added.status_code < 300, added.text
    with running.client(person.token) as client:
        yield client


@pytest.fixture
def stranger(api: httpx.Client, running: RunningServer) -> Iterator[httpx.Client]:
    person = running.add_person(f"stranger{next(_counter)}@example.org")
    with running.client(person.token) as client:
        yield client


def refused(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The problem in an answer that must be a refusal, with a sentence in it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["detail"].endswith((".", '*".'))
    return problem


def test_a_contact_comes_back_as_it_was_sent_with_everything_that_clients_need(api: httpx.Client, place: Place) -> None:
    sent: dict[str, Any] = {
        "given_name": "Zoë",
        "family_name": "O'Neill",
        "display_name": "Zoë 😀 أحمد",
        "organization": "<&>",
        "department": "R&D",
        "title": "Dr.",
        "note": "Line one\nLine two",
        "numbers": [{"label": "work", "value": "030/123456"}, {"label": "", "value": "*21#"}],
        "emails": [{"label": "home", "value": "zoe@example.org"}],
        "groups": ["VIP", "Berlin"],
        "meta": {"yealink": {"line": 2, "deep": {"list": [1, None, "x", 0.5, True]}}},
        "external_id": "uid-1",
    }
    made = api.post(place.contacts, json=sent)
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    contact = made.json()
    assert made.headers["location"] == f"/api/v1/contacts/{contact['id']}"
    derived = [{"e164": "+4930123456", **sent["numbers"][0]}, {"e164": None, **sent["numbers"][1]}]
    extra = {"id", "phonebook_id", "version", "created_at", "updated_at", "source_id", "included"}
    assert {key: value for key, value in contact.items() if key not in extra} == {**sent, "numbers": derived}
    assert contact["included"] is False
    assert contact["source_id"] is None
    assert (contact["phonebook_id"], contact["version"]) == (place.book, 1)
    assert contact["created_at"] == contact["updated_at"]
    assert contact["created_at"].endswith("Z")
    again = api.get(made.headers["location"])
    assert (again.json(), again.headers["etag"]) == (contact, '"1"')


def test_a_change_bumps_the_etag_and_the_slower_of_two_gets_412(api: httpx.Client, ada: str) -> None:
    first = api.patch(ada, json={"title": "Countess"}, headers={"if-match": '"1"'})
    assert (first.status_code, first.headers["etag"], first.json()["title"]) == (200, '"2"', "Countess")
    problem = refused(api.patch(ada, json={"title": "Late"}, headers={"if-match": '"1"'}), 412)
    assert problem["code"] == "changed_meanwhile"
    refused(api.delete(ada, headers={"if-match": '"1"'}), 412)
    assert api.get(ada).json()["title"] == "Countess"
    assert api.patch(ada, json={"title": "Countess"}).headers["etag"] == '"2"'


def test_a_deleted_contact_is_404_and_leaves_the_list(api: httpx.Client, place: Place, ada: str) -> None:
    gone = api.delete(ada, headers={"if-match": '"1"'})
    unit = gone.json()["unit"]
    assert (gone.status_code, gone.json()) == (200, {"unit": unit, "undo": f"/api/v1/units/{unit}/undo"})
    refused(api.get(ada), 404)
    refused(api.delete(ada), 404)
    refused(api.patch(ada, json={"title": "x"}), 404)
    assert api.get(place.contacts).json() == {"items": [], "next_cursor": None, "total": 0}


def test_the_list_comes_in_pages_by_name(api: httpx.Client, place: Place) -> None:
    for name in ("delta", "Alpha", "écho", "Bravo", "charlie"):
        assert api.post(place.contacts, json={"display_name": name}).status_code == 201
    first = api.get(place.contacts, params={"limit": 3}).json()
    rest = api.get(place.contacts, params={"limit": 3, "cursor": first["next_cursor"]}).json()
    names = [contact["display_name"] for page in (first, rest) for contact in page["items"]]
    assert names == ["Alpha", "Bravo", "charlie", "delta", "écho"]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "limit=x", "limit=" + "9" * 400, "cursor=x", "cursor=%ff%00"]
)
def test_a_limit_or_cursor_that_cannot_be_is_400(api: httpx.Client, place: Place, query: str) -> None:
    problem = refused(api.get(f"{place.contacts}?{query}"), 400)
    assert problem["problems"][0]["field"] == query.split("=")[0]


def test_changes_since_a_token_are_told_and_a_strange_token_begins_anew(
    api: httpx.Client, place: Place, ada: str
) -> None:
    start = api.get(place.changes).json()
    assert (start["snapshot"], start["more"], start["removals"]) == (True, False, [])
    assert [contact["given_name"] for contact in start["upserts"]] == ["Ada"]
    grace = api.post(place.contacts, json={"given_name": "Grace"}).json()
    api.delete(ada)
    changes = api.get(place.changes, params={"since": start["token"]}).json()
    assert changes["upserts"] == [grace]
    assert changes["removals"] == [ada.rpartition("/")[2]]
    assert changes["snapshot"] is False
    assert api.get(place.changes, params={"since": changes["token"]}).json()["upserts"] == []
    assert api.get(place.changes, params={"since": "x"}).json()["snapshot"] is True


def test_repeating_a_request_with_its_idempotency_key_creates_one_contact(api: httpx.Client, place: Place) -> None:
    key = {"idempotency-key": "5a1f"}
    first = api.post(place.contacts, json={"given_name": "Ada"}, headers=key)
    second = api.post(place.contacts, json={"given_name": "Ada"}, headers=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert [first.headers[name] for name in ("etag", "location")] == [
        second.headers[name] for name in ("etag", "location")
    ]
    problem = refused(api.post(place.contacts, json={"given_name": "Eve"}, headers=key), 400)
    assert problem["code"] == "idempotency_key_reused"
    assert len(api.get(place.contacts).json()["items"]) == 1


BAD_BODIES = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "half": b'{"given_name": "A',
    "no UTF-8": b'{"given_name": "\xff"}',
    "lone surrogate": b'{"given_name": "\\ud800"}',
    "surrogate bytes": b'{"given_name": "\xed\xa0\x80"}',
    "NUL": b'{"given_name": "a\\u0000b"}',
    "NUL in vendor values": b'{"given_name": "A", "meta": {"x": {"a": "\\u0000"}}}',
    "wrong type": b'{"given_name": 1}',
    "unknown field": b'{"given_name": "A", "id": "1"}',
    "numbers no list": b'{"numbers": {"value": "1"}}',
    "number without value": b'{"numbers": [{"label": "work"}]}',
    "empty number": b'{"numbers": [{"value": " "}]}',
    "huge integer": b'{"given_name": "A", "meta": {"x": {"n": ' + b"9" * 40 + b"}}}",
    "endless integer": b'{"given_name": ' + b"9" * 6_000 + b"}",
    "infinite float": b'{"given_name": "A", "meta": {"x": {"n": 1e999}}}',
    "vendor values no object": b'{"given_name": "A", "meta": {"x": 1}}',
    "vendor values null": b'{"given_name": "A", "meta": null}',
    "deep": b"[" * 100_000,
    "deep field": b'{"given_name": ' + b"[" * 100_000,
    "deep vendor values": b'{"given_name": "A", "meta": {"x": {"a": ' + b"[" * 400 + b"]" * 400 + b"}}}",
    "long": b'{"given_name": "' + b"A" * 300 + b'"}',
    "long vendor values": b'{"given_name": "A", "meta": {"x": {"a": "' + b"A" * 17_000 + b'"}}}',
    "too many": b'{"numbers": [' + b",".join([b'{"value": "1"}'] * 101) + b"]}",
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_body_that_cannot_be_accepted_is_400_and_changes_nothing(
    api: httpx.Client, place: Place, ada: str, body: bytes
) -> None:
    headers = {"content-type": "application/json"}
    before = api.get(ada).json()
    assert refused(api.post(place.contacts, content=body, headers=headers), 400)["problems"]
    assert refused(api.patch(ada, content=body, headers=headers), 400)["problems"]
    assert api.get(ada).json() == before
    assert len(api.get(place.contacts).json()["items"]) == 1


def test_an_empty_object_creates_nothing_but_is_a_fine_patch(api: httpx.Client, place: Place, ada: str) -> None:
    assert refused(api.post(place.contacts, json={}), 400)["problems"][0]["field"] == "display_name"
    assert api.patch(ada, json={}).headers["etag"] == '"1"'


def test_every_problem_of_a_contact_is_named_at_its_field(api: httpx.Client, place: Place) -> None:
    sent = {"title": "x" * 256, "numbers": [{"value": "1"}, {"value": ""}], "groups": ["", "y" * 256]}
    problem = refused(api.post(place.contacts, json=sent), 400)
    assert {found["field"] for found in problem["problems"]} == {"title", "numbers.1.value", "groups.0", "groups.1"}
    assert all(found["message"] and found["code"] for found in problem["problems"])


def test_a_body_over_the_limit_is_413(api: httpx.Client, place: Place) -> None:
    refused(api.post(place.contacts, json={"note": "x" * 1_100_000}), 413)


@pytest.mark.parametrize("id", ["x", "0" * 32, "%00", "%ff", "%ed%a0%80", "x" * 3_000, "0" * 31 + "g"])
def test_an_id_that_is_none_is_404(api: httpx.Client, place: Place, id: str) -> None:
    contact = f"/api/v1/contacts/{id}"
    refused(api.get(contact), 404)
    refused(api.patch(contact, json={"title": "x"}), 404)
    refused(api.delete(contact), 404)
    refused(api.get(f"/api/v1/phonebooks/{id}/contacts"), 404)
    refused(api.post(f"/api/v1/phonebooks/{id}/contacts", json={"given_name": "x"}), 404)
    refused(api.get(f"/api/v1/phonebooks/{id}/changes"), 404)
    refused(api.post(f"/api/v1/phonebooks/{id}/imports", files={"file": ("a.csv", b"Name\nx\n")}), 404)


def test_a_viewer_reads_only_and_a_stranger_gets_the_same_404_as_for_a_made_up_id(
    viewer: httpx.Client, stranger: httpx.Client, place: Place, ada: str
) -> None:
    file = {"file": ("a.csv", b"Name\nx\n")}
    for url in (place.contacts, place.changes, ada):
        assert viewer.get(url).status_code == 200
    refused(viewer.post(place.contacts, json={"given_name": "x"}), 403)
    refused(viewer.patch(ada, json={"title": "x"}), 403)
    refused(viewer.delete(ada), 403)
    refused(viewer.post(place.imports, files=file), 403)
    made_up = "/api/v1/contacts/" + "0" * 32
    nowhere = Place("", "0" * 32)
    for method, url, other in (
        ("GET", ada, made_up),
        ("DELETE", ada, made_up),
        ("GET", place.contacts, nowhere.contacts),
        ("GET", place.changes, nowhere.changes),
    ):
        assert refused(stranger.request(method, url), 404) == refused(stranger.request(method, other), 404)
    title = {"title": "x"}
    assert refused(stranger.patch(ada, json=title), 404) == refused(stranger.patch(made_up, json=title), 404)
    named = {"given_name": "x"}
    assert refused(stranger.post(place.contacts, json=named), 404) == refused(
        stranger.post(nowhere.contacts, json=named), 404
    )
    assert refused(stranger.post(place.imports, files=file), 404) == refused(
        stranger.post(nowhere.imports, files=file), 404
    )


def test_nobody_gets_anything_without_signing_in(running: RunningServer, place: Place, ada: str) -> None:
    with running.client() as nobody:
        for url in (place.contacts, place.changes, ada):
            refused(nobody.get(url), 401)
        refused(nobody.post(place.contacts, json={"given_name": "x"}), 401)
        refused(nobody.patch(ada, content=b"{"), 401)
        refused(nobody.delete(ada), 401)
        refused(nobody.post(place.imports, files={"file": ("a.csv", b"Name\nx\n")}), 401)


CSV = b"Given Name,Family Name,Phone\nAda,Lovelace,030 123456\n,,\nGrace,Hopper,+49 30 654321\n"


@pytest.mark.parametrize("part", ["file", "upload"])
def test_a_file_is_imported_and_importing_it_again_changes_nothing(api: httpx.Client, place: Place, part: str) -> None:
    first = api.post(f"{place.imports}?commit=true", files={part: ("people.csv", CSV)}).json()
    assert first["read"] == first["created"] + first["updated"] + first["unchanged"] + first["rejected"]
    assert (first["created"], first["format"], first["encoding"]) == (2, "csv", "utf-8")
    token = api.get(place.changes).json()["token"]
    second = api.post(f"{place.imports}?commit=true", files={part: ("people.csv", CSV)}).json()
    assert (second["created"], second["updated"], second["unchanged"]) == (0, 0, 2)
    assert api.get(place.changes, params={"since": token}).json()["token"] == token


def test_encoding_and_delimiter_can_be_said(api: httpx.Client, place: Place) -> None:
    data = {"encoding": "windows-1252", "delimiter": "|"}
    answer = api.post(
        f"{place.imports}?commit=true", files={"file": ("a.csv", "Name|Phone\nZoë|1\n".encode("cp1252"))}, data=data
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["encoding"] == "cp1252"
    assert [contact["display_name"] for contact in api.get(place.contacts).json()["items"]] == ["Zoë"]


@pytest.mark.parametrize(
    "data", [{"encoding": "klingon"}, {"delimiter": "ab"}, {"delimiter": "\0"}, {"encoding": "\0"}]
)
def test_an_encoding_or_delimiter_that_cannot_be_is_400(api: httpx.Client, place: Place, data: dict[str, str]) -> None:
    refused(api.post(f"{place.imports}?commit=true", files={"file": ("a.csv", CSV)}, data=data), 400)


def test_a_rejected_row_is_told_with_its_line_and_the_others_come_in(api: httpx.Client, place: Place) -> None:
    rows = ["Name,Phone", "Ada,1", f"{'x' * 300},2", "Grace,3"]
    report = api.post(f"{place.imports}?commit=true", files={"file": ("a.csv", "\n".join(rows).encode())}).json()
    assert (report["read"], report["created"], report["rejected"]) == (3, 2, 1)
    [problem] = report["problems"]
    assert set(problem) == {"line", "field", "code", "message"}
    assert problem["line"] == 3


def test_a_file_over_10_mib_is_413_whether_little_or_much_over(api: httpx.Client, place: Place) -> None:
    for size in (10 * 1024**2 + 1, 14 * 1024**2):
        problem = refused(api.post(f"{place.imports}?commit=true", files={"file": ("a.csv", b"x" * size)}), 413)
        assert "10 MiB" in problem["detail"]


FORM = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="file"'
BAD_FORMS = {
    "no form": ("application/json", b"{}"),
    "nothing": (FORM, b""),
    "no boundary": ("multipart/form-data", b"--x--\r\n"),
    "empty form": (FORM, b"--x--\r\n"),
    "rubbish": (FORM, b"\xff" * 100),
    "cut off": (FORM, PART + b'; filename="a.csv"\r\n\r\nName'),
    "no file name, no UTF-8": (FORM, PART + b"\r\n\r\n\xff\r\n--x--\r\n"),
    "unknown charset": (FORM, PART + b"\r\nContent-Type: text/plain; charset=zz\r\n\r\nx\r\n--x--\r\n"),
    "text for a file": (FORM, PART + b"\r\n\r\nName\r\n--x--\r\n"),
    "url encoded": ("application/x-www-form-urlencoded", b"file=x"),
}


@pytest.mark.parametrize(("content_type", "body"), BAD_FORMS.values(), ids=BAD_FORMS.keys())
def test_a_form_that_cannot_be_read_is_400(api: httpx.Client, place: Place, content_type: str, body: bytes) -> None:
    answer = api.post(f"{place.imports}?commit=true", content=body, headers={"content-type": content_type})
    assert "file" in refused(answer, 400)["detail"]


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 100, b"\x89PNG\r\n\x1a\n" + b"\0\xff" * 50, b"PK\x03\x04" + b"\0" * 90]
)
def test_a_file_that_is_none_of_contacts_is_400_with_a_sentence(
    api: httpx.Client, place: Place, content: bytes
) -> None:
    refused(api.post(f"{place.imports}?commit=true", files={"file": ("a.csv", content)}), 400)


def test_two_files_at_once_are_refused_and_a_wild_file_name_does_no_harm(api: httpx.Client, place: Place) -> None:
    files = {"a": ("a.csv", CSV), "b": ("b.csv", CSV)}
    assert "2 files" in refused(api.post(f"{place.imports}?commit=true", files=files), 400)["detail"]
    named = api.post(f"{place.imports}?commit=true", files={"file": ("../\x1b[31m\u202e" + "ü" * 500, CSV)})
    assert named.json()["created"] == 2


def test_vendor_values_in_a_file_that_no_service_could_get_are_rejected(api: httpx.Client, place: Place) -> None:
    row = '"{""yealink"": {""n"": 99999999999999999999999}}"'
    report = api.post(
        f"{place.imports}?commit=true", files={"file": ("a.csv", f"Name,meta\nAda,{row}\nEve,\n".encode())}
    ).json()
    assert (report["read"], report["created"] + report["rejected"]) == (2, 2)
    changes = api.get(place.changes).json()
    assert all(contact["meta"] == {} for contact in changes["upserts"])


def test_the_api_document_knows_the_contact_routes(api: httpx.Client, admin: Person) -> None:
    paths = api.get("/api/v1/openapi.json").json()["paths"]
    ids = {operation["operationId"] for path in paths.values() for operation in path.values()}
    assert ids >= {
        "create_contact",
        "list_contacts",
        "get_contact",
        "change_contact",
        "delete_contact",
        "import_contacts",
        "list_changes",
    }
    body = paths["/api/v1/phonebooks/{phonebook_id}/imports"]["post"]["requestBody"]
    assert set(body["content"]["multipart/form-data"]["schema"]["properties"]) >= {"file", "encoding", "delimiter"}
