"""The conformance checks: does a vendor service, in any language, keep to docs/protocol.md?

    from phonebook_vendor_sdk.conformance import assert_conforms

    def test_the_service_conforms() -> None:
        assert_conforms(Acme)

The kit plays the server over a real websocket and phones over HTTP. On a command line it is `phonebook-vendor check`.
docs/conformance.md explains the checks and the grades.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import anyio

from phonebook_vendor_sdk.conformance.check import Verdict
from phonebook_vendor_sdk.conformance.examination import Examination, examine
from phonebook_vendor_sdk.conformance.subjects import Command, Subject
from phonebook_vendor_sdk.service import VendorService

__all__ = ["Command", "Examination", "Subject", "assert_conforms", "command_of", "examine"]


def assert_conforms(
    service: type[VendorService[Any]] | Sequence[str],
    *,
    only: Collection[str] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Examination:
    """Run the checks on a service class, or on a command that starts a service. It takes about a minute.

    `only` names the checks to run, `settings` the values for fields that cannot be made up. Raises AssertionError
    with a line for each check that failed.
    """
    command = service if not isinstance(service, type) else command_of(service)

    async def run() -> Examination:
        return await examine(Command(command), only=only, settings=settings)

    examination = anyio.run(run)
    failed = examination.of(Verdict.FAILED)
    if failed:
        lines = [f"{o.check.id}: {o.check.sentence}. {o.why} ({o.check.source})" for o in failed]
        raise AssertionError(f"{len(failed)} of {len(examination.outcomes)} checks failed:\n" + "\n".join(lines))
    return examination


def command_of(service: type[VendorService[Any]]) -> list[str]:
    """The command that runs a service class as a process of its own. The class must be importable by its name."""
    text = f"from {service.__module__} import {service.__qualname__} as S; from phonebook_vendor_sdk import run; run(S)"
    return [sys.executable, "-c", text]
