"""Records in a file: length, CRC-32, bytes. A torn or broken end is noticed and read as the end of the file."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

LARGEST: Final = 256 * 1024 * 1024
"""Bytes of the largest record; a length above it is a sign of a broken file."""

_HEAD: Final = struct.Struct(">II")


def write_record(file: BinaryIO, data: bytes) -> int:
    """Append one record. Returns how many bytes it takes in the file."""
    file.write(_HEAD.pack(len(data), zlib.crc32(data)) + data)
    return _HEAD.size + len(data)


def read_records(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """The records from here on, each with the position behind it, up to the end or the first broken one."""
    while True:
        head = file.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return
        length, checksum = _HEAD.unpack(head)
        if length > LARGEST:
            return
        data = file.read(length)
        if len(data) < length or zlib.crc32(data) != checksum:
            return
        yield data, file.tell()
