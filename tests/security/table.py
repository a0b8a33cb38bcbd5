"""The route × role table of `docs/routes.md`, read as data."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

TABLE: Final = Path(__file__).parents[2] / "docs" / "routes.md"
ASKERS: Final = ("anonymous", "stranger", "viewer", "editor", "manager", "administrator")
HEADER: Final = ["method", "path", "operation", *ASKERS]


class Row(NamedTuple):
    """One route and what each kind of asker gets: `ok` or a status."""

    method: str
    path: str
    operation: str
    outcomes: dict[str, str]

    @property
    def is_public(self) -> bool:
        """Whether nobody needs to sign in for it."""
        return self.outcomes["anonymous"] == "ok"

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def read_table() -> list[Row]:
    """Every row, in order. Raises AssertionError where the table is not well formed."""
    lines = [line.strip() for line in TABLE.read_text().splitlines() if line.startswith("|")]
    cells = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]
    assert cells[0] == HEADER, f"the table's columns must be {HEADER}"
    rows = []
    for row in cells[2:]:
        assert len(row) == len(HEADER), f"this row has {len(row)} cells: {row}"
        outcomes = dict(zip(ASKERS, row[3:], strict=True))
        assert all(outcome == "ok" or outcome.isdigit() for outcome in outcomes.values()), row
        rows.append(Row(row[0], row[1], row[2], outcomes))
    return rows
