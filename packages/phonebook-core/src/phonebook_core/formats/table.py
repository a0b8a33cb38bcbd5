"""CSV text as records of cells and back: quoting, delimiters, and cells that a spreadsheet would run as formulas.

Broken quoting spoils only the line it is on: the rest of the file is read as if that line were not there.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct

from phonebook_core.errors import Problem

DELIMITERS: Final = ",;\t|"
"""What may part the cells of a line, the likeliest first."""
MAX_RECORD: Final = 256 * 1024
"""Characters of one record."""
MAX_CELL: Final = 64 * 1024
"""Characters of one cell."""
_SAMPLE: Final = 64 * 1024

_LINE: Final = re.compile(r"([^\r\n]*)(?:\r\n|\n|\r|\Z)")
_SEP: Final = re.compile(r"sep=(.)[ \t]*(?:\r\n|\n|\r|\Z)", re.IGNORECASE)
_BREAK: Final = re.compile(r"\r\n|\n|\r")
_HARMLESS: Final = re.compile(r"\+[0-9 ()/.\-]+")
_NEEDS_QUOTES: Final = re.compile(r'[",;\t|\r\n]|^\s|\s\Z')
_FORMULA_STARTS: Final = frozenset("=+-@\t\r\n＝＋－＠")


class Record(Struct, frozen=True):
    """One record: the line it begins on, its cells, what is wrong. A broken one has its line as the only cell."""

    line: int
    cells: list[str]
    problem: Problem | None = None


def declared_delimiter(text: str) -> tuple[str, int] | None:
    """The delimiter from Excel's first line `sep=;`, and where the text after it begins."""
    match = _SEP.match(text)
    return (match[1], match.end()) if match and match[1] not in '"\r\n' else None


def records(text: str, delimiter: str, *, start: int = 0, line: int = 1) -> Iterator[Record]:
    """The records of `text` from `start`, which is on `line`. Lines with nothing in their cells are left out."""
    cell_at = _cell_pattern(delimiter).match
    while start < len(text):
        whole = _LINE.match(text, start)
        assert whole is not None
        after, lines = whole.end(), 1
        problem: Problem | None = None
        if after - start > MAX_RECORD:
            cells, problem = [whole[1][:MAX_RECORD]], _TOO_LONG
        elif '"' not in whole[1]:
            cells = whole[1].split(delimiter)
        elif (quoted := _tidy_cells(whole[1], delimiter)) is not None:
            cells = quoted
        else:
            cells, end, problem = _quoted_cells(text, start, cell_at)
            if problem is None and end > after:
                lines = len(_BREAK.findall(text, start, end))
                after = end
            elif problem is not None:
                cells = [whole[1]]
        if problem is None and after - start > MAX_CELL and max(map(len, cells)) > MAX_CELL:
            problem = CELL_TOO_LONG
        if problem is not None or any(cell and not cell.isspace() for cell in cells):
            yield Record(line, cells, problem)
        start, line = after, line + lines


def detect_delimiter(text: str, known: Callable[[Sequence[str]], int], *, start: int = 0) -> str:
    """The delimiter that makes the best table: most header cells that `known` counts as known, then equal widths."""
    sample = text[start : start + _SAMPLE]
    if start + _SAMPLE < len(text):
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    best, best_score = DELIMITERS[0], (0, 0.0, 0)
    for delimiter in DELIMITERS:
        rows = []
        for record in records(sample, delimiter):
            rows.append(record.cells)
            if len(rows) == 20:
                break
        if not rows:
            break
        width = len(rows[0])
        even = sum(len(row) == width for row in rows) / len(rows) if width > 1 else 0.0
        score = (known(rows[0]), even, width)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet could run the cell, however many apostrophes stand before it. `+49 (30) 1` is harmless."""
    bare = cell.lstrip("'")
    return bare[:1] in _FORMULA_STARTS and bare != "" and not _HARMLESS.fullmatch(bare)


def escape(cell: str) -> str:
    """The cell, harmless for a spreadsheet: a formula gets an apostrophe before it."""
    return "'" + cell if is_formula(cell) else cell


def unescape(cell: str) -> str:
    """The cell without the apostrophe that `escape` put there, and without any other change."""
    return cell[1:] if cell.startswith("'") and is_formula(cell) else cell


def write_table(rows: Iterable[Sequence[str]], delimiter: str = ",") -> bytes:
    """The rows as CSV for spreadsheets: UTF-8 with byte order mark, CRLF, formulas made harmless."""
    lines = [delimiter.join([_written(cell, delimiter) for cell in row]) for row in rows]
    return ("\ufeff" + "".join(line + "\r\n" for line in lines)).encode()


def _written(cell: str, delimiter: str) -> str:
    cell = escape(cell)
    if _NEEDS_QUOTES.search(cell) or delimiter in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _tidy_cells(line: str, delimiter: str) -> list[str] | None:
    """The cells of a line whose quoting is beyond doubt and ends on it, else None."""
    if '" ' in line or ' "' in line:
        return None
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True))
    except (csv.Error, TypeError, ValueError):
        return None


def _quoted_cells(
    text: str, start: int, cell_at: Callable[[str, int], re.Match[str] | None]
) -> tuple[list[str], int, Problem | None]:
    cells: list[str] = []
    end, ended = start, False
    while not ended:
        match = cell_at(text, end)
        assert match is not None
        quoted, bare, stop = match.groups()
        if quoted is not None:
            cells.append(quoted.replace('""', '"'))
        elif bare.lstrip(" ").startswith('"'):
            return cells, end, _BROKEN_QUOTES
        else:
            cells.append(bare)
        end, ended = match.end(), stop in ("", "\n", "\r", "\r\n")
        if end - start > MAX_RECORD:
            return cells, end, _TOO_LONG
    return cells, end, None


@lru_cache(maxsize=16)
def _cell_pattern(delimiter: str) -> re.Pattern[str]:
    part = re.escape(delimiter)
    return re.compile(rf'(?: *+"((?:[^"]++|"")*+)" *+|([^{part}\r\n]*+))({part}|\r\n|\n|\r|\Z)')


_BROKEN_QUOTES: Final = Problem(
    code="broken_quotes",
    message='A quotation mark is opened and not closed properly. Close it, or write a mark inside a cell twice ("").',
)
_TOO_LONG: Final = Problem(
    code="too_long",
    message=f"This row has more than {MAX_RECORD} characters. Look for a quotation mark that is never closed.",
)
CELL_TOO_LONG: Final = Problem(
    code="too_long", message=f"A cell of this row has more than {MAX_CELL} characters. Shorten it, or empty it."
)
