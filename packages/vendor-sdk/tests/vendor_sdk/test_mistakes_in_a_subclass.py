from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Annotated, Any

import msgspec
import pytest

import phonebook_vendor_sdk
from phonebook_vendor_sdk import Book, Limits, Meta, PhoneRequest, PhoneSettings, Setting, VendorService, phone_file


class Fine(PhoneSettings, frozen=True, kw_only=True):
    pass


def rendering(book: Book, settings: Any, request: PhoneRequest) -> bytes:
    return b""


def declared(name: str = "a.xml", **more: Any) -> Any:
    return phone_file(name, title="A", **more)(staticmethod(rendering))


def make(settings: Any = Fine, /, **members: Any) -> type[VendorService[Any]]:
    import types

    members = {"slug": "x", "label": "X", "a": declared(), **members}
    members = {name: value for name, value in members.items() if value is not None}
    return types.new_class("X", (VendorService[settings],), {}, lambda body: body.update(members))


def settings_with(annotation: Any) -> type[PhoneSettings]:
    made = msgspec.defstruct("Made", [("field", annotation)], bases=(PhoneSettings,), frozen=True, kw_only=True)
    assert issubclass(made, PhoneSettings)
    return made


def test_a_right_one_passes() -> None:
    assert list(make().files) == ["a.xml"]


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"slug": None}, "needs a slug"),
        ({"slug": "Yea link"}, "needs a slug"),
        ({"label": None}, "needs a label"),
        ({"place": 3}, "place must be a text"),
        ({"label": " "}, "needs a label"),
        ({"a": None}, "has no file for phones"),
        ({"b": declared()}, "declares the file a.xml twice"),
        ({"a": declared("../etc/passwd")}, "has the file name"),
        ({"a": declared(varies_by=("moon",))}, "varies by"),
        ({"a": phone_file("a.xml", title="A")(rendering)}, "must be a static method"),
        ({"a": phone_file("a.xml", title="A")(staticmethod(lambda book: b""))}, r"takes \(book\)"),
        ({"a": phone_file("a.xml", title="A")(staticmethod(lambda *all: b""))}, r"takes \(all\)"),
    ],
)
def test_mistakes_in_a_class_are_sentences_at_import(members: dict[str, Any], sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        make(**members)


async def coroutine(self: Any, one: Any) -> None:
    """A method of one argument that is async."""


async def generator(self: Any, settings: Any) -> Any:
    """A context manager that its author forgot to declare."""
    yield


def plain(self: Any, one: Any) -> tuple[()]:
    """A method of one argument that is not async."""
    return ()


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"check": plain}, r"X\.check must be async def check\(self, settings\)"),
        ({"check": staticmethod(coroutine)}, "must be a plain method"),
        ({"check": lambda self: ()}, "must be async"),
        ({"identify": coroutine}, r"must be def identify\(self, user_agent\)"),
        ({"snippets": plain}, r"takes \(self, one\); it must be def snippets"),
        ({"advise": plain}, r"takes \(self, one\); it must be def advise"),
        ({"on_changed": plain}, "must be async def on_changed"),
        ({"while_enabled": generator}, "bare generator; write @asynccontextmanager above it"),
        ({"while_enabled": coroutine}, "must be @asynccontextmanager"),
        ({"limits": Limits(phones="A", name=1)}, "limits must be a list"),
        ({"limits": [Limits(phones="A")]}, "limits that say nothing"),
        ({"limits": [Limits(phones="A", name=0)]}, "limits that say nothing"),
    ],
)
def test_mistakes_in_what_a_service_may_do_besides_are_sentences_at_import(
    members: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(TypeError, match=sentence):
        make(**members)


def test_what_a_service_may_do_besides_passes_when_it_is_right() -> None:
    right = {"check": coroutine, "identify": plain, "while_enabled": asynccontextmanager(generator)}
    assert make(**right, on_changed=coroutine, limits=[Limits(phones="A", name=1)]).slug == "x"


def test_an_async_rendering_is_refused() -> None:
    async def render(book: Book, settings: Any, request: PhoneRequest) -> bytes:
        return b""

    method: Any = staticmethod(render)
    with pytest.raises(TypeError, match="is async"):
        make(a=phone_file("a.xml", title="A")(method))


def test_a_class_without_its_settings_is_refused() -> None:
    with pytest.raises(TypeError, match="does not name its settings"):

        class Bare(VendorService):  # type: ignore[type-arg]
            slug = "bare"
            label = "Bare"
            a = declared()


class Loose(PhoneSettings, frozen=True, kw_only=True):
    free: int = 1


class NotBelow(msgspec.Struct, frozen=True):
    pass


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (dict, "not a msgspec Struct"),
        (NotBelow, "not derived from PhoneSettings"),
        (Loose, "Loose.free needs a Setting"),
        (settings_with(Annotated[dict[str, str], Setting(title="T")]), "no form can draw"),
        (settings_with(Annotated[int, Setting(title="T"), Meta(gt=1)]), "use ge and le"),
    ],
)
def test_mistakes_in_settings_are_sentences_at_import(settings: Any, sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        make(settings)


def conditional(shown_when: tuple[str, str | bool], default: Any = "") -> type[PhoneSettings]:
    """Settings of a number, a switch, and a field below them that is shown sometimes."""
    fields: list[Any] = [
        ("number", Annotated[int, Setting(title="N")], 1),
        ("push", Annotated[bool, Setting(title="P")], False),
        ("below", Annotated[str, Setting(title="B", shown_when=shown_when)], default),
        ("later", Annotated[bool, Setting(title="L")], False),
    ]
    made = msgspec.defstruct("Made", fields, bases=(PhoneSettings,), frozen=True, kw_only=True)
    assert issubclass(made, PhoneSettings)
    return made


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (conditional(("nothing", True)), "no such field above it"),
        (conditional(("later", True)), "no such field above it"),
        (conditional(("number", "1")), "must be a choice, choices or a switch"),
        (conditional(("push", "yes")), r"can be one of \[True, False\]"),
        (conditional(("push", True), msgspec.NODEFAULT), "needs a default for when it is not"),
    ],
)
def test_a_condition_that_can_never_hold_is_a_sentence_at_import(settings: Any, sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        make(settings)


def test_settings_that_can_be_changed_are_refused() -> None:
    changeable = msgspec.defstruct("Changeable", [], bases=(PhoneSettings,), frozen=False, kw_only=True)
    with pytest.raises(TypeError, match="add frozen=True"):
        make(changeable)


def test_a_step_to_other_classes_may_lack_everything() -> None:
    class Step(VendorService[Fine], abstract=True):
        a = declared()

    class Whole(Step):
        slug = "whole"
        label = "Whole"

    assert list(Whole.files) == ["a.xml"]


def test_the_public_names_are_sorted_and_there() -> None:
    names = phonebook_vendor_sdk.__all__
    assert names == sorted(names)
    assert all(hasattr(phonebook_vendor_sdk, name) for name in names)
