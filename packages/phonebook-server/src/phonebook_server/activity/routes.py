"""`/api/v1/activity`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Annotated, Final

from litestar import get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter
from litestar.response import Stream
from msgspec import Struct

from phonebook_core.errors import Invalid
from phonebook_server.activity.files import MEDIA_TYPES, Format, write
from phonebook_server.activity.store import ActivityView, Filters, export_activity, view
from phonebook_server.activity.store import list_activity as find_activity
from phonebook_server.handling import Asker, Cursor, TheServer
from phonebook_server.paging import DEFAULT_LIMIT, Limit, decode_cursor, encode_cursor

SiteFilter = Annotated[str | None, QueryParameter(description="Only what happened in the site with this id.")]
ActorFilter = Annotated[str | None, QueryParameter(description="Only what the person with this address did.")]
ActionFilter = Annotated[str | None, QueryParameter(description="Only this action, or all of a noun, as `token`.")]
SinceFilter = Annotated[str | None, QueryParameter(description="From this time on (ISO 8601).")]
UntilFilter = Annotated[str | None, QueryParameter(description="Before this time (ISO 8601).")]


class ActivityList(Struct, frozen=True, kw_only=True):
    """A page of what was done, the newest first; `next_cursor` asks for the following one, null: there is none."""

    items: list[ActivityView]
    next_cursor: str | None


@get("/activity", operation_id="list_activity", summary="List who did what")
async def list_activity(
    server: TheServer,
    principal: Asker,
    site: SiteFilter = None,
    actor: ActorFilter = None,
    action: ActionFilter = None,
    since: SinceFilter = None,
    until: UntilFilter = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> ActivityList:
    """Changes to people, rights, tokens, sites, phonebooks and services: who, when, from where, the newest first.

    Administrators see everything, others what happened in the sites that they manage.
    """
    filters = Filters(site=site, actor=actor, action=action, since=since, until=until)
    found = await find_activity(server, principal, filters, before=_before(cursor), limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return ActivityList(
        items=[view(row) for row in found[:limit]],
        next_cursor=encode_cursor(str(last.at), last.id) if last is not None else None,
    )


@get(
    "/activity/export",
    operation_id="export_activity",
    summary="Download who did what",
    responses={200: ResponseSpec(data_container=str, media_type="text/csv", description="The file.")},
)
async def export(
    server: TheServer,
    principal: Asker,
    format: Annotated[Format, QueryParameter(description="`csv`, or `jsonl`: a JSON object per line.")] = Format.CSV,
    site: SiteFilter = None,
    actor: ActorFilter = None,
    action: ActionFilter = None,
    since: SinceFilter = None,
    until: UntilFilter = None,
) -> Stream:
    """The whole list as a file, with the same filters. In CSV, what a spreadsheet would run begins with a `'`."""
    filters = Filters(site=site, actor=actor, action=action, since=since, until=until)
    portions = export_activity(server, principal, filters)
    first = await anext(portions)  # what is wrong with the request is said before the file begins
    return Stream(
        write(_chained(first, portions), format),
        media_type=MEDIA_TYPES[format],
        headers={"content-disposition": f'attachment; filename="activity.{format}"'},
    )


async def _chained(
    first: list[ActivityView], rest: AsyncIterator[list[ActivityView]]
) -> AsyncGenerator[list[ActivityView]]:
    yield first
    async for portion in rest:
        yield portion


def _before(cursor: str | None) -> tuple[int, str] | None:
    if not cursor:
        return None
    at, id = decode_cursor(cursor, 2)
    if not at.isdigit() or len(at) > 18:
        raise Invalid("This cursor cannot be read. Take the `next_cursor` of the page before.", field="cursor")
    return int(at), id


handlers: Final = [list_activity, export]
