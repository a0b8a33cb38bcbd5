"""The form by which a vendor service describes its settings, and the filling-in that the server does by itself."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct

from phonebook_core.errors import Problem


class FieldKind(StrEnum):
    """What a person sees: a line, a hidden line, a number, a switch, one of a list, some of a list."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105  # the name of a kind of field
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"


class Automatic(StrEnum):
    """Where the server takes a value from when nobody typed one."""

    PHONEBOOK_NAME = "phonebook.name"
    SITE_NAME = "site.name"
    REGION = "phonebook.region"
    GENERATED_USERNAME = "generated.username"
    """Made once per enablement and kept: letters, digits, `-`."""
    GENERATED_SECRET = "generated.secret"  # noqa: S105  # the name of a source
    """Made once per enablement and kept: at least 128 bits in `A-Za-z0-9_-`."""


GENERATED: Final = frozenset({Automatic.GENERATED_USERNAME, Automatic.GENERATED_SECRET})


class Choice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One choice of a list: what is stored and what people read."""

    value: str
    title: str


class Condition(Struct, frozen=True, kw_only=True):
    """Another field, and the value that it must have: for a list of choices, one that is among those chosen."""

    field: str
    value: str | bool

    def holds(self, value: Any) -> bool:
        """Whether this value of the other field is the one."""
        return self.value in value if isinstance(value, list | tuple) else bool(value == self.value)


class FormField(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One setting: how it is called, asked, bounded and filled in. Bounds of texts count characters.

    A field with `shown_when` is asked only when the other field, which stands before it, is shown and has that value.
    One that is not shown is neither required nor checked nor sent; what was typed into it stays stored.
    """

    name: str
    kind: FieldKind
    title: str
    help: str = ""
    required: bool = False
    default: Any = None
    automatic: Automatic | None = None
    min_length: int | None = None
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""
    choices: tuple[Choice, ...] = ()
    shown_when: Condition | None = None


class Form(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The settings of a vendor service, in the order in which people should see them."""

    fields: tuple[FormField, ...] = ()

    def secrets(self) -> frozenset[str]:
        """The names of the fields that must not be shown."""
        return frozenset(f.name for f in self.fields if f.kind is FieldKind.SECRET)

    def shown(self, settings: Mapping[str, Any]) -> tuple[FormField, ...]:
        """The fields that are asked when the settings have these values, in order; a default counts as a value."""
        shown: dict[str, FormField] = {}
        for field in self.fields:
            condition = field.shown_when
            if condition is not None:
                other = shown.get(condition.field)
                if other is None or not condition.holds(settings.get(other.name, other.default)):
                    continue
            shown[field.name] = field
        return tuple(shown.values())


def filled(form: Form, typed: Mapping[str, Any], known: Mapping[Automatic, Any]) -> dict[str, Any]:
    """The settings to send: what was typed, else what is known by itself, else the default.

    A field for which there is nothing is left out; one that is not shown is not (see `without_hidden`). Typed values
    for fields that the form does not have are left out too: they stay stored, for the day a service offers the field
    again.
    """
    settings: dict[str, Any] = {}
    for field in form.fields:
        if typed.get(field.name) is not None:
            settings[field.name] = typed[field.name]
        elif field.automatic is not None and known.get(field.automatic) not in (None, ""):
            settings[field.name] = known[field.automatic]
        elif field.default is not None:
            settings[field.name] = field.default
    return settings


def without_hidden(form: Form, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings without those whose fields are not shown: what a service is sent."""
    return {field.name: settings[field.name] for field in form.shown(settings) if field.name in settings}


def missing(form: Form, settings: Mapping[str, Any]) -> list[Problem]:
    """One problem for each required field that is shown and has no value yet.

    Whether values are acceptable, the service decides.
    """
    return [
        Problem(field=field.name, code="required", message=f"Fill in “{field.title}”.")
        for field in form.shown(settings)
        if field.required and settings.get(field.name) in (None, "")
    ]
