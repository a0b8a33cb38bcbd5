"""What was measured as one table, for the terminal and for `results/`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.load import Contestant


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line. `ratio` and `by_cpu` are above 1 where ours is better; `reached` is None where there is no goal."""

    what: str
    ours: str
    compared_to: str = ""
    ratio: float | None = None
    by_cpu: float | None = None
    goal: str = ""
    reached: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a row gives: lines for the table, and figures for who wants to look closer."""

    lines: Sequence[Line]
    details: Mapping[str, Any] = field(default_factory=dict)


def compared(what: str, ours: Contestant, other: Contestant, *, at_least: float | None = None) -> Line:
    """The line of two contestants that were loaded."""
    ratio = ours.against(other)
    return Line(
        what=what,
        ours=f"{ours.rate:,.0f}/s, {ours.cpu_microseconds:.0f} µs",
        compared_to=f"{other.name}: {other.rate:,.0f}/s, {other.cpu_microseconds:.0f} µs",
        ratio=ratio,
        by_cpu=other.cpu_microseconds / ours.cpu_microseconds,
        goal="" if at_least is None else f"≥ {at_least:g} ×",
        reached=None if at_least is None else ratio >= at_least,
    )


def limited(what: str, value: float, most: float | None, unit: str, digits: int = 2) -> Line:
    """The line of a figure that has an upper bound; None: it is only told."""
    ours = f"{value:.{digits}f} {unit}"
    if most is None:
        return Line(what=what, ours=ours)
    return Line(what=what, ours=ours, goal=f"≤ {most:g} {unit}", reached=value <= most)


def of_contest(contestants: Sequence[Contestant]) -> list[dict[str, Any]]:
    """Every round of a contest."""
    return [
        {
            "name": each.name,
            "per_second": [round(rate) for rate in each.rates],
            "p99_ms": [round(value, 2) for value in each.p99],
            "cpu_microseconds": [round(value, 1) for value in each.cpu],
            "load_core_percent": [round(value) for value in each.load_busy],
            "others_percent": [round(value) for value in each.others],
            "rounds_that_count": sorted(number + 1 for number in each.quiet),
        }
        for each in contestants
    ]


def as_markdown(lines: Sequence[Line]) -> str:
    """The lines as a Markdown table."""
    head = ["what", "ours", "compared to", "ratio", "by processor time", "goal", "reached"]
    rows = [head, ["---"] * len(head), *map(_cells, lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    rows[1] = ["-" * width for width in widths]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    )


def write(folder: Path, name: str, machine: Mapping[str, str], measured: Mapping[str, Measured], load: str) -> Path:
    """Write the result as Markdown and as JSON; the path of the former."""
    folder.mkdir(exist_ok=True)
    lines = [line for each in measured.values() for line in each.lines]
    about = "\n".join(f"- {name}: {value}" for name, value in machine.items())
    path = folder / f"{name}.md"
    path.write_text(
        f"# Measured {name}\n\n{about}\n- {load}\n\nHow to read this: [README](../README.md).\n\n"
        f"{as_markdown(lines)}\n\n{_contests(measured)}",
        encoding="utf-8",
    )
    as_json = {"machine": machine, "load": load, "rows": {row: asdict(each) for row, each in measured.items()}}
    path.with_suffix(".json").write_text(json.dumps(as_json, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _cells(line: Line) -> list[str]:
    ratio, by_cpu = ("" if value is None else f"{value:.2f} ×" for value in (line.ratio, line.by_cpu))
    reached = {None: "", True: "yes", False: "NO"}[line.reached]
    return [line.what, line.ours, line.compared_to, ratio, by_cpu, line.goal, reached]


def _contests(measured: Mapping[str, Measured]) -> str:
    columns = {
        "per_second": "answers/s",
        "p99_ms": "p99 ms",
        "cpu_microseconds": "processor µs per answer",
        "load_core_percent": "load generator busy %",
        "others_percent": "other programs, % of a core",
        "rounds_that_count": "rounds that count",
    }
    text = ""
    for row, each in measured.items():
        for contest, contestants in each.details.get("contests", {}).items():
            text += f"## {row}: {contest}, round by round\n\n| contestant | {' | '.join(columns.values())} |\n"
            text += f"| --- |{' --- |' * len(columns)}\n"
            for one in contestants:
                figures = [" ".join(map(str, one[key])) for key in columns]
                text += f"| {one['name']} | {' | '.join(figures)} |\n"
            text += "\n"
    return text.rstrip("\n") + "\n"
