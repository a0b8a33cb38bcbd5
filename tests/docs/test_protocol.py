"""`docs/protocol.md` and what is beside it are made from the code of today, and what they say is so."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docs.pages import ROOT

from phonebook_core.vendor_link.describe import FIELDS, SENDERS, documents, main, render_asyncapi, render_schema
from phonebook_core.vendor_link.messages import MESSAGES, REPLIES
from phonebook_server.contacts.changes import MAX_PAGE
from phonebook_server.services import link as server_link
from phonebook_server.services.links import NOTED_SECONDS
from phonebook_vendor_sdk import backoff, grace, runtime
from phonebook_vendor_sdk import link as vendor_link

DOCS = ROOT / "docs"
ESSAY = (DOCS / "protocol" / "essay.md.in").read_text("utf-8")


@pytest.mark.parametrize(("path", "text"), documents(ESSAY).items(), ids=list(documents(ESSAY)))
def test_the_document_is_current(path: str, text: str) -> None:
    advice = "Run: python -m phonebook_core.vendor_link.describe docs"
    assert (DOCS / path).read_text("utf-8") == text, advice


def test_the_command_writes_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "protocol").mkdir()
    (tmp_path / "protocol" / "essay.md.in").write_text(ESSAY, "utf-8")
    assert main([str(tmp_path)]) == 0
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*")} == {
        "protocol/essay.md.in",
        *documents(""),
    }
    assert main([]) == 2


def test_every_message_is_described_and_every_request_has_a_sender() -> None:
    page = (DOCS / "protocol.md").read_text("utf-8")
    for kind in MESSAGES:
        assert f"\n### {kind}\n" in page
    assert {request.kind for request in REPLIES} == SENDERS.keys()
    assert "{{" not in page


def test_nothing_is_described_that_is_not_there() -> None:
    shapes = render_schema()["$defs"]
    assert FIELDS.keys() <= shapes.keys()
    for name, fields in FIELDS.items():
        assert set(shapes[name].get("properties", {})) == fields.keys()


def test_the_numbers_in_the_text_are_those_of_the_code() -> None:
    text = " ".join(ESSAY.split())
    for sentence in (
        f"sent by the service within {server_link.HELLO_SECONDS:g} seconds",
        f"takes no frame for {server_link.SEND_SECONDS:g} seconds",
        f"more than {server_link.MAX_WAITING_BYTES // 1024 // 1024} MiB are waiting",
        f"At most {server_link.MAX_WORK} requests of a service",
        f"at most {MAX_PAGE:,} contacts",
        f"waits up to {NOTED_SECONDS * 1000:g} ms",
        f"silent about the phonebook for {grace.REPLAY_SECONDS:g} seconds",
        f"after {grace.GRACE_SECONDS / 86_400:g} days",
        f"({runtime.QUIET_SECONDS:g} seconds after the last sign of the replay in the SDK)",
        f"doubles up to {backoff.LONGEST:g} seconds",
    ):
        assert sentence in text, sentence
    assert (vendor_link.SEND_SECONDS, vendor_link.MAX_WAITING_BYTES) == (
        server_link.SEND_SECONDS,
        server_link.MAX_WAITING_BYTES,
    )
    assert (backoff.FIRST, backoff.HEALTHY_AFTER) == (0.5, 10), "half a second, 10 seconds"


@pytest.mark.parametrize("document", [render_schema(), render_asyncapi()], ids=["schema", "asyncapi"])
def test_every_reference_within_a_document_leads_somewhere(document: dict[str, Any]) -> None:
    found = list(_references(json.loads(json.dumps(document))))
    assert found
    for reference in found:
        part: Any = document
        for name in reference.removeprefix("#/").split("/"):
            assert name in part, reference
            part = part[name]


def test_the_asyncapi_document_has_an_operation_for_each_request_and_direction() -> None:
    operations = render_asyncapi()["operations"]
    assert len(operations) == sum(map(len, SENDERS.values()))
    assert operations["receive_get_changes"]["reply"]["messages"][0]["$ref"].endswith("/changes")
    assert operations["send_turn_on"]["action"] == "send"


def test_the_essay_asks_for_nothing_that_is_not_made() -> None:
    names = set(re.findall(r"\{\{(\w+)\}\}", ESSAY))
    assert {"states", "transitions", "diagram", "overview", "messages", "shapes", "examples"} <= names


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)
