"""What a service on its own is told by its environment, with everything wrong reported at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from phonebook_core.errors import ConfigError, Problem

PREFIX = "PHONEBOOK_SERVICE_"
Complain = Callable[[str, str], None]


class Environment(Struct, frozen=True, kw_only=True):
    """The configuration of one service on its own."""

    server_url: str
    token: str
    host: str
    port: int
    public_url: str
    state_dir: Path
    snapshots: bool


def read_environment(env: Mapping[str, str], slug: str) -> Environment:
    """The configuration in these variables. Raises ConfigError with every problem, each at its variable.

    `PHONEBOOK_SERVER_URL` and `PHONEBOOK_SERVICE_TOKEN` (or `PHONEBOOK_SERVICE_TOKEN_FILE`) are needed. The others have
    defaults: `…_HOST` 127.0.0.1, `…_PORT` 8100, `…_PUBLIC_URL` http://host:port, `…_STATE_DIR` as `default_state_dir`,
    `…_SNAPSHOT` on.
    """
    problems: list[Problem] = []

    def wrong(name: str, message: str) -> None:
        problems.append(Problem(field=name, message=message))

    server_url = _url(env, "PHONEBOOK_SERVER_URL", "", wrong)
    if not env.get("PHONEBOOK_SERVER_URL"):
        wrong("PHONEBOOK_SERVER_URL", "Say where the server is, as in http://127.0.0.1:8000.")
    token = _token(env, slug, wrong)
    host = env.get(f"{PREFIX}HOST") or "127.0.0.1"
    text = env.get(f"{PREFIX}PORT") or "8100"
    port = int(text) if text.isascii() and text.isdigit() and 0 < int(text) < 65_536 else 0
    if not port:
        wrong(f"{PREFIX}PORT", f"Give a port from 1 to 65535, not “{text}”.")
    shown = f"[{host}]" if ":" in host else host
    public_url = _url(env, f"{PREFIX}PUBLIC_URL", f"http://{shown}:{port}", wrong)
    snapshot = (env.get(f"{PREFIX}SNAPSHOT") or "on").lower()
    if snapshot not in ("on", "off"):
        wrong(f"{PREFIX}SNAPSHOT", f"Say on or off, not “{snapshot}”.")
    if problems:
        raise ConfigError(problems)
    return Environment(
        server_url=server_url,
        token=token,
        host=host,
        port=port,
        public_url=public_url,
        state_dir=Path(env.get(f"{PREFIX}STATE_DIR") or default_state_dir(env, slug)),
        snapshots=snapshot == "on",
    )


def default_state_dir(env: Mapping[str, str], slug: str) -> Path:
    """Where a service keeps its state when nobody says.

    systemd's `STATE_DIRECTORY`; in a checkout of voip-phonebook `./data/services/<slug>`, beside the server's data;
    else the user's state folder (XDG base directories: `$XDG_STATE_HOME`, `~/.local/state`).
    """
    if env.get("STATE_DIRECTORY"):
        return Path(env["STATE_DIRECTORY"].split(":")[0])
    if Path("packages", "vendor-sdk").is_dir() and Path("uv.lock").is_file():
        return Path("data", "services", slug)
    base = env.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "phonebook" / slug


def _url(env: Mapping[str, str], name: str, default: str, wrong: Complain) -> str:
    text = (env.get(name) or default).rstrip("/")
    try:
        parts = urlsplit(text)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        fine = False
    if text and not fine:
        wrong(name, f"Give an address that begins with http:// or https://, not “{text}”.")
    return text


def _token(env: Mapping[str, str], slug: str, wrong: Complain) -> str:
    name = f"{PREFIX}TOKEN"
    if env.get(name) and env.get(f"{name}_FILE"):
        wrong(name, f"Set either {name} or {name}_FILE, not both.")
    if env.get(name):
        return env[name].strip()
    path = env.get(f"{name}_FILE")
    if path:
        try:
            token = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            wrong(f"{name}_FILE", f"The file {path} cannot be read: {error}.")
            return ""
        if not token:
            wrong(f"{name}_FILE", f"The file {path} is empty.")
        return token
    wrong(name, f"Give the token that the server made for this service: `phonebook service token {slug}`.")
    return ""
