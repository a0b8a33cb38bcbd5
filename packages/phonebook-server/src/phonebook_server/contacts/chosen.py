"""A few contacts that somebody chose by their ids, to be looked at or changed together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import Invalid, Problem
from phonebook_server.contacts.reading import read_these
from phonebook_server.contacts.similar import MAX_GROUP
from phonebook_server.contacts.store import StoredContact

_ID: Final = re.compile(r"[0-9a-f]{32}")


async def require_chosen(
    connection: AsyncConnection, phonebook_id: str, ids: Sequence[str], *, field: str = "contacts"
) -> list[StoredContact]:
    """These 2 to 20 contacts of the phonebook, in the order in which they were named, each once.

    Raises Invalid when they are fewer or more, or when one is deleted or belongs to another phonebook.
    """
    wanted = list(dict.fromkeys(ids))
    if not 2 <= len(wanted) <= MAX_GROUP:
        raise Invalid(
            f"Name 2 to {MAX_GROUP} different contacts; these are {len(wanted)}.", field=field, code="wrong_count"
        )
    found: dict[str, StoredContact] = {}
    async for portion in read_these(connection, phonebook_id, [id for id in wanted if _ID.fullmatch(id)]):
        found.update((stored.contact.id, stored) for stored in portion if stored.deleted_at is None)
    message = (
        "This is no contact of the phonebook, or not any more. Contacts of an included phonebook are changed there; "
        "else load the list again."
    )
    if problems := [
        Problem(field=f"{field}.{n}", code="not_found", message=message)
        for n, id in enumerate(wanted)
        if id not in found
    ]:
        raise Invalid(problems)
    return [found[id] for id in wanted]
