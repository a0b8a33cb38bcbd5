"""Giving the phones of a phonebook another password, with a time in which the one before goes on working."""

from __future__ import annotations

from typing import Final

from phonebook_core.errors import Conflict
from phonebook_core.vendor_link.forms import Form, FormField
from phonebook_core.vendor_link.messages import FORMER_PASSWORD
from phonebook_server.accounts.guards import Principal, Role, require_phonebook
from phonebook_server.activity.record import record
from phonebook_server.checks import iso
from phonebook_server.events.event import Event
from phonebook_server.server import Server
from phonebook_server.services.actions import SETTLE_SECONDS, Standing, get_standing, unknown
from phonebook_server.services.links import Links
from phonebook_server.services.store import StoredEnablement, load_enablement, load_service, save_enablement
from phonebook_server.services.wanting import in_effect, password_field, with_new_password

MAX_OVERLAP_HOURS: Final = 720
_HOUR_MS: Final = 3_600_000


async def rotate_password(
    server: Server, links: Links, principal: Principal, phonebook_id: str, slug: str, *, overlap_hours: float
) -> Standing:
    """Make another password for the phones; the one before goes on working for so long. Needs a manager.

    What is wanted is stored first; then a moment is waited for the service, and how it stands then comes back. Raises
    Conflict when the service is off, has no such password, or cannot accept two.
    """
    now = server.clock()
    async with server.db.transaction() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.MANAGER)
        service = await load_service(connection, slug)
        if service is None:
            raise unknown(slug)
        stored = await load_enablement(connection, server.keys, phonebook_id, slug)
        stored, field = _rotatable(stored, service.form, service.label)
        if overlap_hours and not links.understands(slug, FORMER_PASSWORD):
            raise _no_overlap(service.label, is_linked=bool(links.of(slug)))
        before = str(in_effect(service.form, stored, phonebook).get(field.name, ""))
        until = now + round(overlap_hours * _HOUR_MS)
        stored = with_new_password(stored, field, before, now, until)
        await save_enablement(connection, server.keys, stored, now)
        await record(
            connection,
            clock_ms=now,
            principal=principal,
            action="service.password_rotated",
            site_id=phonebook.site_id,
            phonebook_id=phonebook_id,
            subject=service.label,
            detail=f"the one before works until {iso(until)}" if overlap_hours else "the one before is void",
        )
    server.publish(Event(kind="service.changed", site_id=phonebook.site_id, phonebook_id=phonebook_id, subject=slug))
    await links.enablements_changed(phonebook_id)
    await links.wait_until_settled(phonebook_id, slug, SETTLE_SECONDS)
    return await get_standing(server, links, principal, phonebook_id, slug)


def _rotatable(stored: StoredEnablement | None, form: Form, label: str) -> tuple[StoredEnablement, FormField]:
    if stored is None or not stored.intent.on:
        message = f"{label} is turned off for this phonebook, so its phones have no password. Turn it on."
        raise Conflict(message, code="not_on")
    if stored.intent.refused_generation:
        message = f"{label} does not accept its settings as they are. Correct them, then change the password."
        raise Conflict(message, code="refused_settings")
    field = password_field(form)
    if field is None:
        message = f"{label} has no password that is made here. Change it in its settings."
        raise Conflict(message, code="no_password")
    return stored, field


def _no_overlap(label: str, *, is_linked: bool) -> Conflict:
    if is_linked:
        sentence = f"This version of {label} accepts one password at a time. Update it"
    else:
        sentence = f"{label} is not running, so nobody knows whether it accepts two passwords. Start it"
    return Conflict(f"{sentence}, or send `overlap_hours` 0 to change the password at once.", code="no_overlap")
