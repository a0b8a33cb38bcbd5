"""The documentation as the tests read it: its code blocks, its links, its headings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]

_BLOCK: Final = re.compile(
    r"(?:^<!-- (?P<mark>[^\n]*?) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_LINK: Final = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_HEADING: Final = re.compile(r"^#+ (?P<text>.+)$", re.MULTILINE)


class Block(NamedTuple):
    """A block of code; `mark` is the HTML comment on the line before it."""

    mark: str
    language: str
    text: str


def pages() -> list[Path]:
    """Every page that people read."""
    return [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("packages/*/README.md")]


def blocks(page: Path) -> list[Block]:
    """The code blocks of a page, in order."""
    return [Block(m["mark"] or "", m["language"], m["text"]) for m in _BLOCK.finditer(page.read_text("utf-8"))]


def links(page: Path) -> list[str]:
    """Where the links of a page lead, those in code left out."""
    text = _BLOCK.sub("", page.read_text("utf-8"))
    return [match["target"] for match in _LINK.finditer(re.sub(r"`[^`\n]*`", "", text))]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = _BLOCK.sub("", page.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", match["text"].lower()).replace(" ", "-") for match in _HEADING.finditer(text)}
