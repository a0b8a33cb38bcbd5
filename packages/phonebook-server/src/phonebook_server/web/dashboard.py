"""The dashboard: what `npm run build` made of `dashboard/`, under a policy that lets nothing from elsewhere in.

Its addresses are its own: whatever is asked for as a page, and is nothing of the server's, gets the one page it has.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException

from phonebook_core.errors import NotFound
from phonebook_server.accounts.authentication import PUBLIC
from phonebook_server.config import Config
from phonebook_server.handling import Id, TheServer
from phonebook_server.problems import answer_error
from phonebook_server.web.layout import base_path, page

BUILT: Final = Path(__file__).parent / "dashboard"
"""Where the build puts it; it is no part of the repository."""
OF_THE_SERVER: Final = frozenset({"api", "assets", "health", "phones", "vendors"})
"""What the paths of programs begin with; below them nothing is a page of the dashboard."""

_PLAIN: Final = Path(__file__).parent / "assets"
_KINDS: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_NONCE: Final = "NONCE"
"""What the build writes where the nonce of each answer belongs."""
_FOREVER: Final = "public, max-age=31536000, immutable"
_HIDDEN: Final[dict[str, Any]] = {"opt": PUBLIC, "include_in_schema": False}
_NOT_BUILT: Final = """<h1>The phonebook server is running</h1>
<p class="lead">Phones, vendor services and the API work. The dashboard is missing: it was not built.</p>
<p>In a checkout of the project this builds it and starts the server; it needs Node 20 or newer:</p>
<pre><code>make run</code></pre>
<p>The package that is installed with <code>pip install phonebook-server</code> has it already.</p>"""


@get(["/", "/sign-in", "/first", "/register", "/reset", "/email"], operation_id="show_dashboard", **_HIDDEN)
async def show_dashboard(server: TheServer) -> Response[str]:
    """The dashboard; the addresses that mails name lead to it however they are asked for."""
    return dashboard_page(server.config)


@get("/assets/{name:str}", operation_id="get_asset", **_HIDDEN)
async def get_asset(request: Request[Any, Any, Any], name: Id) -> Response[bytes]:
    """A file of a page. The name of a built one has its content's hash, so it is never asked for again."""
    kind = _KINDS.get(Path(name).suffix)
    if kind is None or "/" in name or "\\" in name:
        raise _no_such_file()
    if (plain := _read(_PLAIN / name)) is not None:
        return Response(plain, media_type=kind, headers={"cache-control": "no-cache"})
    headers = {"cache-control": _FOREVER, "vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        packed = _read(BUILT / "assets" / f"{name}.gz")
        if packed is not None:
            return Response(packed, media_type=kind, headers={**headers, "content-encoding": "gzip"})
    built = _read(BUILT / "assets" / name)
    if built is None:
        raise _no_such_file()
    return Response(built, media_type=kind, headers=headers)


def dashboard_page(config: Config) -> Response[str]:
    """The one page of the dashboard, or one that says how it is built."""
    index = _read(BUILT / "index.html")
    if index is None:
        return page(config, title="Start", body=_NOT_BUILT)
    base, nonce = base_path(config), secrets.token_urlsafe(18)
    html = index.decode().replace('data-base=""', f'data-base="{base}"').replace('"./assets/', f'"{base}/assets/')
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return Response(
        html.replace(_NONCE, nonce),
        media_type="text/html",
        headers={"content-security-policy": policy, "cache-control": "no-cache"},
    )


def answer_unknown_with(config: Config) -> Callable[[Request[Any, Any, Any], NotFoundException], Response[Any]]:
    """What answers a path that no handler has: the dashboard for a browser that wants a page, else a problem."""

    def answer_unknown(request: Request[Any, Any, Any], error: NotFoundException) -> Response[Any]:
        top = request.scope["path"].split("/", 2)[1]
        wants_page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
        if wants_page and top not in OF_THE_SERVER:
            return dashboard_page(config)
        return answer_error(request, error)

    return answer_unknown


def _read(path: Path) -> bytes | None:
    """A small file, which is in the page cache; None when there is none."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def _no_such_file() -> NotFound:
    return NotFound("There is no such file.")


handlers: Final = [show_dashboard, get_asset]
