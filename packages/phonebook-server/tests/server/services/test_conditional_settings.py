"""A setting that is shown only while another has a value: neither asked for nor sent before, and kept meanwhile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from phonebook_core.phone_number import OutputForm
from phonebook_core.vendor_link.forms import Choice, Condition, FieldKind, Form, FormField, missing
from phonebook_core.vendor_link.messages import Hello
from phonebook_core.vendor_link.reconcile import Intent
from phonebook_server.accounts.guards import COMMAND_LINE, PhonebookRow, Role
from phonebook_server.keys import Keys
from phonebook_server.phonebooks.actions import PhonebookInput, create_phonebook
from phonebook_server.server import Server
from phonebook_server.services.actions import decide
from phonebook_server.services.links import Links
from phonebook_server.services.store import StoredEnablement, remember_service
from phonebook_server.services.wanting import in_effect, wanted
from phonebook_server.sites.actions import create_site

MODES = (Choice(value="wait", title="Wait"), Choice(value="push", title="Push"))
FORM = Form(
    fields=(
        FormField(name="mode", kind=FieldKind.CHOICE, title="Mode", default="wait", choices=MODES),
        FormField(
            name="target",
            kind=FieldKind.TEXT,
            title="Target",
            required=True,
            shown_when=Condition(field="mode", value="push"),
        ),
    )
)
HELLO = Hello(slug="acme", label="Acme", instance="one", form=FORM)
BOOK = PhonebookRow(
    id="b",
    site_id="s",
    site_name="Site",
    name="Book",
    region="DE",
    output=OutputForm(),
    position=0,
    horizon=0,
    epoch="",
    version=1,
    own_region="",
    created_at=0,
    role=Role.MANAGER,
)


def stored(**typed: Any) -> StoredEnablement:
    return StoredEnablement(phonebook_id="b", slug="acme", intent=Intent(on=True, generation=1, settings=typed))


@pytest.mark.parametrize(
    ("typed", "lacking", "sent"),
    [
        ({}, [], {"mode": "wait"}),
        ({"target": "kept"}, [], {"mode": "wait"}),
        ({"mode": "push"}, ["target"], None),
        ({"mode": "push", "target": "kept"}, [], {"mode": "push", "target": "kept"}),
    ],
)
def test_a_hidden_setting_is_neither_asked_for_nor_sent(
    typed: dict[str, str], lacking: list[str], sent: dict[str, str] | None
) -> None:
    shown = in_effect(FORM, stored(**typed), BOOK)
    assert [problem.field for problem in missing(FORM, shown)] == lacking
    assert {name: shown.get(name) for name in typed} == typed
    assert wanted(HELLO, stored(**typed), BOOK, Keys(b"x" * 32)).settings == sent


@pytest.mark.anyio
async def test_what_was_typed_into_it_is_kept_while_it_is_hidden(opened: Server) -> None:
    links = Links(opened)
    server = replace(opened, announce=links.announce, enablements_changed=links.enablements_changed)
    async with server.db.transaction() as connection:
        await remember_service(connection, HELLO, 0)
    site = await create_site(server, COMMAND_LINE, name="Office", region="DE")
    book = await create_phonebook(server, COMMAND_LINE, site.id, PhonebookInput(name="Book"))

    async def put(**settings: str) -> tuple[dict[str, Any], list[str]]:
        standing = await decide(server, links, COMMAND_LINE, book.id, "acme", on=True, settings=settings)
        return dict(standing.settings), [problem.field for problem in standing.problems]

    assert await put(mode="push") == ({"mode": "push"}, ["target"])
    assert await put(target="phones.test") == ({"mode": "push", "target": "phones.test"}, [])
    assert await put(mode="wait") == ({"mode": "wait", "target": "phones.test"}, [])


def test_programs_read_the_condition_as_a_field_and_a_value() -> None:
    [_, target] = msgspec.json.decode(msgspec.json.encode(FORM))["fields"]
    assert target["shown_when"] == {"field": "mode", "value": "push"}
