"""Exports over HTTP and by command: what comes out goes in again, byte for byte, and everybody may call it anything."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from click.testing import CliRunner
from support.server import RunningServer

from phonebook_core.errors import Invalid, NotFound
from phonebook_server.contacts.attachments import dated_name, disposition
from phonebook_server.contacts.cli import import_command
from phonebook_server.contacts.export_cli import export_command

FORMATS = {"csv": "csv", "xlsx": "xlsx", "vcard3": "vcf", "vcard4": "vcf", "json": "json"}
CONTACTS: list[dict[str, Any]] = [
    {
        "given_name": "Zoë",
        "family_name": "O'Neill; Sr.",
        "organization": "=cmd|' /C calc'!A1",
        "department": "+49 is a prefix",
        "title": '"Quoted", and\\slashed',
        "note": "Line one\nline two\n\n  indented\t;,",
        "numbers": [
            {"value": "+49 30 1234567", "label": "Work"},
            {"value": "0171/3 00-00", "label": "Mobile"},
            {"value": "**620#", "label": ""},
        ],
        "emails": [{"value": "zoe@example.org", "label": "Work"}, {"value": "z@example.com", "label": ""}],
        "groups": ["Friends; close", "R&D", "back\\slash"],
        "meta": {"yealink": {"photo": "a,b\nc", "n": 1.5, "list": [1, None, {"x": True}]}},
        "external_id": "uid-1;x",
    },
    {"display_name": "-1+2", "numbers": [{"value": "007"}]},
    {"display_name": "山田 太郎", "organization": "株式会社山田", "groups": ["営業"]},
    {"family_name": "=SUM(A1)", "note": "@home", "numbers": [{"value": "+1 (212) 555-0100;ext=12", "label": "Büro 2"}]},
    {"organization": "Only a company"},
    {"emails": [{"value": "nobody@example.org"}]},
    {"numbers": [{"value": "4.4E+11"}]},
    {"display_name": " spaces  around ", "note": " x "},
]
_counter = itertools.count()


def new_site(api: httpx.Client) -> str:
    id: str = api.post("/api/v1/sites", json={"name": f"Export {next(_counter)}", "region": "DE"}).json()["id"]
    return id


def new_book(api: httpx.Client, site: str, name: str = "Book", contacts: list[dict[str, Any]] | None = None) -> str:
    id: str = api.post(f"/api/v1/sites/{site}/phonebooks", json={"name": name}).json()["id"]
    for contact in contacts or []:
        made = api.post(f"/api/v1/phonebooks/{id}/contacts", json=contact)
        assert made.status_code == 201, made.text
    return id


def contents(api: httpx.Client, book: str) -> list[bytes]:
    """The contacts of a phonebook as their JSON, without what the server adds."""
    items = api.get(f"/api/v1/phonebooks/{book}/contacts", params={"limit": 500}).json()["items"]
    for item in items:
        for name in ("id", "phonebook_id", "version", "created_at", "updated_at"):
            del item[name]
    return sorted(json.dumps(item, ensure_ascii=False, sort_keys=True).encode() for item in items)


def export(api: httpx.Client, book: str, **query: Any) -> httpx.Response:
    answer = api.get(f"/api/v1/phonebooks/{book}/export", params=query)
    assert answer.status_code == 200, answer.text
    return answer


@pytest.mark.parametrize("format", FORMATS)
def test_an_export_imported_into_an_empty_phonebook_gives_the_same_contacts(api: httpx.Client, format: str) -> None:
    site = new_site(api)
    full, empty = new_book(api, site, contacts=CONTACTS), new_book(api, site)
    answer = export(api, full, format=format)
    assert f".{FORMATS[format]}" in answer.headers["content-disposition"]
    file = {"file": (f"export.{FORMATS[format]}", answer.content)}
    preview = api.post(f"/api/v1/phonebooks/{empty}/imports", files=file).json()
    assert (preview["created"], preview["rejected"]) == (len(CONTACTS), 0), preview["problems"]
    report = api.post(f"/api/v1/phonebooks/{empty}/imports?commit=true", files=file).json()
    assert (report["created"], report["rejected"]) == (len(CONTACTS), 0), report["problems"]
    assert contents(api, empty) == contents(api, full)
    assert export(api, empty, format="json").content == export(api, full, format="json").content
    again = api.post(f"/api/v1/phonebooks/{full}/imports?commit=true", files=file).json()
    assert (again["unchanged"], again["created"], again["updated"]) == (len(CONTACTS), 0, 0)


def test_a_search_a_group_and_an_inclusion_narrow_and_widen_an_export(api: httpx.Client) -> None:
    site = new_site(api)
    own: list[dict[str, Any]] = [
        {"display_name": "Ada", "numbers": [{"value": "030 1"}]},
        {"display_name": "Eve", "groups": ["Lab"]},
    ]
    shared: list[dict[str, Any]] = [
        {"display_name": "Ada at work", "numbers": [{"value": "030 1"}]},
        {"display_name": "Grace"},
    ]
    book, company = new_book(api, site, contacts=own), new_book(api, site, contacts=shared)
    assert api.put(f"/api/v1/phonebooks/{book}/inclusions/{company}", json={"groups": []}).status_code == 200

    def names(**query: Any) -> list[str]:
        found = json.loads(export(api, book, format="json", **query).content)["contacts"]
        return [contact.get("display_name", "") for contact in found]

    assert names() == ["Ada", "Eve", "Grace"]
    assert names(own=True) == ["Ada", "Eve"]
    assert names(group="Lab") == ["Eve"]
    assert names(search="gra") == ["Grace"]
    assert names(search="nobody") == []


def test_an_export_of_nothing_is_a_file_that_can_be_read(api: httpx.Client) -> None:
    site = new_site(api)
    book = new_book(api, site)
    for format in FORMATS:
        assert export(api, book, format=format).status_code == 200


def test_what_cannot_be_asked_is_400_and_who_may_not_gets_nothing(api: httpx.Client, running: RunningServer) -> None:
    book = new_book(api, new_site(api))
    assert api.get(f"/api/v1/phonebooks/{book}/export?format=pdf").status_code == 400
    stranger = running.add_person(f"stranger{next(_counter)}@example.org")
    with running.client(stranger.token) as client:
        assert client.get(f"/api/v1/phonebooks/{book}/export").status_code == 404


def test_a_book_with_a_wild_name_is_a_file_that_every_system_takes(api: httpx.Client) -> None:
    book = new_book(api, new_site(api), name='Büro "Süd"/..\\C: 営業 😀')
    header = export(api, book).headers["content-disposition"]
    encoded = header.partition("filename*=UTF-8''")[2]
    assert header.isascii()
    assert unquote(encoded).startswith("Büro _Süd__.._C_ 営業 😀 2")
    assert "\n" not in disposition("a\r\nb.csv")
    assert dated_name("...", "csv", at=0) == "phonebook 1970-01-01.csv"
    assert len(dated_name("ü" * 300, "csv", at=0).encode()) < 255


def test_the_commands_export_and_import(api: httpx.Client, running: RunningServer, tmp_path: Path) -> None:
    site = new_site(api)
    full, empty = new_book(api, site, contacts=CONTACTS), new_book(api, site)

    def run(command: Any, *words: str) -> Any:
        return CliRunner().invoke(command, words, env=running.env)

    printed = run(export_command, full)
    assert printed.exit_code == 0
    assert printed.stdout_bytes == export(api, full).content
    file, mapping = tmp_path / "all.csv", tmp_path / "mapping.json"
    assert run(export_command, full, "--format", "csv", "--output", str(file)).exit_code == 0
    assert [each.name for each in tmp_path.iterdir()] == ["all.csv"]
    assert run(import_command, str(file), "--phonebook", empty, "--json").exit_code == 0
    assert contents(api, empty) == contents(api, full)
    skipped = run(import_command, str(file), "--phonebook", empty, "--on-match", "skip")
    assert f"{len(CONTACTS)} skipped" in skipped.stdout
    file.write_text("Wer,Was\nAda,Countess\n")
    mapping.write_text('{"columns": [{"field": "display_name"}, {"field": "title"}]}')
    mapped = run(import_command, str(file), "--phonebook", empty, "--mapping", str(mapping), "--repair", "--json")
    assert json.loads(mapped.stdout)["created"] == 1, mapped.output
    assert (
        json.loads(run(export_command, empty, "--format", "json", "--search", "ada").stdout)["contacts"][0]["title"]
        == "Countess"
    )
    mapping.write_text("nonsense")
    refused = run(import_command, str(file), "--phonebook", empty, "--mapping", str(mapping)).exception
    assert isinstance(refused, Invalid)
    assert "mapping" in refused.message
    assert isinstance(run(export_command, "nowhere").exception, NotFound)
    assert isinstance(run(export_command, full, "--output", str(tmp_path / "no" / "x.csv")).exception, Invalid)
