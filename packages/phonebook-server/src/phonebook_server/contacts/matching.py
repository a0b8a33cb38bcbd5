"""What was typed as questions to the search index: which contacts make each tier of an answer. No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from phonebook_core.search_terms import Alternative, Term, begin_of_name, read_query, readable
from phonebook_server.contacts.indexes import group_token
from phonebook_server.inclusions.closure import UNFILTERED, Way

_ANYWHERE: Final = "{names others}"
_NAMES: Final = "names"


class Slice(NamedTuple):
    """A part of a phonebook's contacts: what the search index finds by `match` (empty: it is not asked), and what is
    inside, or else outside, of the sort keys that begin with `names` (None: all)."""

    tier: int = 0
    match: str = ""
    names: bytes | None = None
    inside: bool = True


def list_slices(phonebook_id: str, ways: frozenset[Way], text: str, group: str, *, ranked: bool) -> list[Slice]:
    """The tiers of an answer, best first; they have no contact in common. One tier when it is not ranked."""
    text = readable(text)
    if not (ranked and text):
        return [whole_slice(phonebook_id, ways, text, group)]
    narrowed = _narrowed(phonebook_id, ways, group)
    begin = begin_of_name(text)
    slices = [Slice(0, narrowed, begin)]
    if terms := read_query(text):
        anywhere = _all(_term(term, _ANYWHERE) for term in terms)
        scope = narrowed or _scope(phonebook_id)
        in_names = [_term(term, _NAMES) for term in terms]
        if all(in_names):
            slices.append(Slice(1, _all((scope, *in_names)), begin, inside=False))
            anywhere = f"({anywhere}) NOT ({_all(in_names)})"
        slices.append(Slice(2, _all((scope, anywhere)), begin, inside=False))
    return slices


def whole_slice(phonebook_id: str, ways: frozenset[Way], text: str, group: str) -> Slice:
    """Everything that matches, in one slice."""
    text = readable(text)
    narrowed = _narrowed(phonebook_id, ways, group)
    if not text:
        return Slice(match=narrowed)
    terms = read_query(text)
    if not terms:
        return Slice(match=narrowed, names=begin_of_name(text))
    return Slice(match=_all((narrowed or _scope(phonebook_id), *(_term(term, _ANYWHERE) for term in terms))))


def tiers_in(phonebook_ids: Iterable[str], text: str) -> list[str]:
    """Questions about all of these phonebooks, best first: every term begins a word of a name, or is anywhere at all.

    Empty when there is nothing in the text that the index could hold. What the first finds, the second finds too.
    """
    terms = read_query(readable(text))
    scope = f"phonebook : ({' OR '.join(map(_quoted, phonebook_ids))})"
    in_names = [_term(term, _NAMES) for term in terms]
    tiers = [_all((scope, *in_names))] if all(in_names) else []
    return [*tiers, _all((scope, *(_term(term, _ANYWHERE) for term in terms)))] if terms else []


def _narrowed(phonebook_id: str, ways: frozenset[Way], group: str) -> str:
    """The contacts in this group that come along one of these ways; empty when that are all."""
    parts = []
    if group:
        parts.append(_in_groups((readable(group),)))
    if ways != UNFILTERED and frozenset() not in ways:
        parts.append(_any(_all(map(_in_groups, way)) for way in ways))
    return _all((_scope(phonebook_id), *parts)) if parts else ""


def _scope(phonebook_id: str) -> str:
    return f"phonebook : {_quoted(phonebook_id)}"


def _in_groups(groups: Iterable[str]) -> str:
    return f"groups : ({' OR '.join(_quoted(group_token(group)) for group in sorted(groups))})"


def _term(term: Term, columns: str) -> str:
    """One term as a question about these columns; numbers are in a column of their own. Empty: it is not for these."""
    return _any(filter(None, (_alternative(alternative, columns) for alternative in term)))


def _alternative(alternative: Alternative, columns: str) -> str:
    if alternative.number:
        return f"numbers : {_quoted(alternative.number)}*" if columns == _ANYWHERE else ""
    return _all(f"{columns} : {_quoted(word)}*" for word in alternative.words)


def _quoted(token: str) -> str:
    """A token as FTS5 takes it, whatever is in it."""
    return '"' + token.replace('"', '""') + '"'


def _all(parts: Iterable[str]) -> str:
    return " AND ".join(f"({part})" for part in parts)


def _any(parts: Iterable[str]) -> str:
    return " OR ".join(f"({part})" for part in parts)
