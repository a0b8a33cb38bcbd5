"""`python -m benchmarks.run [ROW …]`: measure, print the table and, when every row ran, write it to `results/`."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks import deltas, editing, fetching, importing, searching, standing
from benchmarks.machine import LOAD_CORE, Others, describe, install_tools
from benchmarks.seeds import Seeds
from benchmarks.table import Measured, as_markdown, write

ROWS: Final[Mapping[str, Callable[[Seeds], Measured]]] = {
    "fresh": fetching.fresh,
    "kept": fetching.kept,
    "database": fetching.database,
    "edits": editing.measure_edits,
    "start": standing.start,
    "memory": standing.memory,
    "render": standing.render,
    "search": searching.measure_search,
    "import": importing.measure_import,
    "delta": deltas.measure_deltas,
}
_RESULTS: Final = Path(__file__).parent / "results"
_WORK: Final = Path(__file__).parent / ".work"
"""On the disk of the checkout, as /tmp may be memory."""


def main() -> None:
    """Run the rows that are named, or all."""
    rows = _wanted()
    install_tools()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that everything that was started is ended
    os.sched_setaffinity(0, {LOAD_CORE})
    began, others = time.monotonic(), Others()
    _WORK.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=_WORK))
    seeds = Seeds(folder)
    measured: dict[str, Measured] = {}
    try:
        for row in rows:
            print(f"{row}: {(ROWS[row].__doc__ or '').partition(chr(10))[0]}", flush=True)
            measured[row] = ROWS[row](seeds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    took = time.monotonic() - began
    about = f"other programs used {others.percent():.0f} % of the processor time meanwhile; it took {took:.0f} s"
    print(f"\n{as_markdown([line for each in measured.values() for line in each.lines])}\n\n{about}")
    if rows == list(ROWS):
        name = f"{datetime.now(UTC):%Y-%m-%d}-{os.cpu_count()}-cores"
        print(f"Written to {write(_RESULTS, name, describe(), measured, about)}")
    else:
        print(f"Only a run of every row is written to {_RESULTS}.")


def _wanted() -> list[str]:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"one of {', '.join(ROWS)}; all when none is named")
    rows: list[str] = parser.parse_args().rows
    unknown = [row for row in rows if row not in ROWS]
    if unknown:
        sys.exit(f"There is no row {', '.join(unknown)}. There are {', '.join(ROWS)}.")
    return rows or list(ROWS)


if __name__ == "__main__":
    main()
