"""`/`, `/sign-in` and the assets of all pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from litestar import Response, get

from phonebook_core.errors import NotFound
from phonebook_server.accounts.authentication import PUBLIC
from phonebook_server.handling import Id, TheServer
from phonebook_server.web.layout import NEEDS_SCRIPT, RESULT, base_path, page

_ASSETS: Final = Path(__file__).parent / "assets"
_KINDS: Final = {
    "style.css": "text/css",
    "pages.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
_HIDDEN: Final[dict[str, Any]] = {"opt": PUBLIC, "include_in_schema": False}


@get("/", operation_id="show_start", **_HIDDEN)
async def show_start(server: TheServer) -> Response[str]:
    base = base_path(server.config)
    body = f"""<h1>The phonebook server is running</h1>
<p class="lead">One place where an organisation keeps its phone contacts; every desk phone shows them.</p>
<ul class="cards">
<li><a href="{base}/sign-in">Sign in</a><span>with your e-mail address and password</span></li>
<li><a href="{base}/api/v1/docs">API documentation</a><span>contacts, imports, vendor services, for scripts</span></li>
</ul>
<h2>Nobody registered yet?</h2>
<p>The server printed a link for the first administrator when it started. On its machine this prints a new one:</p>
<pre><code>phonebook user add --admin</code></pre>"""
    return page(server.config, title="Start", body=body)


@get("/sign-in", operation_id="show_sign_in", **_HIDDEN)
async def show_sign_in(server: TheServer) -> Response[str]:
    body = f"""<h1>Sign in</h1>
{NEEDS_SCRIPT}
<form data-form="sign-in" novalidate hidden>
<div class="field"><label for="email">E-mail address</label>
<input id="email" name="email" type="email" autocomplete="username" required aria-describedby="email-problem">
<p class="problem" id="email-problem"></p></div>
<div class="field"><label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required
aria-describedby="password-problem">
<p class="problem" id="password-problem"></p></div>
<p class="show"><label><input type="checkbox" data-shows="password"> Show the password</label></p>
<div class="field" data-code hidden><label for="code">Code</label>
<input id="code" name="code" autocomplete="one-time-code" autocapitalize="none" spellcheck="false"
aria-describedby="code-hint code-problem">
<p class="hint" id="code-hint">Six digits from your authenticator app, or one of your recovery codes.</p>
<p class="problem" id="code-problem"></p></div>
<button type="submit">Sign in</button>
<p class="forgotten"><a href="{base_path(server.config)}/reset">Forgotten password?</a></p>
</form>
{RESULT}"""
    return page(server.config, title="Sign in", body=body, script=True)


@get("/assets/{name:str}", operation_id="get_asset", **_HIDDEN)
async def get_asset(name: Id) -> Response[bytes]:
    kind = _KINDS.get(name)
    if kind is None:
        raise NotFound("There is no such file.")
    content = (_ASSETS / name).read_bytes()  # small and in the page cache
    return Response(content, media_type=kind, headers={"cache-control": "no-cache"})


handlers: Final = [show_start, show_sign_in, get_asset]
