"""What people may do with vendor services: see them, turn them on and off for a phonebook, fill in their settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from phonebook_core.errors import Invalid, NotFound, Problem
from phonebook_core.vendor_link.forms import FieldKind, Form, FormField, missing
from phonebook_core.vendor_link.lifecycle import State
from phonebook_core.vendor_link.messages import FORMER_PASSWORD, Access, Notice
from phonebook_server.accounts.guards import PhonebookRow, Principal, Role, require_phonebook
from phonebook_server.activity.record import record
from phonebook_server.server import Server
from phonebook_server.services.links import Links, Observed
from phonebook_server.services.store import (
    Rotation,
    Service,
    StoredEnablement,
    load_enablement,
    load_enablements,
    load_service,
    load_services,
    save_enablement,
)
from phonebook_server.services.wanting import in_effect, with_generated, without_void_overlap

SETTLE_SECONDS: Final = 5.0
"""How long turning a service on or off waits for the service before it answers."""
MAX_TYPED: Final = 4_000
"""Characters of one setting."""


class Standing(Struct, frozen=True, kw_only=True):
    """How one vendor service stands to one phonebook: what is wanted, what is observed, what people should know.

    `settings` are those that hold or are wanted next, without the values of secret fields (None stands for them);
    `automatic` names the fields that nobody typed. `access` is complete for managers only. `can_overlap`: every
    running instance can let phones in with two passwords.
    """

    service: Service
    on: bool
    state: State
    settled: bool
    instances: int
    settings: Mapping[str, Any]
    automatic: tuple[str, ...]
    problems: tuple[Problem, ...]
    access: Access | None
    notices: tuple[Notice, ...]
    rotation: Rotation | None
    can_overlap: bool


async def list_standings(server: Server, links: Links, principal: Principal, phonebook_id: str) -> list[Standing]:
    """Every known service and how it stands to this phonebook. Needs a viewer."""
    async with server.db.reading() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.VIEWER)
        services = await load_services(connection)
        found = await load_enablements(connection, server.keys, phonebook_id=phonebook_id)
    stored = {each.slug: each for _, each in found}
    return [_standing(links, phonebook, service, stored.get(service.slug)) for service in services]


async def get_standing(server: Server, links: Links, principal: Principal, phonebook_id: str, slug: str) -> Standing:
    """How one service stands to this phonebook. Needs a viewer. Raises NotFound for an unknown service."""
    async with server.db.reading() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.VIEWER)
        service = await load_service(connection, slug)
        if service is None:
            raise unknown(slug)
        stored = await load_enablement(connection, server.keys, phonebook_id, slug)
    return _standing(links, phonebook, service, stored)


async def decide(
    server: Server,
    links: Links,
    principal: Principal,
    phonebook_id: str,
    slug: str,
    *,
    on: bool,
    settings: Mapping[str, Any] | None,
) -> Standing:
    """Turn a service on or off for this phonebook, with these settings. Needs a manager.

    A setting that is absent stays as it is; None takes the automatic value or the default again, but leaves a secret
    alone. What is wanted is stored first; then a moment is waited for the service, and how it stands then comes back.
    Asking for what is there already tries refused settings once more. Raises Invalid for settings the form refuses.
    """
    now = server.clock()
    async with server.db.transaction() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.MANAGER)
        service = await load_service(connection, slug)
        if service is None:
            raise unknown(slug)
        stored = await load_enablement(connection, server.keys, phonebook_id, slug)
        if stored is None:
            stored = StoredEnablement(phonebook_id=phonebook_id, slug=slug)
        intent = stored.intent
        typed = _merged(service.form, intent.settings, settings or {})
        if (on, typed) != (intent.on, intent.settings) or (on and intent.refused_generation):
            stored = msgspec.structs.replace(stored, intent=intent.changed(on=on, settings=typed))
            stored = with_generated(stored, service.form) if on else stored
            stored = without_void_overlap(stored, service.form, intent.settings)
            await save_enablement(connection, server.keys, stored, now)
            action = "service.turned_off" if not on else "service.changed" if intent.on else "service.turned_on"
            await record(
                connection,
                clock_ms=now,
                principal=principal,
                action=action,
                site_id=phonebook.site_id,
                phonebook_id=phonebook_id,
                subject=service.label,
                detail=_changed_fields(intent.settings, typed),
            )
    await links.enablements_changed(phonebook_id)
    await links.wait_until_settled(phonebook_id, slug, SETTLE_SECONDS)
    return await get_standing(server, links, principal, phonebook_id, slug)


def _standing(links: Links, phonebook: PhonebookRow, service: Service, stored: StoredEnablement | None) -> Standing:
    observed = links.observed(phonebook.id, service.slug)
    known = stored or StoredEnablement(phonebook_id=phonebook.id, slug=service.slug)
    settings = in_effect(service.form, known, phonebook)
    secrets = service.form.secrets()
    typed = {name for name, value in known.intent.settings.items() if value is not None}
    report = observed.seen.report
    return Standing(
        service=service,
        on=known.intent.on,
        state=observed.seen.state,
        settled=observed.settled,
        instances=observed.instances,
        settings={name: None if name in secrets else value for name, value in settings.items()},
        automatic=tuple(f.name for f in service.form.fields if f.automatic is not None and f.name not in typed),
        problems=_problems(service, known, observed, settings),
        access=_shown_access(report.access, phonebook.role) if report is not None and report.access else None,
        notices=report.notices if report is not None else (),
        rotation=known.rotation,
        can_overlap=links.understands(service.slug, FORMER_PASSWORD),
    )


def _problems(
    service: Service, stored: StoredEnablement, observed: Observed, settings: Mapping[str, Any]
) -> tuple[Problem, ...]:
    """What people should act on: the newest settings stand refused, or are not complete."""
    if not stored.intent.on:
        return ()
    if stored.intent.refused_generation:
        return stored.intent.problems
    lacking = tuple(missing(service.form, settings))
    if lacking or observed.seen.state is not State.SETUP or observed.seen.report is None:
        return lacking
    return observed.seen.report.problems


def _shown_access(access: Access, role: Role) -> Access:
    """The access as this role may see it: whoever does not manage services gets no password."""
    if role.allows(Role.MANAGER):
        return access
    return msgspec.structs.replace(access, password="", snippets=())


def _merged(form: Form, typed: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The typed settings after these changes. Raises Invalid with every change that the form refuses."""
    fields = {field.name: field for field in form.fields}
    merged = dict(typed)
    problems: list[Problem] = []
    for name, value in changes.items():
        field = fields.get(name)
        if field is None:
            listed = ", ".join(fields) or "none"
            message = f"This service has no such setting. It has: {listed}."
            problems.append(Problem(field=f"settings.{name[:100]}", code="unknown", message=message))
        elif value is None:
            if field.kind is not FieldKind.SECRET:
                merged.pop(name, None)
        elif (sentence := _refusal(field, value)) is not None:
            problems.append(Problem(field=f"settings.{name}", code="wrong_kind", message=sentence))
        else:
            merged[name] = value
    if problems:
        raise Invalid(problems)
    return merged


def _changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Which settings were changed, for the record: their names only, as a value may be a secret."""
    absent = object()
    names = [name for name in {**before, **after} if before.get(name, absent) != after.get(name, absent)]
    return f"settings: {', '.join(names)}" if names else ""


def _refusal(field: FormField, value: Any) -> str | None:
    """Why this value is not even of the right kind; everything finer is for the service to decide."""
    match field.kind:
        case FieldKind.TEXT | FieldKind.SECRET | FieldKind.CHOICE:
            if not isinstance(value, str):
                return f"“{field.title}” is a text; write it in quotation marks."
            if len(value) > MAX_TYPED or "\0" in value:
                return f"“{field.title}” has at most {MAX_TYPED} characters and no NUL."
        case FieldKind.NUMBER:
            if isinstance(value, bool) or not isinstance(value, int | float):
                return f"“{field.title}” is a number, without quotation marks."
        case FieldKind.BOOLEAN:
            if not isinstance(value, bool):
                return f"“{field.title}” is true or false."
        case FieldKind.CHOICES:
            if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
                return f"“{field.title}” is a list of texts."
    return None


def unknown(slug: str) -> NotFound:
    """There is no such service, for whoever asks for it."""
    return NotFound(
        f"No vendor service “{slug[:100]}” has ever linked to this server. "
        "Install it beside the server, or start it on its own with a token from `phonebook service token`."
    )
