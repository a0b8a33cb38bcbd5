"""Zip archives from strangers: what they would unpack to is known, and bounded, before anything is unpacked."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO
from typing import Final

from phonebook_core.errors import Invalid

MAX_MEMBERS: Final = 1_000
"""Files in an archive."""
MAX_UNPACKED: Final = 128 * 1024 * 1024
"""Bytes of all files of an archive together, unpacked."""
MAX_RATIO: Final = 250
"""Unpacked bytes for one packed, of archives that unpack to more than `_SMALL`. Workbooks have 5 to 50."""
_SMALL: Final = 4 * 1024 * 1024
_MAX_DIRECTORY: Final = MAX_MEMBERS * 512
_END: Final = b"PK\x05\x06"
_READABLE: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Archive:
    """An archive whose sizes have been checked. A file never gives more bytes than its entry says."""

    def __init__(self, data: bytes) -> None:
        """Raises `Invalid` when it is damaged, encrypted, or would unpack to too much."""
        end = data.rfind(_END)
        if end < 0 or int.from_bytes(data[end + 12 : end + 16], "little") > _MAX_DIRECTORY:
            raise _damaged() if end < 0 else _bomb("too many files are in it")
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError, OSError):
            raise _damaged() from None
        entries = self._zip.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        if len(entries) > MAX_MEMBERS:
            raise _bomb("too many files are in it")
        if unpacked > MAX_UNPACKED or (unpacked > _SMALL and unpacked > MAX_RATIO * len(data)):
            raise _bomb(f"it would unpack to {unpacked / 1_048_576:.0f} MiB")
        if any(entry.flag_bits & 1 for entry in entries):
            raise Invalid("The workbook is protected by a password. Save it without one.", code="encrypted")
        if any(entry.compress_type not in _READABLE for entry in entries):
            raise _damaged()
        self._entries = {entry.filename: entry for entry in entries}

    def read(self, name: str) -> bytes | None:
        """A file of the archive, or None when it has none of that name."""
        entry = self._entries.get(name)
        if entry is None:
            return None
        try:
            return self._zip.read(entry)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError, RuntimeError):
            raise _damaged() from None


def _damaged() -> Invalid:
    return Invalid("The workbook is damaged. Open it in a spreadsheet program and save it anew.", code="damaged")


def _bomb(why: str) -> Invalid:
    return Invalid(
        f"This is no ordinary workbook: {why}. Save only the sheet with the contacts, as .xlsx or CSV.",
        code="too_large",
    )
