"""Reading the body of an answer with a bound, also on what it is once it is not compressed any more."""

from __future__ import annotations

import zlib
from typing import Final

import httpx

from phonebook_server.sources import trouble
from phonebook_server.sources.trouble import Trouble

_EITHER: Final = 32 + zlib.MAX_WBITS
"""gzip or zlib, by what it begins with."""


async def receive(response: httpx.Response, limit: int, where: str) -> bytes:
    """The body, decompressed, of at most `limit` bytes. Raises Trouble, as soon as it is more."""
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise Trouble(
            "unexpected",
            f"{where} answers in an encoding that was not asked for ({coding[:20]}). Ask whoever runs the server.",
        )
    unpacking = zlib.decompressobj(_EITHER) if coding not in ("identity", "") else None
    body = bytearray()
    received = 0
    async for chunk in response.aiter_raw():
        received += len(chunk)
        if received > limit:
            raise trouble.too_large(where, limit)
        if unpacking is None:
            body += chunk
        else:
            _unpack(unpacking, chunk, body, limit, where)
    if unpacking is not None and received and not unpacking.eof:
        raise trouble.broken_off(where)
    return bytes(body)


def _unpack(unpacking: zlib._Decompress, chunk: bytes, body: bytearray, limit: int, where: str) -> None:
    """Add what a chunk holds, never making more of it than may be kept."""
    data = chunk
    while data and not unpacking.eof:
        try:
            body += unpacking.decompress(data, limit + 1 - len(body))
        except zlib.error:
            raise trouble.broken_off(where) from None
        if len(body) > limit:
            raise trouble.too_large(where, limit)
        data = unpacking.unconsumed_tail
