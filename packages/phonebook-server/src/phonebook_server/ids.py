"""Ids and secrets: what is unguessable and what is not."""

from __future__ import annotations

import hashlib
import secrets

import uuid_utils


def new_id() -> str:
    """A UUIDv7 as 32 hexadecimal digits: sorted by time, unique, guessable. Never a secret."""
    return uuid_utils.uuid7().hex


def new_secret(prefix: str = "") -> str:
    """A secret of 192 bits in `A-Za-z0-9_-`; the prefix says what it is for."""
    return prefix + secrets.token_urlsafe(24)


def hashed(secret: str) -> str:
    """How a generated secret is kept at rest: SHA-256, as 128 and more random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
