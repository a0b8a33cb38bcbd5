"""A vendor service as a program of its own: it dials the server, and phones talk to it directly.

def main() -> None:
    run(Yealink)
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import socket
import sys
from pathlib import Path
from typing import IO, Any, Final, NoReturn

from phonebook_core.errors import ConfigError
from phonebook_vendor_sdk.environment import Environment, read_environment
from phonebook_vendor_sdk.service import VendorService

WRONG_CONFIG: Final = 2
"""The exit code when the environment is not as it must be."""

_HELP: Final = """
This is the {label} service of voip-phonebook, version {version}. It takes no arguments, only these variables:

  PHONEBOOK_SERVER_URL          where the server is, as in http://127.0.0.1:8000
  PHONEBOOK_SERVICE_TOKEN       from the server: phonebook service token {slug}   (or …_TOKEN_FILE)
  PHONEBOOK_SERVICE_HOST        the address that phones connect to       (127.0.0.1)
  PHONEBOOK_SERVICE_PORT        and its port                             (8100)
  PHONEBOOK_SERVICE_PUBLIC_URL  how phones reach this, behind a proxy    (http://HOST:PORT)
  PHONEBOOK_SERVICE_STATE_DIR   a folder of its own for what it keeps
  PHONEBOOK_SERVICE_SNAPSHOT    off: keep no phonebooks on disk          (on)
"""


def run(service: type[VendorService[Any]]) -> NoReturn:
    """Run a service on its own, configured by the environment, until SIGTERM or SIGINT. Ends the process.

    Exit codes: 0 stopped as asked, 1 the HTTP server failed, 2 the environment is not as it must be, of which all is
    said at once.
    """
    if sys.argv[1:]:
        _say(_HELP.format(label=service.label, slug=service.slug, version=service.version or "unknown").strip())
        sys.exit(0 if sys.argv[1] in ("-h", "--help", "--version") else WRONG_CONFIG)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    try:
        environment = read_environment(os.environ, service.slug)
    except ConfigError as error:
        _stop(service, [f"{problem.field}: {problem.message}" for problem in error.problems])
    lock = _lock_folder(service, environment.state_dir)
    _check_port(service, environment)
    from phonebook_vendor_sdk.serving import serve  # here, so that a hosted service does not load a second HTTP server

    stopped_as_asked = asyncio.run(serve(service, environment))
    lock.close()
    sys.exit(0 if stopped_as_asked else 1)


def _lock_folder(service: type[VendorService[Any]], folder: Path) -> IO[str]:
    """Make sure that the folder can be used, by one process only."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = (folder / "lock").open("w")
    except OSError as error:
        _stop(service, [f"PHONEBOOK_SERVICE_STATE_DIR: The folder {folder} cannot be used: {error.strerror}."])
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        _stop(
            service,
            [f"PHONEBOOK_SERVICE_STATE_DIR: Another process uses {folder}. Stop it, or give this one its own folder."],
        )
    return file


def _check_port(service: type[VendorService[Any]], environment: Environment) -> None:
    """Find out whether the port can be had, while that can still be said in a sentence."""
    where = f"{environment.host}:{environment.port}"
    try:
        found = socket.getaddrinfo(environment.host, environment.port, type=socket.SOCK_STREAM)
        with socket.socket(found[0][0], socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(found[0][4])
    except socket.gaierror:
        _stop(service, [f"PHONEBOOK_SERVICE_HOST: “{environment.host}” is not an address of this machine."])
    except OSError as error:
        _stop(
            service,
            [f"PHONEBOOK_SERVICE_PORT: {where} cannot be used: {error.strerror}. Stop what uses it, or take another."],
        )


def _stop(service: type[VendorService[Any]], complaints: list[str]) -> NoReturn:
    _say(f"This is the {service.label} service of voip-phonebook. It cannot start:", to=sys.stderr)
    for complaint in complaints:
        _say(f"  {complaint}", to=sys.stderr)
    _say(f"To get a token for it, run on the server: phonebook service token {service.slug}", to=sys.stderr)
    sys.exit(WRONG_CONFIG)


def _say(line: str, *, to: IO[str] | None = None) -> None:
    print(line, file=to or sys.stdout, flush=True)
