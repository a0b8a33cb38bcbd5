"""Jobs: progress, results, failures, and stopping them."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from msgspec import Struct

from phonebook_core.errors import Conflict, NotFound, TooManyTries
from phonebook_server.accounts.guards import Principal, Role
from phonebook_server.jobs.routes import view
from phonebook_server.jobs.running import AT_ONCE, KEPT_MS, MAX_OWN, Job, Jobs, JobState

pytestmark = pytest.mark.anyio

ANNA = Principal(user_id="anna", email="anna@example.org", is_admin=False, via="token")
ADMIN = Principal(user_id="admin", email="admin@example.org", is_admin=True, via="token")
PATIENCE = 30


class Sum(Struct):
    """A result."""

    total: int


class Time:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now


async def ended(job: Job) -> Job:
    async with asyncio.timeout(PATIENCE):
        await job.ended.wait()
    return job


async def test_a_job_tells_how_far_it_is_and_then_what_came_out() -> None:
    jobs, gate = Jobs(Time()), asyncio.Event()

    async def work(job: Job) -> Sum:
        job.step(2)
        await gate.wait()
        return Sum(5)

    job = jobs.start(ANNA, "sum", 3, work)
    await asyncio.sleep(0.01)
    seen = view(jobs.find(ANNA, job.id))
    assert (seen.state, seen.done, seen.of, seen.result, seen.ended_at) == (JobState.RUNNING, 2, 3, None, None)
    gate.set()
    seen = view(await ended(job))
    assert (seen.state, seen.done, seen.result, seen.problem) == (JobState.DONE, 3, {"total": 5}, None)
    assert seen.url == f"/api/v1/jobs/{job.id}"


async def test_a_job_that_fails_says_why_as_a_problem() -> None:
    jobs = Jobs(Time())

    async def refuse(job: Job) -> Sum:
        raise Conflict("Somebody was faster. Try again.")

    async def break_(job: Job) -> Sum:
        raise ZeroDivisionError("secret inside")

    refused, broken = await ended(jobs.start(ANNA, "x", 1, refuse)), await ended(jobs.start(ANNA, "x", 1, break_))
    assert refused.state is broken.state is JobState.FAILED
    assert refused.problem is not None
    assert broken.problem is not None
    assert (refused.problem.status, refused.problem.detail) == (409, "Somebody was faster. Try again.")
    assert (broken.problem.status, "secret" in broken.problem.detail) == (500, False)


async def test_cancelling_stops_a_job_at_its_next_step_and_not_one_that_has_ended() -> None:
    jobs = Jobs(Time())

    async def work(job: Job) -> Sum:
        for n in range(100_000):
            job.step(n)
            await asyncio.sleep(0.001)
        return Sum(0)

    async def quick(job: Job) -> Sum:
        return Sum(1)

    job = jobs.start(ANNA, "x", 100_000, work)
    await asyncio.sleep(0.01)
    assert (await jobs.cancel(ANNA, job.id)).state is JobState.CANCELLED
    done = await ended(jobs.start(ANNA, "x", 1, quick))
    assert (await jobs.cancel(ANNA, done.id)).state is JobState.DONE


async def test_a_job_is_its_askers_alone_and_is_forgotten_an_hour_after_its_end() -> None:
    clock = Time()
    jobs = Jobs(clock)

    async def work(job: Job) -> Sum:
        return Sum(1)

    job = await ended(jobs.start(ANNA, "x", 1, work))
    for unknown in (job.id, "0" * 32):
        with pytest.raises(NotFound, match="no such job"):
            jobs.find(ADMIN, unknown)
    clock.now += KEPT_MS
    assert jobs.find(ANNA, job.id) is job
    clock.now += 1
    with pytest.raises(NotFound):
        jobs.find(ANNA, job.id)


async def test_few_jobs_run_at_once_and_one_person_has_a_limit() -> None:
    jobs, gate, running = Jobs(Time()), asyncio.Event(), []

    async def work(job: Job) -> Sum:
        running.append(job)
        await gate.wait()
        return Sum(1)

    started = [jobs.start(ANNA, "x", 1, work) for _ in range(MAX_OWN)]
    with pytest.raises(TooManyTries, match="jobs running"):
        jobs.start(ANNA, "x", 1, work)
    await asyncio.sleep(0.01)
    assert len(running) == AT_ONCE
    gate.set()
    assert {(await ended(job)).state for job in started} == {JobState.DONE}
    assert (await ended(jobs.start(ANNA, "x", 1, work))).state is JobState.DONE


async def test_the_server_stops_jobs_before_it_ends() -> None:
    jobs = Jobs(Time())

    async def work(job: Job) -> Sum:
        while True:
            job.step(0)
            await asyncio.sleep(0.001)

    started = [jobs.start(ANNA, "x", 1, work) for _ in range(AT_ONCE + 1)]
    await asyncio.sleep(0.01)
    await jobs.close()
    assert {job.state for job in started} == {JobState.CANCELLED}


async def test_a_limited_token_sees_only_the_jobs_that_its_own_limits_began() -> None:
    jobs = Jobs(Time())
    limited = msgspec.structs.replace(ANNA, cap=Role.EDITOR)

    async def work(job: Job) -> Sum:
        return Sum(total=job.of)

    whole, part = jobs.start(ANNA, "bulk", 1, work), jobs.start(limited, "bulk", 1, work)
    assert {jobs.find(ANNA, job.id) for job in (whole, part)} == {whole, part}
    assert jobs.find(limited, part.id) is part
    for other in (limited, msgspec.structs.replace(ANNA, cap=Role.VIEWER)):
        with pytest.raises(NotFound):
            await jobs.cancel(other, whole.id)
    await jobs.close()
