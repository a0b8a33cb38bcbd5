"""Comparing what a phone sends in Authorization with what is in force, by fast hashes and in constant time.

The secrets of phones are generated and long, so a fast hash is enough; a slow one would fall over the first fleet.
"""

from __future__ import annotations

import base64
import binascii
from hashlib import sha256
from hmac import compare_digest

from msgspec import Struct

LONGEST = 1024
"""Bytes of an Authorization header that are looked at."""


class Former(Struct, frozen=True):
    """The login before the last rotation, as a digest only: it opens until then, in UTC milliseconds."""

    digest: bytes
    until: int


def digest_of(username: str, password: str) -> bytes:
    """The SHA-256 of the Authorization header by which these credentials usually come."""
    return sha256(b"Basic " + base64.b64encode(f"{username}:{password}".encode())).digest()


def opens(authorization: bytes, digest: bytes) -> bool:
    """Whether this Authorization header carries the credentials of this digest, however it is written.

    The scheme counts in any case, and missing padding and extra spaces are overlooked (RFC 9110 §11.1, RFC 7617).
    """
    if compare_digest(sha256(authorization).digest(), digest):
        return True
    scheme, _, rest = authorization[:LONGEST].partition(b" ")
    if scheme.lower() != b"basic":
        return False
    encoded = rest.strip().rstrip(b"=")
    try:
        plain = base64.b64decode(encoded + b"=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return compare_digest(sha256(b"Basic " + base64.b64encode(plain)).digest(), digest)
