"""`phonebook-vendor`: the program of whoever writes a vendor service. It makes, tries out and examines one.

Exit codes: 0 all is well, 1 a check failed, 2 the command line was not understood or cannot be done.
"""

from __future__ import annotations

import argparse
import re
import shlex
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import anyio
import msgspec

from phonebook_vendor_sdk.conformance.check import CHECKS, Failed, Outcome, Verdict
from phonebook_vendor_sdk.conformance.examination import Examination, examine
from phonebook_vendor_sdk.conformance.printing import HEAD, json_of, line_of, row_of, sum_of
from phonebook_vendor_sdk.conformance.subjects import At, Command, Subject, is_port_free
from phonebook_vendor_sdk.develop import develop
from phonebook_vendor_sdk.scaffold import BadName, Taken, write_project

FAILED: Final = 1
NOT_UNDERSTOOD: Final = 2
TOKEN: Final = "pbs_conformance"  # noqa: S105  # what a service is started with to be examined
DEV_PORT: Final = 8060
PORT: Final = 8050
"""Where a service that is already there finds the kit's server, when nobody says."""


class Refused(Exception):
    """The command cannot be done; the text says why and what to do."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program. Ends the process with one of the exit codes above."""
    options = _parser().parse_args(arguments)
    try:
        sys.exit(options.do(options))
    except Refused as refused:
        print(f"phonebook-vendor: {refused}", file=sys.stderr)
        sys.exit(NOT_UNDERSTOOD)
    except KeyboardInterrupt:
        sys.exit(130)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="phonebook-vendor", description="Write a vendor service for voip-phonebook.")
    verbs = parser.add_subparsers(required=True, metavar="new | dev | check")
    new = verbs.add_parser(
        "new", help="write a complete project", description="Writes the project of a vendor service."
    )
    new.add_argument("name", help="the name of the brand in URLs, as in acme")
    new.add_argument("--in", dest="parent", type=Path, default=Path(), metavar="FOLDER", help="where (here)")
    new.set_defaults(do=_new)
    dev = verbs.add_parser(
        "dev",
        help="try a service out on a page",
        description="Runs a service with a control server: set it up, edit contacts, cut the link, act as a phone.",
    )
    dev.add_argument("service", help="MODULE:CLASS, or a command in quotes")
    dev.add_argument("--port", type=int, default=DEV_PORT, help=f"where the page is ({DEV_PORT})")
    dev.set_defaults(do=_dev)
    check = verbs.add_parser(
        "check",
        help="examine a service in any language",
        description="Plays the server and phones, and checks that a vendor service keeps to docs/protocol.md.",
        epilog="Several commands, each in quotes, are examined one after the other and shown as a table.",
    )
    check.add_argument("service", nargs="+", help="a command in quotes, or the URL of a service that is running")
    check.add_argument("--json", action="store_true", help="print everything as JSON")
    check.add_argument(
        "--only", action="append", metavar="ID", help="this check, or all that begin so; may be repeated"
    )
    check.add_argument("--settings", default="{}", metavar="JSON", help="values for settings that cannot be made up")
    check.add_argument("--port", type=int, default=PORT, help=f"where a running service finds the kit ({PORT})")
    check.add_argument("--table", action="store_true", help="print a table, and of each service only what failed")
    check.set_defaults(do=_check)
    return parser


def _new(options: argparse.Namespace) -> int:
    try:
        folder = write_project(options.name, options.parent)
    except (BadName, Taken) as complaint:
        raise Refused(str(complaint)) from None
    except OSError as error:
        raise Refused(f"The project cannot be written: {error.strerror} ({error.filename}).") from None
    print(f"Wrote {folder}. Its README says how to go on.")
    return 0


def _dev(options: argparse.Namespace) -> int:
    named = re.fullmatch(r"([A-Za-z_][\w.]*):([A-Za-z_]\w*)", options.service)
    if named:
        text = f"from {named[1]} import {named[2]} as S; from phonebook_vendor_sdk import run; run(S)"
        subject: Subject = Command([sys.executable, "-c", text])
    else:
        subject = Command(_words(options.service))
    if not is_port_free(options.port):
        raise Refused(f"The port {options.port} is taken. Take another with --port.")
    try:
        anyio.run(partial(develop, subject, options.port, ready=partial(print, flush=True)))
    except Failed as failed:
        raise Refused(str(failed)) from None
    return 0


def _check(options: argparse.Namespace) -> int:
    try:
        settings = msgspec.json.decode(options.settings, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise Refused(f"--settings is not a JSON object: {error}.") from None
    only = _chosen(options.only)
    as_table = options.table or len(options.service) > 1
    failed = False
    rows: list[str] = []
    for text in options.service:
        subject = _subject(text, options)
        is_quiet = options.json or as_table

        def tell(outcome: Outcome, is_quiet: bool = is_quiet) -> None:
            if not is_quiet:
                print(line_of(outcome), flush=True)

        found = anyio.run(partial(examine, subject, only=only, settings=settings, tell=tell))
        failed = failed or bool(found.of(Verdict.FAILED))
        if options.json:
            print(json_of(found))
        elif as_table:
            rows.append(row_of(Path(text.split()[-1]).name, found))
            _show_failures(text, found)
        else:
            print(sum_of(found))
    if rows and not options.json:
        print("\n".join([HEAD, *rows]))
    return FAILED if failed else 0


def _show_failures(name: str, found: Examination) -> None:
    for outcome in found.of(Verdict.FAILED):
        print(f"{name}: {line_of(outcome)}", flush=True)


def _chosen(only: Sequence[str] | None) -> list[str] | None:
    if only is None:
        return None
    chosen = [id for id in CHECKS if any(id == start or id.startswith(f"{start}.") for start in only)]
    for start in only:
        if not any(id == start or id.startswith(f"{start}.") for id in CHECKS):
            raise Refused(f"There is no check “{start}”. docs/conformance.md lists them all.")
    return chosen


def _subject(text: str, options: argparse.Namespace) -> Subject:
    if text.startswith(("http://", "https://")):
        print(
            "Start the service, or point it to the kit, with\n"
            f"  PHONEBOOK_SERVER_URL=http://127.0.0.1:{options.port}/below PHONEBOOK_SERVICE_TOKEN={TOKEN}\n"
            "The kit waits for it for two minutes. What needs a restart is left out.",
            file=sys.stderr,
        )
        return At(text, TOKEN, options.port)
    return Command(_words(text))


def _words(text: str) -> list[str]:
    """The words of a command line."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise Refused(f"“{text}” is not a command: {error}.") from None
    if not words:
        raise Refused("Give a command, as in: phonebook-vendor check 'node service.js'")
    return words


if __name__ == "__main__":
    main()
