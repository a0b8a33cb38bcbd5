"""From what people decided to what a service is told: automatic values filled in, generated ones made."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from phonebook_core.vendor_link.forms import GENERATED, Automatic, Form, FormField, filled, missing, without_hidden
from phonebook_core.vendor_link.messages import FORMER_PASSWORD, Hello
from phonebook_core.vendor_link.reconcile import Wanted
from phonebook_server.accounts.guards import PhonebookRow
from phonebook_server.keys import Keys
from phonebook_server.services.store import Rotation, StoredEnablement

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


def wanted(hello: Hello, stored: StoredEnablement, phonebook: PhonebookRow, keys: Keys) -> Wanted:
    """What to bring about at the service. The password before goes only to one that knows what it is."""

    def complete(typed: Mapping[str, Any]) -> Mapping[str, Any] | None:
        settings = _complete(hello.form, stored, phonebook, typed)
        return None if missing(hello.form, settings) else without_hidden(hello.form, settings)

    want = stored.intent.wanted(complete, keys.api_key(stored.phonebook_id, stored.slug, stored.key_version))
    rotation = stored.rotation
    if rotation is None or not rotation.former_password or FORMER_PASSWORD not in hello.features:
        return want
    return msgspec.structs.replace(want, former_password=rotation.former_password, former_until=rotation.former_until)


def password_field(form: Form) -> FormField | None:
    """The setting that is the phones' password, as far as the server may make it; None when there is none."""
    made = [field for field in form.fields if field.automatic is Automatic.GENERATED_SECRET]
    return next((field for field in made if field.name == "password"), made[0] if made else None)


def without_void_overlap(stored: StoredEnablement, form: Form, before: Mapping[str, Any]) -> StoredEnablement:
    """The enablement without a former password when somebody typed another one than before: then only that holds."""
    field = password_field(form)
    if stored.rotation is None or field is None or stored.intent.settings.get(field.name) == before.get(field.name):
        return stored
    ended = msgspec.structs.replace(stored.rotation, former_password="", former_until=0)
    return msgspec.structs.replace(stored, rotation=ended)


def with_new_password(
    stored: StoredEnablement, field: FormField, before: str, now: int, until: int
) -> StoredEnablement:
    """The enablement with another password for its phones, which may use the one before until then."""
    typed = {name: value for name, value in stored.intent.settings.items() if name != field.name}
    return msgspec.structs.replace(
        stored,
        intent=stored.intent.changed(on=True, settings=typed),
        generated={**stored.generated, field.name: _generate(field.automatic, stored.phonebook_id)},
        rotation=Rotation(former_password=before, former_until=until, rotated_at=now),
    )


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
