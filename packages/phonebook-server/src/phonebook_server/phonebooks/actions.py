"""What may happen to phonebooks. Each action checks rights, is one transaction, and announces after it."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import func, insert, select, tuple_, update

from phonebook_core.errors import Invalid, Problem
from phonebook_core.phone_number import NumberForm, OutputForm
from phonebook_server.accounts.guards import (
    PhonebookRow,
    Principal,
    Role,
    find_members,
    phonebook_row,
    require_phonebook,
    require_site,
    visible_phonebooks,
)
from phonebook_server.activity.record import record
from phonebook_server.checks import require_version, tidy_name, tidy_region
from phonebook_server.contacts.actions import rederive
from phonebook_server.db.tables import Phonebook, Site
from phonebook_server.events.event import Event
from phonebook_server.ids import new_id
from phonebook_server.mail.kind import Kind
from phonebook_server.mail.outbox import notify
from phonebook_server.server import Server

_PREFIX: Final = re.compile(r"[0-9*#,]{0,8}")


class OutputInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How numbers are written for phones: the form, and what goes before a number that leaves the house (as 0)."""

    form: NumberForm = NumberForm.AS_TYPED
    outside_prefix: str = ""


class PhonebookInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be set of a phonebook; what is absent stays. `region` null: the site's region holds."""

    name: str | UnsetType = UNSET
    region: str | UnsetType | None = UNSET
    output: OutputInput | UnsetType = UNSET


async def create_phonebook(server: Server, principal: Principal, site_id: str, input: PhonebookInput) -> PhonebookRow:
    """Make an empty phonebook in a site. Needs a manager. Raises Invalid with every problem."""
    id, now = new_id(), server.clock()
    async with server.db.transaction() as connection:
        site = await require_site(connection, principal, site_id, Role.MANAGER)
        values = _checked(msgspec.structs.replace(input, name="") if input.name is UNSET else input)
        await connection.execute(
            insert(Phonebook).values(id=id, site_id=site_id, epoch=new_id(), created_at=now, **values)
        )
        await record(
            connection,
            clock_ms=now,
            principal=principal,
            action="phonebook.created",
            site_id=site.id,
            phonebook_id=id,
            subject=values["name"],
        )
        await notify(
            connection,
            server,
            Kind.PHONEBOOK_ADDED,
            [each for each in await find_members(connection, site.id, Role.VIEWER) if each != principal.user_id],
            values={"site": site.name, "phonebook": values["name"], "by": principal.email},
            link=server.config.public_url,
            site_id=site.id,
            now=now,
        )
        phonebook = await require_phonebook(connection, principal, id, Role.MANAGER)
    server.publish(Event(kind="phonebook.created", site_id=site.id, phonebook_id=id))
    return phonebook


async def list_phonebooks(
    server: Server, principal: Principal, site_id: str, *, after: tuple[str, ...], limit: int
) -> list[PhonebookRow]:
    """A site's phonebooks by name. Needs a viewer. `after`: folded name and id."""
    folded = func.lower(Phonebook.name)
    query = (
        visible_phonebooks(principal)
        .where(Phonebook.site_id == site_id, tuple_(folded, Phonebook.id) > tuple_(*after))
        .order_by(folded, Phonebook.id)
        .limit(limit)
    )
    async with server.db.reading() as connection:
        await require_site(connection, principal, site_id, Role.VIEWER)
        return [phonebook_row(row, principal) for row in await connection.execute(query)]


async def get_phonebook(server: Server, principal: Principal, phonebook_id: str) -> PhonebookRow:
    """The phonebook. Needs a viewer."""
    async with server.db.reading() as connection:
        return await require_phonebook(connection, principal, phonebook_id, Role.VIEWER)


async def change_phonebook(
    server: Server, principal: Principal, phonebook_id: str, input: PhonebookInput, *, if_match: str | None = None
) -> PhonebookRow:
    """Set some values of a phonebook. Needs a manager. What changes nothing makes no new version.

    Its vendor services fetch it anew; with another region its numbers are read anew. Raises ChangedMeanwhile when
    `if_match` names another version than the newest, Invalid with every problem.
    """
    async with server.db.transaction() as connection:
        before = await require_phonebook(connection, principal, phonebook_id, Role.MANAGER)
        require_version(if_match, before.version, "phonebook")
        values = _checked(input)
        current = {
            "name": before.name,
            "region": before.own_region,
            "output_form": before.output.form.value,
            "outside_prefix": before.output.outside_prefix,
        }
        changes = {key: value for key, value in values.items() if value != current[key]}
        if not changes:
            return before
        now = server.clock()
        await connection.execute(
            update(Phonebook)
            .where(Phonebook.id == phonebook_id)
            .values(version=Phonebook.version + 1, position=Phonebook.position + 1, **changes)
        )
        if "region" in changes:
            query = select(Site.region).where(Site.id == before.site_id)
            region = changes["region"] or (await connection.execute(query)).scalar_one()
            if region != before.region:
                await rederive(connection, phonebook_id, region, actor=principal.email, now=now)
        await record(
            connection,
            clock_ms=now,
            principal=principal,
            action="phonebook.changed",
            site_id=before.site_id,
            phonebook_id=phonebook_id,
            subject=changes.get("name", before.name),
            detail="; ".join(f"{key}: {current[key]} → {value}" for key, value in changes.items()),
        )
        after = await require_phonebook(connection, principal, phonebook_id, Role.MANAGER)
    server.publish(Event(kind="phonebook.changed", site_id=before.site_id, phonebook_id=phonebook_id))
    await server.announce(phonebook_id)
    await server.enablements_changed(phonebook_id)
    return after


async def delete_phonebook(
    server: Server, principal: Principal, phonebook_id: str, *, if_match: str | None = None
) -> None:
    """Take a phonebook out of use; nothing is erased. Needs a manager. Raises ChangedMeanwhile as a change does."""
    async with server.db.transaction() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.MANAGER)
        require_version(if_match, phonebook.version, "phonebook")
        now = server.clock()
        await connection.execute(update(Phonebook).where(Phonebook.id == phonebook_id).values(deleted_at=now))
        await record(
            connection,
            clock_ms=now,
            principal=principal,
            action="phonebook.deleted",
            site_id=phonebook.site_id,
            phonebook_id=phonebook_id,
            subject=phonebook.name,
        )
    server.publish(Event(kind="phonebook.deleted", site_id=phonebook.site_id, phonebook_id=phonebook_id))
    await server.announce(phonebook_id)
    await server.enablements_changed(phonebook_id)


def output_view(output: OutputForm) -> OutputInput:
    """The output form with every field there."""
    return OutputInput(form=output.form, outside_prefix=output.outside_prefix)


def _checked(input: PhonebookInput) -> dict[str, Any]:
    """The columns to be set. Raises Invalid with every problem."""
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    if input.name is not UNSET:
        values["name"] = tidy_name(input.name, problems)
    if input.region is not UNSET:
        values["region"] = tidy_region(input.region, problems) if input.region else ""
    if input.output is not UNSET:
        values["output_form"] = input.output.form.value
        values["outside_prefix"] = input.output.outside_prefix
        if not _PREFIX.fullmatch(input.output.outside_prefix):
            problems.append(
                Problem(
                    field="output.outside_prefix",
                    message="Use what is dialled for an outside line: up to 8 digits, *, # or commas, or nothing.",
                )
            )
    if problems:
        raise Invalid(problems)
    return values
