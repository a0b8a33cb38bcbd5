"""URLs of sources: what may be entered, and how they are shown. No I/O."""

from __future__ import annotations

from typing import Final

import httpx

from phonebook_core.errors import Problem

MAX_URL: Final = 2_000
Origin = tuple[str, str, int]
"""Scheme, host, port."""


def read_url(text: str, problems: list[Problem]) -> str:
    """The URL as it is kept; what is wrong with it is added to `problems`."""
    url = text.strip()
    if message := find_fault(url):
        problems.append(Problem(field="url", code="bad_url", message=message))
    return url


def find_fault(text: str) -> str:
    """Why this is no URL of a source, empty when it is one."""
    advice = "Enter an address as https://cloud.example.org/remote.php/dav"
    if not text:
        return f"Fill in the address. {advice}."
    if len(text) > MAX_URL:
        return f"Shorten the address to {MAX_URL} characters; it has {len(text)}."
    if not text.isprintable() or any(c.isspace() or c == "\\" for c in text):
        return f"The address has characters that a URL cannot have. {advice}."
    try:
        url = httpx.URL(text)
        origin_of(url)
    except (httpx.InvalidURL, ValueError, UnicodeError):
        return f"The address cannot be read as a URL. {advice}."
    if url.scheme not in ("http", "https") or not url.host:
        return f"The address must begin with https:// and name a server. {advice}."
    if url.userinfo:
        return "Take the user name and password out of the address, and enter them in their own fields."
    if url.fragment:
        return "Take the # and what stands behind it out of the address; servers never get to see that."
    return ""


def origin_of(url: httpx.URL) -> Origin:
    """What tells one server from another. Raises ValueError when the port is none."""
    port = url.port if url.port is not None else (443 if url.scheme == "https" else 80)
    if not 1 <= port <= 65535:
        raise ValueError(port)
    return url.scheme, url.host.lower(), port


def shown(url: str | httpx.URL) -> str:
    """The URL for people and logs: without what may be a secret in it."""
    parsed = httpx.URL(url)
    return str(parsed.copy_with(userinfo=b"", query=None, fragment=None)) + ("?…" if parsed.query else "")


def host_of(url: str) -> str:
    """The server of a URL that was checked."""
    return httpx.URL(url).host
