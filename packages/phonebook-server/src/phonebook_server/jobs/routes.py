"""`/api/v1/jobs/{id}`: how far a job is, and stopping it."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import delete, get
from litestar.di import NamedDependency
from msgspec import Struct

from phonebook_server.checks import iso
from phonebook_server.handling import Asker, Id
from phonebook_server.jobs.running import Job, Jobs, JobState
from phonebook_server.problems import ProblemDetails

TheJobs = NamedDependency[Jobs]
"""`jobs`: the jobs of this process."""


class JobView(Struct, frozen=True, kw_only=True):
    """A job: `done` of `of` steps. `result` is there when it is `done`, `problem` when it `failed`.

    A cancelled or failed job has changed nothing. Ask again at `url`.
    """

    job: str
    url: str
    kind: str
    state: JobState
    done: int
    of: int
    result: Any
    problem: ProblemDetails | None
    started_at: str
    ended_at: str | None


def view(job: Job) -> JobView:
    """The job as clients get it."""
    return JobView(
        job=job.id,
        url=f"/api/v1/jobs/{job.id}",
        kind=job.kind,
        state=job.state,
        done=job.done,
        of=job.of,
        result=None if job.result is None else msgspec.to_builtins(job.result),
        problem=job.problem,
        started_at=iso(job.started_at),
        ended_at=None if job.ended_at is None else iso(job.ended_at),
    )


@get("/jobs/{job_id:str}", operation_id="get_job", summary="Get a job")
async def get_job(jobs: TheJobs, principal: Asker, job_id: Id) -> JobView:
    """How far a job of yours is. It is kept for an hour after it has ended."""
    return view(jobs.find(principal, job_id))


@delete("/jobs/{job_id:str}", operation_id="cancel_job", summary="Cancel a job", status_code=200)
async def cancel_job(jobs: TheJobs, principal: Asker, job_id: Id) -> JobView:
    """Stop a job of yours; nothing is changed then. One that was faster than you stays `done`."""
    return view(await jobs.cancel(principal, job_id))


handlers: Final = (get_job, cancel_job)
