"""Load in short rounds, contestant after contestant, so that whatever else the machine does falls on all of them."""

from __future__ import annotations

import json
import resource
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.machine import LOAD_CORE, busy_seconds, find_tool, on_core
from benchmarks.phone import AGENT, Phone
from benchmarks.processes import Process, wait_until_idle

CONNECTIONS: Final = 16
SECONDS: Final = 1
WARM_UP_SECONDS: Final = 1
ROUNDS: Final = 7
_SCRIPT: Final = Path(__file__).with_name("wrk.lua")


@dataclass
class Contestant:
    """Something that answers phones, and what was measured of it, a figure for each round.

    `processes` are all that work for it; `phones` is how many different phones ask.
    """

    name: str
    phone: Phone
    processes: Sequence[Process]
    phones: int = 0
    rates: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    load_busy: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)
    quiet: list[int] = field(default_factory=list)
    """The rounds that count."""

    @property
    def rate(self) -> float:
        """Answers in a second, the median of the rounds."""
        return median(self.rates[number] for number in self.quiet)

    @property
    def cpu_microseconds(self) -> float:
        """Processor time for one answer, with all that is done later because of it."""
        return median(self.cpu[number] for number in self.quiet)

    def against(self, other: Contestant) -> float:
        """How many times as many answers as `other`: the median of the ratios round by round."""
        return median(self.rates[number] / other.rates[number] for number in self.quiet)


def check(contestants: Sequence[Contestant]) -> None:
    """All must give the same bytes, and must look at the password. Raises RuntimeError otherwise."""
    expected = contestants[0].phone.fetch().body
    for each in contestants:
        answer = each.phone.fetch()
        if answer.status != 200 or answer.body != expected:
            raise RuntimeError(f"{each.name} answers {answer.status} and {len(answer.body)} bytes, not the same")
        wrong = Phone(each.phone.url, each.phone.username, each.phone.password[:-1] + "!")
        if wrong.fetch().status != 401:
            raise RuntimeError(f"{each.name} does not look at the password")


def compete(contestants: Sequence[Contestant], *, fresh: bool, rounds: int = ROUNDS) -> None:
    """Load them in turn, `rounds` times, each time beginning with another one.

    The half of the rounds counts in which other programs used the least processor time.
    """
    check(contestants)
    for each in contestants:
        _load(each, fresh=fresh, seconds=WARM_UP_SECONDS)
    for number in range(rounds):
        shift = number % len(contestants)
        for each in [*contestants[shift:], *contestants[:shift]]:
            before, busy = wait_until_idle(list(each.processes)), busy_seconds()
            result = _load(each, fresh=fresh, seconds=SECONDS)
            at_once = sum(process.cpu_seconds() for process in each.processes) - before
            others = busy_seconds() - busy - at_once - result["load_cpu"] * SECONDS
            used = wait_until_idle(list(each.processes)) - before
            each.rates.append(result["requests"] / result["microseconds"] * 1e6)
            each.p99.append(result["p99"] / 1000)
            each.cpu.append(used / result["requests"] * 1e6)
            each.load_busy.append(result["load_cpu"] * 100)
            each.others.append(max(0.0, others / SECONDS * 100))
    by_others = sorted(range(rounds), key=lambda number: sum(each.others[number] for each in contestants))
    for each in contestants:
        each.quiet = by_others[: (rounds + 1) // 2]


def _load(contestant: Contestant, *, fresh: bool, seconds: int) -> dict[str, float]:
    """Ask for so many seconds; what was counted. `load_cpu`: the share of its core that the load generator used."""
    headers = {"Authorization": contestant.phone.authorization, "User-Agent": AGENT}
    if fresh:
        headers["Connection"] = "close"
    options = [option for name, value in headers.items() for option in ("-H", f"{name}: {value}")]
    command = on_core(
        LOAD_CORE, find_tool("wrk"), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s",
        "-s", _SCRIPT, *options, contestant.phone.url, "--", str(contestant.phones),
    )  # fmt: skip
    before = _children_cpu()
    output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    result: dict[str, float] = json.loads(output.strip().rpartition("\n")[2])
    if result["wrong"] or result["broken"] or not result["requests"]:
        raise RuntimeError(f"{contestant.name} did not answer every request well: {result}\n{output}")
    result["load_cpu"] = (_children_cpu() - before) / result["microseconds"] * 1e6
    return result


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
