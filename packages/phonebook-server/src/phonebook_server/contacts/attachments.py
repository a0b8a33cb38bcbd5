"""Files that a client gets to save: what they are called, whatever the phonebook is called."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from msgspec import Struct

_MAX_STEM: Final = 80
_FORBIDDEN: Final = frozenset('<>:"/\\|?*')
"""What file names of one system or another cannot have."""


class Attachment(Struct, frozen=True, kw_only=True):
    """A file to be saved."""

    content: bytes
    filename: str
    media_type: str


def dated_name(name: str, extension: str, *, at: int) -> str:
    """A file name that every system takes, of a name that people gave, with the day (UTC)."""
    day = datetime.fromtimestamp(at / 1000, UTC).date().isoformat()
    return f"{_safe(name)} {day}.{extension}"


def stem_of(filename: str) -> str:
    """The name of a file without its folders and extension."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    return last.rpartition(".")[0] or last


def disposition(filename: str) -> str:
    """The Content-Disposition of a download: the name as it is, and in ASCII for clients that know no better."""
    ascii_name = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in filename)
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _safe(name: str) -> str:
    kept = "".join(c if c.isprintable() and c not in _FORBIDDEN else "_" for c in name)
    kept = kept.encode(errors="replace").decode()[:_MAX_STEM].strip(" .")
    return kept or "phonebook"
