"""What the answer to a deletion says: how it is undone."""

from __future__ import annotations

from msgspec import Struct


class Deleted(Struct, frozen=True, kw_only=True):
    """Something was taken out of use; nothing is erased. A POST to the path `undo` brings it back."""

    undo: str
