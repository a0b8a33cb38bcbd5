"""What handlers ask for in their signatures, by the names that `app.py` provides it under."""

from __future__ import annotations

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from phonebook_server.accounts.guards import Principal
from phonebook_server.server import Server
from phonebook_server.services.links import Links

TheServer = NamedDependency[Server]
"""`server`: the running server's parts."""

TheLinks = NamedDependency[Links]
"""`links`: the links of this process to vendor services."""

Asker = NamedDependency[Principal]
"""`principal`: who sent the request, signed in."""

Id = FromPath[str]
"""An id or a slug in the path."""

Cursor = FromQuery[str | None]
"""`cursor`: the `next_cursor` of the page before."""
