"""From what people decided to what a service is told: automatic values filled in, generated ones made."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from phonebook_core.vendor_link.forms import GENERATED, Automatic, Form, filled, missing
from phonebook_core.vendor_link.reconcile import Wanted
from phonebook_server.accounts.guards import PhonebookRow
from phonebook_server.keys import Keys
from phonebook_server.services.store import StoredEnablement

_TYPED: Final = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 characters that phones can type and people can tell apart: 27 of them are 135 bits."""


def with_generated(stored: StoredEnablement, form: Form) -> StoredEnablement:
    """The enablement with a value made for each field of the form that asks for one and has none yet."""
    made = {
        field.name: _generate(field.automatic, stored.phonebook_id)
        for field in form.fields
        if field.automatic in GENERATED and field.name not in stored.generated
    }
    if not made:
        return stored
    return msgspec.structs.replace(stored, generated={**stored.generated, **made})


def in_effect(form: Form, stored: StoredEnablement, phonebook: PhonebookRow) -> dict[str, Any]:
    """The newest settings as they would be sent, whether or not they are complete."""
    return _complete(form, stored, phonebook, stored.intent.settings)


def wanted(form: Form, stored: StoredEnablement, phonebook: PhonebookRow, keys: Keys) -> Wanted:
    """What to bring about at the service."""

    def complete(typed: Mapping[str, Any]) -> Mapping[str, Any] | None:
        settings = _complete(form, stored, phonebook, typed)
        return None if missing(form, settings) else settings

    return stored.intent.wanted(complete, keys.api_key(stored.phonebook_id, stored.slug, stored.key_version))


def _complete(
    form: Form, stored: StoredEnablement, phonebook: PhonebookRow, typed: Mapping[str, Any]
) -> dict[str, Any]:
    known: dict[Automatic, Any] = {
        Automatic.PHONEBOOK_NAME: phonebook.name,
        Automatic.SITE_NAME: phonebook.site_name,
        Automatic.REGION: phonebook.region,
    }
    # generated values belong to one field each, so they are filled in by name before the rest
    return filled(
        form, {**stored.generated, **{name: value for name, value in typed.items() if value is not None}}, known
    )


def _generate(source: Automatic | None, phonebook_id: str) -> str:
    if source is Automatic.GENERATED_USERNAME:
        return f"pb-{phonebook_id[-12:]}"
    return "".join(secrets.choice(_TYPED) for _ in range(27))
