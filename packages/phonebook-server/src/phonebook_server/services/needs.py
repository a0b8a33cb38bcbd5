"""A service that served a phonebook needs setup again, as after an update: noticed once, and its people are told."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Problem
from phonebook_core.vendor_link.forms import Form, missing
from phonebook_core.vendor_link.lifecycle import State
from phonebook_core.vendor_link.reconcile import Seen
from phonebook_server.accounts.guards import PhonebookRow, Role, find_members
from phonebook_server.db.tables import User
from phonebook_server.mail.kind import Kind
from phonebook_server.mail.outbox import notify
from phonebook_server.server import Server
from phonebook_server.services.store import StoredEnablement
from phonebook_server.services.wanting import in_effect


def after_report(form: Form, phonebook: PhonebookRow, stored: StoredEnablement, seen: Seen) -> StoredEnablement:
    """What is to be stored after a report.

    Accepted settings that an updated service finds incomplete are kept as refused, like those that it turns down: that
    is how it is known after a restart that people were told.
    """
    intent = stored.intent.reported(seen)
    was_accepted = intent.accepted_generation == intent.generation != intent.refused_generation
    if intent.on and seen.state is State.SETUP and seen.in_flight is None and was_accepted:
        lacking = tuple(missing(form, in_effect(form, stored, phonebook)))
        if lacking:
            intent = msgspec.structs.replace(intent, refused_generation=intent.generation, problems=lacking)
    return stored if intent == stored.intent else msgspec.structs.replace(stored, intent=intent)


def needs_setup_again(before: StoredEnablement, after: StoredEnablement, was: State, now: State) -> bool:
    """Whether settings that were in force stopped to be good enough with this report, and not before.

    `was` and `now` are the best state over all instances, before and after it.
    """
    intent = after.intent
    if not intent.on or now is not State.SETUP:
        return False
    newly_refused = before.intent.refused_generation != intent.generation == intent.refused_generation
    return was is State.ENABLED or (newly_refused and intent.accepted_generation == intent.generation)


async def tell_people(
    connection: AsyncConnection,
    server: Server,
    label: str,
    phonebook: PhonebookRow,
    problems: Sequence[Problem],
    now: int,
) -> None:
    """Mail the site's managers, when it has none the administrators, in the caller's transaction."""
    managers = await find_members(connection, phonebook.site_id, Role.MANAGER)
    query = select(User.id).where(User.disabled_at.is_(None), User.password_hash != "")
    whom = query.where(User.id.in_(managers))
    active = list((await connection.execute(whom)).scalars())
    if not active:
        active = list((await connection.execute(query.where(User.is_admin))).scalars())
    await notify(
        connection,
        server,
        Kind.SERVICE_NEEDS_SETUP,
        active,
        values={
            "site": phonebook.site_name,
            "phonebook": phonebook.name,
            "service": label,
            "problems": " ".join(problem.message for problem in problems),
        },
        link=server.config.public_url,
        site_id=phonebook.site_id,
        now=now,
    )
