"""A plain page: the frame, the policy, the way to its assets. For what is no part of the dashboard."""

from __future__ import annotations

from html import escape
from typing import Final
from urllib.parse import urlsplit

from litestar import Response

from phonebook_server.config import Config

PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


def base_path(config: Config) -> str:
    """What comes before every path in links: the path of the public URL."""
    return urlsplit(config.public_url).path


def page(config: Config, *, title: str, body: str) -> Response[str]:
    """A whole HTML page. `body` is HTML already; everything from outside in it must have been escaped."""
    base = escape(base_path(config))
    html = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)} · Phonebook</title>
<link rel="icon" href="{base}/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{base}/assets/style.css">
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header><a href="{base}/"><img src="{base}/assets/icon.svg" alt="" width="28" height="28"> Phonebook</a>
<nav aria-label="Pages"><a href="{base}/">Dashboard</a> <a href="{base}/api/v1/docs">API</a></nav></header>
<main id="main">
{body}
</main>
</body>
</html>
"""
    return Response(html, media_type="text/html", headers={"content-security-policy": PAGE_POLICY})
