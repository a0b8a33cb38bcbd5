"""The server's own configuration: `PHONEBOOK_…` variables in, one frozen struct out.

A new option is one new field of `Config`; parsing, checking, `phonebook config` and `docs/configuration.md` follow.
"""

from __future__ import annotations

import difflib
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
from msgspec import Struct

from phonebook_core.errors import ConfigError, Problem

PREFIX: Final = "PHONEBOOK_"
OTHERS: Final = ("PHONEBOOK_SERVER_URL", "PHONEBOOK_SERVICE_", "PHONEBOOK_SOURCE_PASSWORD")
"""Beginnings of the variables that belong to vendor services on their own, or to a command, not to the server."""
FILE: Final = "_FILE"
"""The ending of a variable that names a file with a secret."""
MAX_DAYS: Final = 36_500
LOG_LEVELS: Final = ("debug", "info", "warning", "error")


class _Wrong(ValueError):
    """The value cannot be used; the text is the sentence for people."""


@dataclass(frozen=True, slots=True)
class Option:
    """How a field of `Config` is read and described. `default` is for people; the code for it is the field's own.

    A `secret` may also come from a file, named by the variable with `_FILE` at its end, and is never shown.
    """

    doc: str
    default: str
    parse: Callable[[str], Any]
    example: str
    secret: bool = False


class Smtp(Struct, frozen=True, kw_only=True):
    """Where mails leave by. `tls` is `starttls` (after connecting), `tls` (from the first byte) or `none`."""

    host: str
    port: int
    tls: Literal["starttls", "tls", "none"]
    user: str = ""
    password: str = ""

    def __str__(self) -> str:
        """The address without the password, for people."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port} ({'no TLS' if self.tls == 'none' else self.tls.upper()})"


def _parse_folder(text: str) -> Path:
    path = Path(text).expanduser()
    if path.exists() and not path.is_dir():
        raise _Wrong(f"{path} is a file. Name a folder; it is made when it is missing.")
    return path


def _parse_host(text: str) -> str:
    host = text.removeprefix("[").removesuffix("]")
    if "/" in host or " " in host or (":" in host and not _is_ip(host)):
        raise _Wrong(f"“{text}” is no address to listen at. Use an IP address or a host name, without a port.")
    return host


def _parse_port(text: str) -> int:
    if text.startswith("tcp://"):
        raise _Wrong(
            f"“{text}” was set by Kubernetes for a service named phonebook. "
            "Set `enableServiceLinks: false` in the pod, or set this variable to a number."
        )
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise _Wrong(f"“{text}” is no port. Use a whole number from 1 to 65535.")
    return int(text)


def _parse_public_url(text: str) -> str:
    advice = "Use the address that people and phones open, as https://phonebook.example.org"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _Wrong(f"“{text}” cannot be read as a URL. {advice}.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise _Wrong(f"“{text}” is no http or https URL. {advice}.")
    if parts.username is not None or parts.query or parts.fragment or text.endswith(("?", "#")):
        raise _Wrong(f"“{text}” must not have a user name, `?` or `#`. {advice}.")
    if not text.isascii() or any(c.isspace() or c in "\"'<>\\" for c in text):
        raise _Wrong(f"“{text}” has characters that a URL cannot have. {advice}.")
    return text.rstrip("/")


def _parse_smtp_url(text: str) -> Smtp:
    advice = "Write it as smtp://user:password@mail.example.org:587 (special characters percent-encoded)"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _Wrong(f"The value cannot be read as a URL. {advice}.") from None
    if parts.scheme != "smtp" or not host or port == 0 or parts.path not in ("", "/") or parts.fragment:
        raise _Wrong(f"The value is no smtp:// URL. {advice}.")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    tls = query.pop("tls", "tls" if port == 465 else "none" if is_loopback(host) else "starttls")
    if query:
        raise _Wrong(f"“{next(iter(query))}” is no part of it; after the `?` only tls=starttls, tls=tls or tls=none.")
    if tls not in ("starttls", "tls", "none"):
        raise _Wrong(f"“{tls}” is no kind of TLS. Use tls=starttls, tls=tls or tls=none.")
    if tls == "none" and not is_loopback(host):
        raise _Wrong(
            f"tls=none would send passwords and links readable through the network to {host}. It is for this machine "
            "only (127.0.0.1, ::1, localhost). Use tls=starttls or tls=tls."
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if password and not user:
        raise _Wrong(f"There is a password without a user. {advice}.")
    return Smtp(
        host=host,
        port=port or {"starttls": 587, "tls": 465, "none": 25}[tls],
        tls=typing.cast("Literal['starttls', 'tls', 'none']", tls),
        user=user,
        password=password,
    )


def _parse_mail_from(text: str) -> str:
    _, address = parseaddr(text)
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or not text.isprintable() or any(c.isspace() for c in address):
        raise _Wrong(f"“{text}” is no sender. Write it as phonebook@example.org or Phonebook <phonebook@example.org>.")
    return text


def _parse_networks(text: str) -> tuple[str, ...]:
    networks = []
    for part in text.split(","):
        if not part.strip():
            continue
        try:
            networks.append(str(ip_network(part.strip(), strict=False)))
        except ValueError:
            raise _Wrong(
                f"“{part.strip()}” is no network. Separate addresses or networks by commas, as 127.0.0.1,10.0.0.0/8."
            ) from None
    return tuple(networks)


def _parse_slugs(text: str) -> tuple[str, ...]:
    slugs = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for slug in slugs:
        if not all(c.isascii() and (c.isalnum() or c in "-_") for c in slug):
            raise _Wrong(f"“{slug}” is no short name of a vendor service. Separate them by commas, as yealink,snom.")
    return slugs


def _parse_days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= MAX_DAYS):
        raise _Wrong(f"“{text}” is no number of days. Use a whole number from 0 to {MAX_DAYS}; 0 is for ever.")
    return int(text)


def _parse_log_level(text: str) -> str:
    if text.lower() not in LOG_LEVELS:
        raise _Wrong(f"“{text}” is no log level. Use one of {', '.join(LOG_LEVELS)}.")
    return text.lower()


Origin = Literal["default", "environment", "file"]
"""Where the value of an option comes from: nobody set it, a variable, or the file that a variable names."""


class Config(Struct, frozen=True, kw_only=True):
    """How this server runs. Made by `load_config`; every value is checked. `origins` says of each where it is from."""

    data_dir: Annotated[
        Path,
        Option(
            "Where the database and the installation's secret are kept. Back this folder up.",
            "`data` in a checkout of the project, else `$STATE_DIRECTORY` (set by systemd), "
            "else `$XDG_DATA_HOME/phonebook`, else `~/.local/share/phonebook`",
            _parse_folder,
            "/var/lib/phonebook",
        ),
    ]
    host: Annotated[
        str,
        Option(
            "The address to listen at. `0.0.0.0` or `::` is every address of the machine.",
            "`127.0.0.1`, only this machine",
            _parse_host,
            "0.0.0.0",  # noqa: S104  # an example for people
        ),
    ] = "127.0.0.1"
    port: Annotated[int, Option("The TCP port to listen at.", "`8000`", _parse_port, "8080")] = 8000
    public_url: Annotated[
        str,
        Option(
            "How people and phones reach the server, with the path when it is behind a proxy under one. "
            "Links in mails and the phones' addresses are built from it, never from a request. "
            "Signing in is safe against eavesdropping only when it begins with https.",
            "`http://` with the host and the port",
            _parse_public_url,
            "https://phonebook.example.org",
        ),
    ]
    hosted_services: Annotated[
        tuple[str, ...] | None,
        Option(
            "Which of the installed vendor services run inside this server, by short name, separated by commas. "
            "Empty is none of them.",
            "all that are installed",
            _parse_slugs,
            "yealink",
        ),
    ] = None
    smtp_url: Annotated[
        Smtp | None,
        Option(
            "Where mails leave by: `smtp://[user:password@]host[:port][?tls=starttls|tls|none]`. STARTTLS is required "
            "unless the host is this machine. Without it no mail leaves, and administrators pass links on themselves.",
            "no mail",
            _parse_smtp_url,
            "smtp://phonebook:secret@mail.example.org:587",
            secret=True,
        ),
    ] = None
    mail_from: Annotated[
        str,
        Option(
            "Whom mails are from.",
            "`phonebook@` with the host of the public URL",
            _parse_mail_from,
            "Phonebook <phonebook@example.org>",
        ),
    ]
    trusted_proxies: Annotated[
        tuple[str, ...],
        Option(
            "The addresses or networks of the reverse proxies in front, separated by commas. Only from them is "
            "`X-Forwarded-For` believed, which tells who is at the other end.",
            "none",
            _parse_networks,
            "127.0.0.1,10.0.0.0/8",
        ),
    ] = ()
    source_allowed_networks: Annotated[
        tuple[str, ...],
        Option(
            "Addresses or networks of your own, separated by commas, that address books may be fetched from although "
            "they are not public, as a Nextcloud in the LAN; plain http is allowed there too. Everything else that "
            "sources are fetched from must have a public address and https.",
            "none",
            _parse_networks,
            "192.168.10.0/24,fd12:3456::/48",
        ),
    ] = ()
    bin_days: Annotated[
        int,
        Option(
            "For how many days deleted contacts stay in the bin before they are removed for good. "
            "0: until somebody empties it.",
            "`30`",
            _parse_days,
            "90",
        ),
    ] = 30
    log_level: Annotated[
        str,
        Option(
            f"How much is logged: one of {', '.join(f'`{level}`' for level in LOG_LEVELS)}.",
            "`info`",
            _parse_log_level,
            "debug",
        ),
    ] = "info"
    origins: Mapping[str, Origin] = {}

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return self.data_dir / "phonebook.sqlite3"

    @property
    def is_https(self) -> bool:
        """Whether people reach the server by https."""
        return self.public_url.startswith("https://")

    @property
    def origin(self) -> str:
        """The public URL without its path: what browsers send as Origin."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}".lower()


def options() -> dict[str, Option]:
    """Every field of `Config` with its option, in order."""
    hints = typing.get_type_hints(Config, include_extras=True)
    return {name: hint.__metadata__[0] for name, hint in hints.items() if typing.get_origin(hint) is Annotated}


def variable(field: str) -> str:
    """The environment variable of a field of `Config`."""
    return PREFIX + field.upper()


def load_config(environ: Mapping[str, str], *, cwd: Path) -> Config:
    """The configuration that this environment means; relative folders are below `cwd`.

    Raises ConfigError with a Problem for each variable that is wrong. Unknown variables are no error: see `warnings`.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    origins: dict[str, Origin] = {}
    for field, option in options().items():
        try:
            text = _text_of(environ, field, option, cwd)
            if text is None or (not text.strip() and field != "hosted_services"):
                continue
            values[field] = option.parse(text.strip())
            origins[field] = "file" if option.secret and environ.get(variable(field) + FILE) else "environment"
        except _Wrong as wrong:
            problems.append(Problem(field=variable(field), message=str(wrong)))
    if problems:
        raise ConfigError(problems)
    values["data_dir"] = cwd / values.get("data_dir", _default_data_dir(environ, cwd))
    values.setdefault("public_url", _default_public_url(values.get("host", "127.0.0.1"), values.get("port", 8000)))
    values.setdefault("mail_from", f"phonebook@{_mail_domain(values['public_url'])}")
    return Config(**values, origins=origins)


def warnings(environ: Mapping[str, str], config: Config) -> list[str]:
    """What is probably not meant so, a sentence each: unknown variables, addresses that phones cannot reach."""
    known = [variable(field) for field in options()]
    known += [variable(field) + FILE for field, option in options().items() if option.secret]
    found = []
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in known or name.startswith(OTHERS):
            continue
        if name.startswith(f"{PREFIX}PORT_"):  # set by Kubernetes and Docker links for a service named phonebook
            continue
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
        advice = f"Did you mean {close[0]}?" if close else "`phonebook config` lists the variables there are."
        found.append(f"{name} is set but unknown, so it does nothing. {advice}")
    if _is_wildcard(config.host) and not environ.get(variable("public_url")):
        found.append(
            f"PHONEBOOK_PUBLIC_URL is not set, so links and the phones' addresses begin with {config.public_url}, "
            "which works on this machine only. Set it to the address that phones reach this server by."
        )
    return found


def describe() -> str:
    """`docs/configuration.md`, generated from the fields of `Config`."""
    lines = [
        "# Configuration",
        "",
        "<!-- Generated by `phonebook config --docs`; edit the fields in phonebook_server/config.py instead. -->",
        "",
        "The server is configured by environment variables. None is required. Wrong values are reported all at once",
        "when a command starts; `phonebook config` shows what holds. A variable that ends in `_FILE` names a file",
        "whose content is the value, for secrets.",
        "",
        "| variable | what it is | default | example |",
        "|---|---|---|---|",
    ]
    for field, option in options().items():
        name = f"`{variable(field)}` or `{variable(field)}{FILE}`" if option.secret else f"`{variable(field)}`"
        lines.append(f"| {name} | {option.doc} | {option.default} | `{option.example}` |")
    lines += [
        "",
        "`PHONEBOOK_SERVER_URL` and the variables that begin with `PHONEBOOK_SERVICE_` belong to vendor services that",
        "run on their own; the server ignores them. Any other `PHONEBOOK_…` gets a warning with the name that was",
        "probably meant.",
        "",
    ]
    return "\n".join(lines)


def shown(config: Config) -> dict[str, str]:
    """The configuration as variables and texts, as it would be written into an environment."""
    values = msgspec.structs.asdict(config)
    return {variable(field): _shown(values[field], option) for field, option in options().items()}


def _shown(value: object, option: Option) -> str:
    if value is None:
        return f"({option.default})"
    if option.secret:
        return f"(set: {value})" if isinstance(value, Smtp) else "(set)"
    return ",".join(str(each) for each in value) if isinstance(value, tuple) else str(value)


def _text_of(environ: Mapping[str, str], field: str, option: Option, cwd: Path) -> str | None:
    """The value of a field's variable, or of the file that it names."""
    text, path = environ.get(variable(field)), environ.get(variable(field) + FILE)
    if not option.secret or not path:
        return text
    if text:
        raise _Wrong(f"{variable(field)} and {variable(field)}{FILE} are both set. Take one of them away.")
    try:
        return (cwd / path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _Wrong(f"The file {path}, named by {variable(field)}{FILE}, cannot be read: {error}.") from None


def is_loopback(host: str) -> bool:
    """Whether a host name or address is surely this machine."""
    return host.lower() == "localhost" or (_is_ip(host) and ip_address(host).is_loopback)


def _mail_domain(public_url: str) -> str:
    host = urlsplit(public_url).hostname or "localhost"
    return f"[{'IPv6:' if ':' in host else ''}{host}]" if _is_ip(host) else host


def _default_data_dir(environ: Mapping[str, str], cwd: Path) -> Path:
    for folder in (cwd, *cwd.parents):
        if (folder / "packages" / "phonebook-server" / "pyproject.toml").is_file():
            return folder / "data"
    if state := environ.get("STATE_DIRECTORY", "").split(":")[0]:
        return Path(state)
    if xdg := environ.get("XDG_DATA_HOME"):
        return Path(xdg) / "phonebook"
    home = environ.get("HOME")
    return (Path(home) if home else Path.home()) / ".local" / "share" / "phonebook"


def _default_public_url(host: str, port: int) -> str:
    if _is_wildcard(host):
        host = "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _is_wildcard(host: str) -> bool:
    return _is_ip(host) and ip_address(host).is_unspecified


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
