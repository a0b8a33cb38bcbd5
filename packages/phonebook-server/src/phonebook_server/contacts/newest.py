"""Whether a change is based on the newest version of a contact; if not, whose that is."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from phonebook_core.errors import ChangedMeanwhile
from phonebook_server.checks import iso, require_version
from phonebook_server.contacts.store import StoredContact
from phonebook_server.db.tables import ContactVersion


async def require_newest(connection: AsyncConnection, if_match: str | None, stored: StoredContact) -> None:
    """Raises ChangedMeanwhile, with who made the newest version and when, when `if_match` names another one."""
    try:
        require_version(if_match, stored.version, "contact")
    except ChangedMeanwhile as error:
        version = ContactVersion
        query = select(version.actor, version.at, version.change).where(
            version.contact_id == stored.contact.id, version.version == stored.version
        )
        newest = (await connection.execute(query)).one_or_none()
        if newest is None:
            raise
        message = (
            f"{newest.actor} changed this contact at {iso(newest.at)}: its version is now {stored.version}. "
            "Load it again and repeat your change."
        )
        raise ChangedMeanwhile(
            message, version=error.version, by=newest.actor, at=newest.at, change=newest.change
        ) from None
