"""Jobs in the memory of this process. A restart of the server ends them, and what they had not committed never was.

A job is cancelled only where it says how far it is (`Job.step`), never in the middle of a statement.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from enum import StrEnum
from typing import Final

from msgspec import Struct

from phonebook_core.errors import NotFound, PhonebookError, TooManyTries
from phonebook_server.accounts.guards import Principal
from phonebook_server.ids import new_id
from phonebook_server.problems import ProblemDetails, last_resort, problem_details
from phonebook_server.server import Clock

KEPT_MS: Final = 60 * 60 * 1000
"""How long a job that has ended can be looked at."""
AT_ONCE: Final = 2
"""Jobs that run side by side; others wait for their turn, so that they do not fill the memory."""
MAX_OWN: Final = 10
"""Jobs that one person may have running or waiting."""
CANCEL_SECONDS: Final = 10.0
"""How long cancelling waits for the job to notice."""


class JobState(StrEnum):
    """Where a job is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Cancelled(Exception):
    """Raised in a job whose asker does not want it any more; its transaction is rolled back by it."""


class Job:
    """One job. `done` of `of` steps are done; `result` is there when it is done, `problem` when it failed."""

    def __init__(self, *, kind: str, owner: Principal, of: int, started_at: int) -> None:
        self.id = new_id()
        self.kind = kind
        self.owner = owner
        self.of = of
        self.done = 0
        self.state = JobState.RUNNING
        self.result: Struct | None = None
        self.problem: ProblemDetails | None = None
        self.started_at = started_at
        self.ended_at: int | None = None
        self.ended = asyncio.Event()
        self._is_unwanted = False

    def step(self, done: int) -> None:
        """Say how far the work is. Raises Cancelled when it is not wanted any more; also to be called from a thread."""
        if self._is_unwanted:
            raise Cancelled
        self.done = done

    def cancel(self) -> None:
        """Have the next `step` raise Cancelled."""
        self._is_unwanted = True


Work = Callable[[Job], Awaitable[Struct]]
"""What a job does; what comes back is its result."""


class Jobs:
    """The jobs of this process. A job belongs to who asked for it; for everybody else it does not exist.

    For a limited API token, only those exist that were asked for with the same limits.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._jobs: dict[str, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns = asyncio.Semaphore(AT_ONCE)

    def start(self, principal: Principal, kind: str, of: int, work: Work) -> Job:
        """Begin a job with `of` steps and come back at once. Raises TooManyTries when its asker has too many."""
        self._forget()
        own = [job for job in self._jobs.values() if job.owner.user_id == principal.user_id]
        if sum(job.state is JobState.RUNNING for job in own) >= MAX_OWN:
            raise TooManyTries(
                f"You have {MAX_OWN} jobs running. Wait until one has ended, or cancel one.", retry_after=10
            )
        job = Job(kind=kind, owner=principal, of=of, started_at=self._clock())
        self._jobs[job.id] = job
        task = asyncio.create_task(self._run(job, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    def find(self, principal: Principal, job_id: str) -> Job:
        """The asker's job. Raises NotFound."""
        self._forget()
        job = self._jobs.get(job_id)
        if job is None or not _is_own(job, principal):
            raise NotFound(
                "There is no such job: it ended more than an hour ago, the server was restarted since, or it is "
                "somebody else's. What it did is in the phonebook's list of units."
            )
        return job

    async def cancel(self, principal: Principal, job_id: str) -> Job:
        """Stop the asker's job; what it was about to do is not done then. One that has ended stays as it is."""
        job = self.find(principal, job_id)
        job.cancel()
        with suppress(TimeoutError):  # it waits for the database, and stops after that
            await asyncio.wait_for(job.ended.wait(), CANCEL_SECONDS)
        return job

    async def close(self) -> None:
        """Stop every job, as the server stops."""
        for job in self._jobs.values():
            job.cancel()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=CANCEL_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, job: Job, work: Work) -> None:
        try:
            async with self._turns:
                job.step(0)
                job.result = await work(job)
            job.done, job.state = job.of, JobState.DONE
        except Cancelled:
            job.state = JobState.CANCELLED
        except PhonebookError as error:
            job.state, (job.problem, _) = JobState.FAILED, problem_details(error)
        except asyncio.CancelledError:
            job.state = JobState.CANCELLED
            raise
        except Exception as error:
            job.state, (job.problem, _) = JobState.FAILED, last_resort(error)
        finally:
            job.ended_at = self._clock()
            job.ended.set()

    def _forget(self) -> None:
        old = self._clock() - KEPT_MS
        for job in [job for job in self._jobs.values() if job.ended_at is not None and job.ended_at < old]:
            del self._jobs[job.id]


def _is_own(job: Job, principal: Principal) -> bool:
    limits = (principal.cap, principal.sites)
    same_limits = not principal.is_limited or limits == (job.owner.cap, job.owner.sites)
    return job.owner.user_id == principal.user_id and same_limits
