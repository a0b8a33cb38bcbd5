"""Changing many contacts at once over HTTP: at once when they are few, as a job when they are many."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody

from phonebook_server.contacts import bulk
from phonebook_server.contacts.bulk_inputs import BulkInput
from phonebook_server.handling import Asker, Id, TheServer
from phonebook_server.jobs.routes import JobView, TheJobs, view
from phonebook_server.jobs.running import Job

MAX_BODY: Final = 8 * 1024 * 1024
"""Bytes of a request, enough for the ids of the largest change."""


@post(
    "/phonebooks/{phonebook_id:str}/bulk",
    operation_id="change_contacts",
    summary="Change many contacts at once",
    status_code=200,
    request_max_body_size=MAX_BODY,
    responses={
        202: ResponseSpec(JobView, description="It is a job; ask for it at its `url`.", generate_examples=False)
    },
)
async def change_contacts(
    server: TheServer, principal: Asker, jobs: TheJobs, phonebook_id: Id, data: JSONBody[BulkInput]
) -> Response[bulk.BulkReport]:
    """All of them or none, as one unit that `undo` undoes. More than 2,000 are a job: 202 and where to ask for it."""
    matched = await bulk.match(server, principal, phonebook_id, data)
    if not matched.is_job:
        return Response(await bulk.carry_out(server, principal, matched))

    async def work(job: Job) -> bulk.BulkReport:
        return await bulk.carry_out(server, principal, matched, job.step)

    started: Any = view(jobs.start(principal, "bulk", len(matched.ids), work))
    return Response(started, status_code=202, headers={"location": started.url})


handlers: Final = (change_contacts,)
