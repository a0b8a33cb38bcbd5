"""What all pages have in common: the frame, the policy, the way to their assets."""

from __future__ import annotations

from html import escape
from typing import Final
from urllib.parse import urlsplit

from litestar import Response

from phonebook_server.config import Config

PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

NEEDS_SCRIPT: Final = (
    "<noscript><p class='result failure'>This page needs JavaScript. Turn it on for this page and load it again.</p>"
    "</noscript>"
)
RESULT: Final = "<div class='result' role='status' aria-live='polite' tabindex='-1' hidden></div>"
"""Where the script says what came of it."""


def base_path(config: Config) -> str:
    """What comes before every path in links: the path of the public URL."""
    return urlsplit(config.public_url).path


def page(config: Config, *, title: str, body: str, script: bool = False) -> Response[str]:
    """A whole HTML page. `body` is HTML already; everything from outside in it must have been escaped."""
    base = escape(base_path(config))
    tag = f'<script src="{base}/assets/pages.js" defer></script>' if script else ""
    html = f"""<!doctype html>
<html lang="en" data-base="{base}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)} · Phonebook</title>
<link rel="icon" href="{base}/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{base}/assets/style.css">
{tag}
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header><a href="{base}/"><img src="{base}/assets/icon.svg" alt="" width="28" height="28"> Phonebook</a>
<nav aria-label="Pages"><a href="{base}/sign-in">Sign in</a> <a href="{base}/api/v1/docs">API</a></nav></header>
<main id="main">
{body}
</main>
</body>
</html>
"""
    return Response(html, media_type="text/html", headers={"content-security-policy": PAGE_POLICY})
