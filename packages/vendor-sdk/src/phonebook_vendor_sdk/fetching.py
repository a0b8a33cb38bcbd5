"""Bringing a service's copy of a phonebook up to date over the link."""

from __future__ import annotations

import logging
from functools import partial
from random import Random
from typing import Final

import anyio
from anyio import to_thread

from phonebook_core.vendor_link.messages import Changes, Failure
from phonebook_vendor_sdk.backoff import delays
from phonebook_vendor_sdk.contact_copy import Pending
from phonebook_vendor_sdk.enablement import LARGE, Enablement
from phonebook_vendor_sdk.link import Link

PAGE: Final = 2_000
"""Contacts asked for at once; the server ends a page earlier when it grows too large."""

_log: Final = logging.getLogger(__name__)


async def keep_fetched(enablement: Enablement, link: Link, random: Random) -> None:
    """Fetch whenever something newer was announced, one fetch at a time, again when it moved meanwhile."""
    enablement.fetching = anyio.CancelScope()
    with enablement.fetching:
        waits = delays(random)
        while not enablement.is_forgotten:
            enablement.fetching_wanted = anyio.Event()
            if enablement.is_current:
                await enablement.fetching_wanted.wait()
            elif await _fetch(enablement, link):
                waits = delays(random)
            else:
                with anyio.move_on_after(next(waits)):
                    await enablement.fetching_wanted.wait()


async def _fetch(enablement: Enablement, link: Link) -> bool:
    """Fetch page by page since the token that is held, and take it all in at the end. False: try again later."""
    pending = Pending(enablement.copy.token)
    more = True
    covered = enablement.announced
    while more:
        covered = enablement.announced
        request = link.end.get_changes(enablement.phonebook, enablement.api_key, pending.token, link.now(), limit=PAGE)
        match await link.ask(request):
            case Changes() as page:
                pending.add(page)
                more = page.more
            case Failure(message=message):
                return _complain(enablement, message)
            case None:
                return _complain(enablement, "The server did not answer in time.")
            case _:
                return _complain(enablement, "The server does not know this kind of request; it needs an update.")
    work = partial(enablement.copy.applied, pending)
    small = enablement.copy.is_small(pending) or len(pending.upserts) + len(enablement.copy) < LARGE
    copy, changed = work() if small else await to_thread.run_sync(work)
    enablement.take_copy(copy, covered, changed=changed)
    enablement.complain("contacts", "")
    enablement.tell()
    return True


def _complain(enablement: Enablement, message: str) -> bool:
    _log.warning("The contacts of phonebook %s could not be fetched: %s", enablement.phonebook, message)
    enablement.complain("contacts", f"The newest contacts could not be fetched, trying again: {message}")
    return False
