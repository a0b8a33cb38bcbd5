"""The installation's one secret, from the data folder, and what is derived from it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet


class Keys:
    """Derives and encrypts. Two `Keys` of the same secret do the same."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._fernet = Fernet(base64.urlsafe_b64encode(self._derive("settings", "")))

    def api_key(self, phonebook: str, slug: str, version: int) -> str:
        """The API key that opens one phonebook to one service: derived, so it is stored nowhere."""
        digest = self._derive("api-key", f"{phonebook}/{slug}/{version}")
        return "pbk_" + base64.urlsafe_b64encode(digest[:24]).decode().rstrip("=")

    def opens(self, api_key: str, phonebook: str, slug: str, version: int) -> bool:
        """Whether this is the API key of that version."""
        return hmac.compare_digest(api_key.encode(), self.api_key(phonebook, slug, version).encode())

    def digest(self, purpose: str, text: str) -> str:
        """How a secret short enough to be typed is kept at rest: to guess it takes the installation's secret."""
        return self._derive(purpose, text).hex()

    def encrypt(self, plain: bytes) -> bytes:
        """What may be stored in place of `plain`."""
        return self._fernet.encrypt(plain)

    def decrypt(self, sealed: bytes) -> bytes:
        """What was encrypted. Raises cryptography's InvalidToken when it was sealed with another secret."""
        return self._fernet.decrypt(sealed)

    def _derive(self, purpose: str, subject: str) -> bytes:
        return hmac.digest(self._secret, f"{purpose}\0{subject}".encode(), hashlib.sha256)


def load_keys(data_dir: Path) -> Keys:
    """The keys of this data folder; the secret is made on first use, readable by its owner only."""
    path = data_dir / "secret"
    try:
        secret = path.read_bytes()
    except FileNotFoundError:
        secret = secrets.token_bytes(32)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, secret)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    return Keys(secret)
