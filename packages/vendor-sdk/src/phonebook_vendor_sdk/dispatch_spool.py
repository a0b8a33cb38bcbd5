"""Dispatches on disk until the server has them: an append-only log in segments. Blocking; call it from a thread.

Written without fsync: what was appended survives a kill of the process, not a power cut. A segment is deleted when all
in it was acknowledged, and the newest is emptied then. After a restart, what was not deleted is brought again; the
server stores each id once, so that does no harm. The spool is bounded: when it is full the oldest segment goes.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import msgspec

from phonebook_core.vendor_link.messages import Dispatch
from phonebook_vendor_sdk.records import read_records, write_record

LIMIT: Final = 50 * 1024 * 1024
"""Bytes of the whole spool."""
SEGMENT: Final = 1024 * 1024
"""Bytes after which a new segment is begun."""
BATCH: Final = 500
"""Dispatches of one record, and about as many of one batch to the server."""

_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(list[Dispatch])
_log: Final = logging.getLogger(__name__)


class Position(NamedTuple):
    """A place in the spool: what comes before it was brought."""

    segment: int
    offset: int


class DispatchSpool:
    """The dispatches in one folder, from the oldest to the newest. Not safe for several threads at once."""

    def __init__(self, folder: Path, *, limit: int = LIMIT, segment: int = SEGMENT) -> None:
        self._folder = folder
        self._limit = limit
        self._segment_limit = segment
        self._sizes: dict[int, int] = {}
        self._file: BinaryIO | None = None
        self._newest = 0
        self._read = Position(0, 0)
        self.dropped = 0
        """How many dispatches were given up because the spool was full."""

    def open(self) -> None:
        """Look at what is there. New dispatches go to a new segment, so a torn end of an old one does no harm."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in sorted(self._folder.glob("*.log")):
            if path.stem.isdigit():
                self._sizes[int(path.stem)] = path.stat().st_size
        self._newest = max(self._sizes, default=0)
        self._read = Position(min(self._sizes, default=1), 0)

    def append(self, dispatches: Sequence[Dispatch]) -> None:
        """Put these at the end. Raises OSError when they cannot be written; none of them is in the spool then."""
        for start in range(0, len(dispatches), BATCH):
            data = _encoder.encode(dispatches[start : start + BATCH])
            file = self._to_write()
            before = self._sizes[self._newest]
            try:
                self._sizes[self._newest] = before + write_record(file, data)
                file.flush()
            except OSError:
                self._give_up_segment(before)
                raise
        self._make_room()

    def oldest(self, limit: int = BATCH) -> tuple[list[Dispatch], Position]:
        """The next dispatches to bring, at least one record and up to about `limit`, and the position behind them."""
        found: list[Dispatch] = []
        position = self._read
        for segment in sorted(self._sizes):
            if segment < position.segment:
                continue
            if segment > position.segment:
                position = Position(segment, 0)
            for dispatches, offset in self._records(segment, position.offset):
                if found and len(found) + len(dispatches) > limit:
                    return found, position
                found.extend(dispatches)
                position = Position(segment, offset)
        return found, position

    def acknowledge(self, position: Position) -> None:
        """The server has everything before `position`: it need not be kept."""
        self._read = max(self._read, position)
        for segment in [s for s in self._sizes if s < self._read.segment]:
            self._delete(segment)
        if self._read.segment == self._newest and self._read.offset >= self._sizes.get(self._newest, 0):
            self.close()
            self._delete(self._newest)

    def close(self) -> None:
        """Close the file that is open for writing."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _records(self, segment: int, offset: int) -> list[tuple[list[Dispatch], int]]:
        records = []
        try:
            with self._path(segment).open("rb") as file:
                file.seek(offset)
                for data, end in read_records(file):
                    try:
                        records.append((_decoder.decode(data), end))
                    except msgspec.MsgspecError:
                        _log.warning("A record of fetches in %s cannot be read and is left out.", self._path(segment))
                    if sum(len(dispatches) for dispatches, _ in records) > BATCH:
                        break
        except OSError as error:
            _log.warning("The fetches in %s cannot be read: %s.", self._path(segment), error)
        return records

    def _to_write(self) -> BinaryIO:
        if self._file is not None and self._sizes[self._newest] >= self._segment_limit:
            self.close()
        if self._file is None:
            number = max(self._newest, self._read.segment) + 1
            opened = os.open(self._path(number), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._file = os.fdopen(opened, "wb")
            self._newest = number
            self._sizes[number] = 0
        return self._file

    def _give_up_segment(self, size: int) -> None:
        """After a failed write: nothing more goes behind the torn end."""
        self._sizes[self._newest] = size
        try:
            self.close()
        except OSError:
            self._file = None

    def _make_room(self) -> None:
        while sum(self._sizes.values()) > self._limit and len(self._sizes) > 1:
            oldest = min(self._sizes)
            offset = self._read.offset if self._read.segment == oldest else 0
            lost = 0
            while records := self._records(oldest, offset):
                lost += sum(d.count for dispatches, _ in records for d in dispatches)
                offset = records[-1][1]
            self.dropped += lost
            _log.warning("The server could not be told of fetches for so long that the oldest %d were given up.", lost)
            self._delete(oldest)
            self._read = max(self._read, Position(oldest + 1, 0))

    def _delete(self, segment: int) -> None:
        self._sizes.pop(segment, None)
        self._path(segment).unlink(missing_ok=True)

    def _path(self, segment: int) -> Path:
        return self._folder / f"{segment:08}.log"
