from __future__ import annotations

from enum import Enum
from typing import Annotated, Literal

import pytest

from phonebook_core.vendor_link.forms import Choice, Condition, FieldKind, filled
from phonebook_vendor_sdk import Automatic, Invalid, Meta, PhoneSettings, Setting
from phonebook_vendor_sdk.settings import form_of, read_settings


class Tone(Enum):
    LOUD = "loud"
    QUITE_SOFT = "quite_soft"


class Everything(PhoneSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: Annotated[
        str,
        Setting(title="Title", help="On the screen.", automatic=Automatic.PHONEBOOK_NAME),
        Meta(min_length=1, max_length=8),
    ]
    refresh: Annotated[int, Setting(title="Refresh"), Meta(ge=3600, le=86400)] = 3600
    share: Annotated[Annotated[float, Meta(ge=0)] | None, Setting(title="Share")] = None
    lookup: Annotated[bool, Setting(title="Lookup")] = True
    size: Annotated[Literal["small", "large"], Setting(title="Size", choices={"small": "Quite small"})] = "small"
    tones: Annotated[tuple[Tone, ...], Setting(title="Tones")] = (Tone.LOUD,)
    pin: Annotated[str, Setting(title="PIN", secret=True, wrong="Use digits."), Meta(pattern="^[0-9]*$")] = ""
    rules: Annotated[list[Literal["a", "b"]], Setting(title="Rules")] = []  # noqa: RUF012


FORM = form_of(Everything)
GOOD = {"title": "Book", "username": "pb-1", "password": "secret-secret"}


def test_the_form_says_everything_that_the_struct_says() -> None:
    fields = {field.name: field for field in FORM.fields}
    assert [f.name for f in FORM.fields][-2:] == ["username", "password"]
    assert fields["title"].kind is FieldKind.TEXT
    assert fields["title"].required
    assert (fields["title"].min_length, fields["title"].max_length) == (1, 8)
    assert fields["title"].automatic is Automatic.PHONEBOOK_NAME
    assert fields["title"].help == "On the screen."
    assert fields["refresh"].kind is FieldKind.NUMBER
    assert (fields["refresh"].minimum, fields["refresh"].maximum, fields["refresh"].default) == (3600, 86400, 3600)
    assert fields["share"].kind is FieldKind.NUMBER
    assert fields["lookup"].kind is FieldKind.BOOLEAN
    assert fields["lookup"].default is True
    assert fields["size"].kind is FieldKind.CHOICE
    assert sorted(fields["size"].choices, key=lambda choice: choice.value) == [
        Choice(value="large", title="Large"),
        Choice(value="small", title="Quite small"),
    ]
    assert fields["tones"].kind is FieldKind.CHOICES
    assert fields["tones"].choices == (
        Choice(value="loud", title="Loud"),
        Choice(value="quite_soft", title="Quite soft"),
    )
    assert fields["tones"].default == ["loud"]
    assert fields["pin"].kind is FieldKind.SECRET
    assert fields["rules"].kind is FieldKind.CHOICES
    assert fields["password"].automatic is Automatic.GENERATED_SECRET
    assert FORM.secrets() == {"pin", "password"}


def test_good_values_become_settings() -> None:
    settings = read_settings(
        Everything, FORM, {**GOOD, "refresh": "7200", "lookup": "false", "size": "large", "tones": ["quite_soft"]}
    )
    assert (settings.refresh, settings.lookup, settings.size) == (7200, False, "large")
    assert settings.tones == (Tone.QUITE_SOFT,)


def test_the_defaults_and_automatic_values_of_a_form_are_acceptable() -> None:
    known = {
        Automatic.PHONEBOOK_NAME: "Office",
        Automatic.GENERATED_USERNAME: "pb-x",
        Automatic.GENERATED_SECRET: "0123456789abcdef",
    }
    assert read_settings(Everything, FORM, filled(FORM, {}, known)).title == "Office"


def test_all_problems_come_at_once_each_at_its_field() -> None:
    with pytest.raises(Invalid) as caught:
        read_settings(
            Everything,
            FORM,
            {
                "title": "far too long a title",
                "refresh": 5,
                "share": -1,
                "lookup": "perhaps",
                "size": "huge",
                "tones": ["loud", "shrill"],
                "pin": "abc",
                "username": "a b",
                "password": "short",
                "typo": 1,
            },
        )
    said = {problem.field: problem.message for problem in caught.value.problems}
    assert said == {
        "title": "Shorten this to 8 characters; it has 20.",
        "refresh": "Give a number from 3600 to 86400.",
        "share": "Give a number of at least 0.",
        "lookup": "Answer yes or no.",
        "size": said["size"],
        "tones": "Choose from: Loud, Quite soft.",
        "pin": "Use digits.",
        "username": "Use only letters, digits, - and _.",
        "password": "Give at least 8 characters; it has 5.",
        "typo": "There is no setting called “typo”.",
    }
    assert said["size"].startswith("Choose one of: ")


def test_what_is_missing_is_said_by_its_title() -> None:
    with pytest.raises(Invalid) as caught:
        read_settings(Everything, FORM, {"title": "", "username": None})
    assert [(p.field, p.code, p.message) for p in caught.value.problems] == [
        ("title", "required", "Fill in “Title”."),
        ("username", "required", "Fill in “User name of the phones”."),
        ("password", "required", "Fill in “Password of the phones”."),
    ]


def test_a_password_with_a_line_end_is_refused() -> None:
    with pytest.raises(Invalid):
        read_settings(Everything, FORM, {**GOOD, "password": "secret-secret\n"})


def test_values_of_another_release_can_be_overlooked() -> None:
    assert read_settings(Everything, FORM, {**GOOD, "gone": 1}, lenient=True).title == "Book"


def test_wrong_types_get_a_sentence() -> None:
    with pytest.raises(Invalid) as caught:
        read_settings(Everything, FORM, {**GOOD, "title": 5, "rules": "a", "refresh": [1]})
    assert {p.field: p.message for p in caught.value.problems} == {
        "title": "Give a text.",
        "rules": "Choose from: A, B.",
        "refresh": "Give a number from 3600 to 86400.",
    }


def test_settings_that_do_not_fit_together_are_refused_by_the_struct_itself() -> None:
    class Together(PhoneSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
        low: Annotated[int, Setting(title="Low")] = 1
        high: Annotated[int, Setting(title="High")] = 2

        def __post_init__(self) -> None:
            if self.low > self.high:
                raise ValueError("“Low” must not be above “High”.")

    with pytest.raises(Invalid, match="must not be above"):
        read_settings(Together, form_of(Together), {**GOOD, "low": 5}, lenient=True)


class Sometimes(PhoneSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    mode: Annotated[Literal["wait", "push"], Setting(title="How changes reach phones")] = "wait"
    target: Annotated[str, Setting(title="Push to", shown_when=("mode", "push")), Meta(min_length=1)] = ""
    retries: Annotated[int, Setting(title="Retries", shown_when=("mode", "push")), Meta(ge=1)] = 3


LOGIN = {"username": "pb-1", "password": "secret-secret"}


def test_a_field_that_is_not_shown_is_neither_required_nor_checked_and_has_its_default() -> None:
    form = form_of(Sometimes)
    target, retries = form.fields[1:3]
    assert (target.shown_when, target.required) == (Condition(field="mode", value="push"), True)
    assert (retries.required, retries.default) == (False, 3)
    read = read_settings(Sometimes, form, {**LOGIN, "target": 5, "retries": 0})
    assert (read.target, read.retries) == ("", 3)


def test_a_field_that_is_shown_is_required_and_checked_as_any_other() -> None:
    with pytest.raises(Invalid) as caught:
        read_settings(Sometimes, form_of(Sometimes), {**LOGIN, "mode": "push", "retries": 0})
    assert {p.field: p.message for p in caught.value.problems} == {
        "target": "Fill in “Push to”.",
        "retries": "Give a number of at least 1.",
    }
    pushed = read_settings(Sometimes, form_of(Sometimes), {**LOGIN, "mode": "push", "target": "phones.test"})
    assert (pushed.target, pushed.retries) == ("phones.test", 3)


def test_a_switch_in_another_writing_shows_its_field_too() -> None:
    class Switched(PhoneSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
        push: Annotated[bool, Setting(title="Push")] = False
        target: Annotated[str, Setting(title="Target", shown_when=("push", True)), Meta(min_length=1)] = ""

    assert read_settings(Switched, form_of(Switched), {**LOGIN, "push": "true", "target": "x"}).target == "x"
    with pytest.raises(Invalid, match="Target"):
        read_settings(Switched, form_of(Switched), {**LOGIN, "push": "true"})
