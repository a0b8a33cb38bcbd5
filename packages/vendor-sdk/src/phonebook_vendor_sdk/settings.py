"""A vendor's settings: a struct that is the form people fill in and the reader of what they filled in.

    class Settings(PhoneSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
        title: Annotated[
            str,
            Setting(title="Name shown on the phone", automatic=Automatic.PHONEBOOK_NAME),
            Meta(min_length=1, max_length=100),
        ]

The type of a field decides how it is drawn: `str` a line (or a hidden line with `secret`), `int` and `float` a number,
`bool` a switch, a `Literal` or `Enum` of texts one of a list, a tuple or list of those some of a list. `Meta` bounds
it; a field without a default must be filled in. A field with `shown_when` is asked only while another has a value.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta, Struct, inspect

from phonebook_core.errors import Invalid, Problem
from phonebook_core.vendor_link.forms import Automatic, Choice, Condition, FieldKind, Form, FormField

URL_SAFE: Final = "^[A-Za-z0-9_-]*$"
"""What user names and passwords of phones consist of: nothing that a URL or a phone's configuration must quote."""


class Setting(Struct, frozen=True, kw_only=True):
    """How a field is asked for.

    `automatic`: where the server takes the value from when nobody typed one. `secret`: not shown. `choices`: what
    people read for each value of a list. `wrong`: the sentence to show when a text does not match its `pattern`.

    `shown_when`: the name of a field above and the value it must have, as in `("mode", "push")`: a choice, one of the
    choices chosen, or True or False. While it has another, this field is not asked and not checked and has its
    default. A default that is no acceptable value (as "" is none where `min_length=1`) means: required when shown.
    """

    title: str
    help: str = ""
    automatic: Automatic | None = None
    secret: bool = False
    choices: Mapping[str, str] = msgspec.field(default_factory=dict)
    wrong: str = ""
    shown_when: tuple[str, str | bool] | None = None


class PhoneSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every vendor's settings have: the login of the phones. Derive your own settings from this."""

    username: Annotated[
        str,
        Setting(
            title="User name of the phones",
            automatic=Automatic.GENERATED_USERNAME,
            wrong="Use only letters, digits, - and _.",
        ),
        Meta(min_length=1, max_length=64, pattern=URL_SAFE),
    ]
    password: Annotated[
        str,
        Setting(
            title="Password of the phones",
            help="Made by itself. Whoever has it can read the phonebook.",
            automatic=Automatic.GENERATED_SECRET,
            secret=True,
            wrong="Use only letters, digits, - and _.",
        ),
        Meta(min_length=8, max_length=128, pattern=URL_SAFE),
    ]


S = TypeVar("S", bound=PhoneSettings)


def form_of(settings: type[PhoneSettings]) -> Form:
    """The form for these settings: the vendor's own fields first, the login of the phones last.

    Raises TypeError with a sentence for a field that no form can draw.
    """
    info = inspect.type_info(settings)
    assert isinstance(info, inspect.StructType)
    hints = typing.get_type_hints(settings, include_extras=True)
    last = frozenset(PhoneSettings.__struct_fields__)
    form = Form()
    for field in sorted(info.fields, key=lambda field: field.name in last):
        drawn = _form_field(settings, field, _setting_in(hints[field.name]), hints[field.name])
        if drawn.shown_when is not None:
            _check_condition(f"{settings.__name__}.{field.name}", drawn.shown_when, form)
        form = Form(fields=(*form.fields, drawn))
    return form


def read_settings(settings: type[S], form: Form, values: Mapping[str, Any], *, lenient: bool = False) -> S:
    """The settings in these values. Raises Invalid with every problem at once, each at its field.

    `lenient` overlooks fields that the settings do not have, as an older or newer version of the service stored them.
    """
    known = {field.name: field for field in form.fields}
    hints = typing.get_type_hints(settings, include_extras=True)
    problems: list[Problem] = []
    read: dict[str, Any] = {}
    plain = dict(values)
    if not lenient:
        problems += [
            Problem(field=name, code="unknown", message=f"There is no setting called “{name}”.")
            for name in sorted(values.keys() - known.keys())
        ]
    for name, field in known.items():
        if field.shown_when is not None and field not in form.shown(plain):
            continue
        value = values.get(name)
        if value is None or (field.required and value == ""):
            plain[name] = field.default
            if field.required:
                problems.append(Problem(field=name, code="required", message=f"Fill in “{field.title}”."))
            continue
        try:
            if field.pattern.endswith("$") and str(value).endswith("\n"):
                raise msgspec.ValidationError("`$` of a pattern means the end, not the last line end")
            read[name] = msgspec.convert(value, hints[name], strict=field.kind not in _LENIENT_KINDS)
            plain[name] = _plain_value(read[name])
        except (msgspec.ValidationError, RecursionError):
            problems.append(Problem(field=name, message=_complaint(field, _setting_in(hints[name]), value)))
    if problems:
        raise Invalid(problems)
    try:
        return settings(**read)
    except (TypeError, ValueError) as error:
        raise Invalid(str(error) or "These settings do not fit together.") from None


_LENIENT_KINDS: Final = frozenset({FieldKind.NUMBER, FieldKind.BOOLEAN})
"""Kinds for which `"3600"` or `"true"` is as good as 3600 or true."""


def _setting_in(hint: Any) -> Setting | None:
    return next((extra for extra in getattr(hint, "__metadata__", ()) if isinstance(extra, Setting)), None)


def _form_field(owner: type, field: inspect.Field, setting: Setting | None, hint: Any) -> FormField:
    where = f"{owner.__name__}.{field.name}"
    if setting is None:
        raise TypeError(f"{where} needs a Setting(title=…) in its Annotated type, so that people can be asked for it.")
    kind, bounds = _kind_of(where, field.type, setting)
    default = field.default
    if field.default_factory is not msgspec.NODEFAULT:
        default = field.default_factory()
    required = field.required
    condition = None
    if setting.shown_when is not None:
        if required:
            raise TypeError(f"{where} is not always shown, so it needs a default for when it is not.")
        condition = Condition(field=setting.shown_when[0], value=setting.shown_when[1])
        required = not _is_acceptable(default, hint)
    return FormField(
        name=field.name,
        kind=kind,
        title=setting.title,
        help=setting.help,
        required=required,
        default=None if required else _plain_value(default),
        automatic=setting.automatic,
        shown_when=condition,
        **bounds,
    )


def _is_acceptable(default: Any, hint: Any) -> bool:
    try:
        msgspec.convert(msgspec.to_builtins(default), hint)
    except msgspec.ValidationError:
        return False
    return True


def _check_condition(where: str, condition: Condition, before: Form) -> None:
    """Raise TypeError when the condition of this field can never hold."""
    other = next((field for field in before.fields if field.name == condition.field), None)
    if other is None:
        raise TypeError(f"{where} is shown when {condition.field!r} has a value, and there is no such field above it.")
    if other.kind not in _CONDITIONS:
        raise TypeError(f"{where} is shown when {other.name} has a value; that must be a choice, choices or a switch.")
    values = [True, False] if other.kind is FieldKind.BOOLEAN else [choice.value for choice in other.choices]
    if condition.value not in values:
        raise TypeError(f"{where} is shown when {other.name} is {condition.value!r}; it can be one of {values}.")


_CONDITIONS: Final = frozenset({FieldKind.BOOLEAN, FieldKind.CHOICE, FieldKind.CHOICES})


def _plain_value(value: Any) -> Any:
    plain = msgspec.to_builtins(value)
    return list(plain) if isinstance(plain, tuple) else plain


def _kind_of(where: str, type_: inspect.Type, setting: Setting) -> tuple[FieldKind, dict[str, Any]]:
    while isinstance(type_, inspect.Metadata):
        type_ = type_.type
    if isinstance(type_, inspect.UnionType):
        rest = [t for t in type_.types if not isinstance(t, inspect.NoneType)]
        if len(rest) == 1:
            return _kind_of(where, rest[0], setting)
    match type_:
        case inspect.StrType():
            bounds = {"min_length": type_.min_length, "max_length": type_.max_length, "pattern": type_.pattern or ""}
            return (FieldKind.SECRET if setting.secret else FieldKind.TEXT), bounds
        case inspect.IntType() | inspect.FloatType():
            if type_.gt is not None or type_.lt is not None or type_.multiple_of is not None:
                raise TypeError(f"{where} is bounded by gt, lt or multiple_of, which no form can show; use ge and le.")
            return FieldKind.NUMBER, {"minimum": type_.ge, "maximum": type_.le}
        case inspect.BoolType():
            return FieldKind.BOOLEAN, {}
        case inspect.LiteralType() | inspect.EnumType():
            return FieldKind.CHOICE, {"choices": _choices(where, type_, setting)}
        case inspect.VarTupleType() | inspect.ListType():
            inner = type_.item_type
            if isinstance(inner, inspect.LiteralType | inspect.EnumType):
                return FieldKind.CHOICES, {"choices": _choices(where, inner, setting)}
    raise TypeError(
        f"{where} has a type that no form can draw; "
        "use str, int, float, bool, a Literal or Enum of texts, or a tuple of those."
    )


def _choices(where: str, type_: inspect.LiteralType | inspect.EnumType, setting: Setting) -> tuple[Choice, ...]:
    values: list[Any] = [m.value for m in type_.cls] if isinstance(type_, inspect.EnumType) else list(type_.values)
    if not all(isinstance(value, str) for value in values):
        raise TypeError(f"{where} offers choices that are not texts; use a Literal or Enum of texts.")
    return tuple(
        Choice(value=value, title=setting.choices.get(value) or value.replace("_", " ").capitalize())
        for value in values
    )


def _complaint(field: FormField, setting: Setting | None, value: Any) -> str:
    """Why this value cannot be read as this field, and what would do."""
    match field.kind:
        case FieldKind.TEXT | FieldKind.SECRET:
            if not isinstance(value, str):
                return "Give a text."
            if field.min_length is not None and len(value) < field.min_length:
                return f"Give at least {_count(field.min_length)}; it has {len(value)}."
            if field.max_length is not None and len(value) > field.max_length:
                return f"Shorten this to {_count(field.max_length)}; it has {len(value)}."
            return (setting.wrong if setting else "") or "This is not written in a way that can be used."
        case FieldKind.NUMBER:
            low, high = _plain(field.minimum), _plain(field.maximum)
            if low and high:
                return f"Give a number from {low} to {high}."
            return (
                f"Give a number of at least {low}."
                if low
                else f"Give a number up to {high}."
                if high
                else "Give a number."
            )
        case FieldKind.BOOLEAN:
            return "Answer yes or no."
        case _:
            names = ", ".join(choice.title for choice in field.choices)
            return f"Choose {'one of' if field.kind is FieldKind.CHOICE else 'from'}: {names}."


def _count(characters: int) -> str:
    return "1 character" if characters == 1 else f"{characters} characters"


def _plain(number: float | None) -> str:
    return "" if number is None else f"{number:.15g}"
