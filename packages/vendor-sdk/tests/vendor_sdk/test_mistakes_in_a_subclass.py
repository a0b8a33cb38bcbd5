from __future__ import annotations

from typing import Annotated, Any

import msgspec
import pytest

import phonebook_vendor_sdk
from phonebook_vendor_sdk import Book, Meta, PhoneRequest, PhoneSettings, Setting, VendorService, phone_file


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
