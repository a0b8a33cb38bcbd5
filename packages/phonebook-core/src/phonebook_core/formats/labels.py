"""The labels of numbers and e-mails, as people read them and as vCard types say them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from phonebook_core.contact import fold

PHONE_TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "Work": ("work", "voice"),
    "Mobile": ("cell",),
    "Home": ("home", "voice"),
    "Main": ("main",),
    "Work Mobile": ("work", "cell"),
    "Fax": ("fax",),
    "Work Fax": ("work", "fax"),
    "Home Fax": ("home", "fax"),
    "Pager": ("pager",),
    "Car": ("car",),
    "Other": ("other",),
}
"""The usual labels of numbers, with the vCard types that say the same. Any other label is kept as written."""

EMAIL_TYPES: Final[Mapping[str, tuple[str, ...]]] = {"Work": ("work",), "Home": ("home",), "Other": ("other",)}
"""The usual labels of e-mails, with the vCard types that say the same."""

SECOND_RANK: Final = frozenset({"Fax", "Work Fax", "Home Fax", "Pager", "Telex", "ISDN", "TTY"})
"""Labels of numbers that nobody calls first, for files whose order of columns means nothing."""

_USUAL: Final = {fold(label).replace(" ", ""): label for label in PHONE_TYPES} | {
    "cell": "Mobile",
    "cellular": "Mobile",
}
_SILENT: Final = frozenset(
    {"voice", "pref", "msg", "text", "video", "internet", "iphone", "x-iphone", "x400", "dom", "intl"}
)
_APPLE: Final = re.compile(r"_\$!<(.*)>!\$_", re.DOTALL)


def usual_label(text: str) -> str:
    """A label from a foreign file: the usual spelling of a usual label, anything else as written."""
    text = text.strip()
    if text.startswith("* "):  # Google marks the preferred one so
        text = text[2:].strip()
    return _USUAL.get(fold(text).replace(" ", "").replace("-", ""), text)


def apple_label(text: str) -> str:
    """A label from Apple's `X-ABLabel`, without the wrapping of the built-in ones."""
    match = _APPLE.fullmatch(text.strip())
    return usual_label(match[1] if match else text)


def label_of_types(types: Iterable[str]) -> str:
    """The label that the vCard types of a number or e-mail mean; empty when they mean nothing to a reader."""
    said = {type.strip().lower(): type.strip() for type in types}
    kinds = {"cell" if kind in ("mobile", "iphone", "x-iphone") else kind for kind in said} - {""}
    for special in ("fax", "cell"):
        if special in kinds:
            place = "Work " if "work" in kinds else "Home " if "home" in kinds and special == "fax" else ""
            return place + ("Fax" if special == "fax" else "Mobile")
    for kind, label in (("pager", "Pager"), ("main", "Main"), ("car", "Car"), ("work", "Work"), ("home", "Home")):
        if kind in kinds:
            return label
    for kind, written in said.items():
        if kind and kind not in _SILENT:
            return usual_label(written[2:] if kind.startswith("x-") and len(kind) > 2 else written)
    return ""
