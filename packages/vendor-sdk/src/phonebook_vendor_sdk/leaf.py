"""One file of one phonebook as phones get it: bytes, tag and headers, made once per change and then only handed out."""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from typing import Any, Final

RawHeaders = list[tuple[bytes, bytes]]

CACHE_CONTROL: Final = (b"cache-control", b"private, max-age=0, must-revalidate")
NOSNIFF: Final = (b"x-content-type-options", b"nosniff")
VARY: Final = (b"vary", b"accept-encoding")


class Leaf:
    """The rendered file. `digest` is of the credentials that open it, `version` the book's it was rendered from."""

    __slots__ = (
        "_content_type",
        "_zipped",
        "body",
        "digest",
        "end",
        "etag",
        "file",
        "phonebook",
        "size",
        "start",
        "token",
        "version",
    )

    def __init__(
        self,
        *,
        phonebook: str,
        file: str,
        body: bytes,
        content_type: str,
        digest: bytes,
        version: int,
        token: str,
    ) -> None:
        self.phonebook = phonebook
        self.file = file
        self.body = body
        self.size = len(body)
        self.digest = digest
        self.version = version
        self.token = token
        self.etag = hashlib.sha256(body).hexdigest()[:32].encode()
        self._content_type = content_type.encode("latin-1")
        self._zipped: tuple[dict[str, Any], dict[str, Any], int] | None = None
        self.start: dict[str, Any] = _start(200, self._headers(b'"%b"' % self.etag, len(body)))
        self.end: dict[str, Any] = {"type": "http.response.body", "body": body}

    def zipped(self) -> tuple[dict[str, Any], dict[str, Any], int]:
        """The two messages of the answer in gzip, and its size. Made at the first call, which takes a while."""
        if self._zipped is None:
            body = gzip.compress(self.body, compresslevel=6, mtime=0)
            headers = [*self._headers(b'"%b-gzip"' % self.etag, len(body)), (b"content-encoding", b"gzip")]
            self._zipped = _start(200, headers), {"type": "http.response.body", "body": body}, len(body)
        return self._zipped

    @property
    def is_zipped(self) -> bool:
        """Whether `zipped` answers at once."""
        return self._zipped is not None

    def not_modified(self, *, in_gzip: bool) -> dict[str, Any]:
        """The start of a 304, which carries the tag and the rules for caches and no length."""
        return _start(
            304, [(b"etag", b'"%b-gzip"' % self.etag if in_gzip else b'"%b"' % self.etag), CACHE_CONTROL, VARY]
        )

    def _headers(self, etag: bytes, size: int) -> RawHeaders:
        return [
            (b"content-type", self._content_type),
            (b"content-length", b"%d" % size),
            (b"etag", etag),
            CACHE_CONTROL,
            VARY,
            NOSNIFF,
        ]


def _start(status: int, headers: RawHeaders) -> dict[str, Any]:
    return {"type": "http.response.start", "status": status, "headers": headers}


def is_known(if_none_match: bytes, etag: bytes) -> bool:
    """Whether an If-None-Match names this tag in either encoding: weakly, in a list or as `*` (RFC 9110 §13.1.2)."""
    for candidate in if_none_match.split(b","):
        tag = candidate.strip()
        if tag == b"*":
            return True
        tag = tag.removeprefix(b"W/").strip(b'"')
        if tag in (etag, etag + b"-gzip"):
            return True
    return False


@lru_cache(maxsize=256)
def wants_gzip(accept_encoding: bytes) -> bool:
    """Whether an Accept-Encoding asks for gzip by name or by `*`, with a weight above zero (RFC 9110 §12.5.3)."""
    weights: dict[str, float] = {}
    for item in accept_encoding.decode("latin-1").lower().split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    weight = float(parameter[2:])
                except ValueError:
                    weight = 0.0
        weights[name] = weight
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0
