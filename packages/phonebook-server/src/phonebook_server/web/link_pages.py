"""The pages that links in mails lead to: `/first`, `/register`, `/reset`, `/email`.

Opening one, or having it opened by a scanner, sends nothing: the link's token is behind the `#`, which browsers keep to
themselves, and is only sent with what a person typed.
"""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get

from phonebook_server.accounts.authentication import PUBLIC
from phonebook_server.accounts.passwords import MIN_CHARACTERS, MIN_WITH_SECOND_FACTOR
from phonebook_server.handling import TheServer
from phonebook_server.web.layout import NEEDS_SCRIPT, RESULT, page

_HIDDEN: Final[dict[str, Any]] = {"opt": PUBLIC, "include_in_schema": False}
_HINT: Final = f"At least {MIN_CHARACTERS} characters. A few words in a row are easy to remember."


@get("/first", operation_id="show_first", **_HIDDEN)
async def show_first(server: TheServer) -> Response[str]:
    body = f"""<h1>The first administrator</h1>
<p class="lead">You set this server up, so you may do everything on it. The link works once and for 30 minutes.</p>
{NEEDS_SCRIPT}
<form data-form="first" novalidate hidden>
{_field("name", "Your name", autocomplete="name")}
{_field("email", "E-mail address", kind="email", autocomplete="username")}
{_new_password(_HINT)}
<button type="submit">Register</button>
</form>
{RESULT}"""
    return page(server.config, title="The first administrator", body=body, script=True)


@get("/register", operation_id="show_registration", **_HIDDEN)
async def show_registration(server: TheServer) -> Response[str]:
    body = f"""<h1>Register</h1>
<p class="lead">Choose how you sign in. The link that brought you here works once and for 12 hours.</p>
{NEEDS_SCRIPT}
<form data-form="register" novalidate hidden>
{_field("name", "Your name", autocomplete="name")}
{_new_password(_HINT)}
<button type="submit">Register</button>
</form>
{RESULT}"""
    return page(server.config, title="Register", body=body, script=True)


@get("/reset", operation_id="show_reset", **_HIDDEN)
async def show_reset(server: TheServer) -> Response[str]:
    hint = f"{_HINT} {MIN_WITH_SECOND_FACTOR} are enough when you sign in with a second factor."
    body = f"""<h1>A new password</h1>
{NEEDS_SCRIPT}
<form data-form="ask-reset" data-when="without-token" novalidate hidden>
<p class="lead">Type your e-mail address. A link for a new password is sent to it; it works once and for 30 minutes.</p>
{_field("email", "E-mail address", kind="email", autocomplete="username")}
<button type="submit">Send the link</button>
</form>
<form data-form="reset" data-when="with-token" novalidate hidden>
<p class="lead">Choose a new password. You are signed out everywhere, and sign in with it afterwards.</p>
{_new_password(hint)}
<button type="submit">Set the password</button>
</form>
{RESULT}"""
    return page(server.config, title="A new password", body=body, script=True)


@get("/email", operation_id="show_email", **_HIDDEN)
async def show_email(server: TheServer) -> Response[str]:
    body = f"""<h1>Confirm your new e-mail address</h1>
<p class="lead">Type your password to have it changed. The link works once and for 30 minutes.</p>
{NEEDS_SCRIPT}
<form data-form="email" novalidate hidden>
{_field("password", "Password", kind="password", autocomplete="current-password")}
<p class="show"><label><input type="checkbox" data-shows="password"> Show the password</label></p>
<button type="submit">Change the address</button>
</form>
{RESULT}"""
    return page(server.config, title="Confirm your new e-mail address", body=body, script=True)


def _field(name: str, label: str, *, kind: str = "text", autocomplete: str, hint: str = "") -> str:
    hinted = f"{name}-hint " if hint else ""
    said = f'<p class="hint" id="{name}-hint">{hint}</p>\n' if hint else ""
    return f"""<div class="field"><label for="{name}">{label}</label>
<input id="{name}" name="{name}" type="{kind}" autocomplete="{autocomplete}" required
aria-describedby="{hinted}{name}-problem">
{said}<p class="problem" id="{name}-problem"></p></div>"""


def _new_password(hint: str) -> str:
    field = _field("password", "Password", kind="password", autocomplete="new-password", hint=hint)
    return f"""{field}
<p class="show"><label><input type="checkbox" data-shows="password"> Show the password</label></p>"""


handlers: Final = [show_first, show_registration, show_reset, show_email]
