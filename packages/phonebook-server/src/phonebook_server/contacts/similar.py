"""Which contacts are probably the same: by number, by e-mail, by name. Pure functions, never quadratic.

Only contacts that fall into one block (an equal number, e-mail, name, or a name that is equal but for one word) are
compared. What too many contacts have in common, as the number of a switchboard, makes no block.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import combinations
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from phonebook_core.contact import Email, PhoneNumber, fold
from phonebook_core.phone_number import identity

MAX_GROUP: Final = 20
"""Contacts that are shown as one group, and merged at once."""
MANY: Final = 5
"""A number or e-mail that more contacts have is no reason on its own."""
MANY_NAMESAKES: Final = 10
"""A name that more contacts have is no reason on its own."""

_ROUNDS: Final = 10
_LETTERS: Final = 4
_NUMBER, _EMAIL, _NAME, _ONE_WORD, _SIMILAR_NAME, _SHARED = 0.7, 0.7, 0.5, 0.3, 0.3, 0.1
_WORD: Final = re.compile(r"[^\W_]+")


class ReasonKind(StrEnum):
    """What two contacts have in common."""

    NUMBER = "number"
    EMAIL = "email"
    NAME = "name"


class Reason(Struct, frozen=True, kw_only=True):
    """Why contacts are probably the same; two similar names are both in the value."""

    kind: ReasonKind
    value: str


class Face(NamedTuple):
    """What a contact is recognised by. `words` are those of the name, folded and sorted."""

    id: str
    name: str
    words: tuple[str, ...]
    numbers: frozenset[str]
    emails: frozenset[str]


class Group(NamedTuple):
    """Contacts that are probably the same, the surest groups first when sorted by `key`; `score` is at most 1."""

    key: tuple[str, str, str]
    ids: tuple[str, ...]
    reasons: tuple[Reason, ...]
    score: float


class _Seen(Struct):
    given_name: str = ""
    family_name: str = ""
    display_name: str = ""
    organization: str = ""
    numbers: tuple[PhoneNumber, ...] = ()
    emails: tuple[Email, ...] = ()


class _Pair(NamedTuple):
    one: int
    other: int
    score: float
    similar: bool


_decoder: Final = msgspec.json.Decoder(_Seen)


def face(contact_id: str, body: bytes) -> Face:
    """What the contact that is stored as `body` is recognised by."""
    seen = _decoder.decode(body)
    name = seen.display_name or f"{seen.given_name} {seen.family_name}".strip() or seen.organization
    return Face(
        contact_id,
        name,
        tuple(sorted(_WORD.findall(fold(name)))),
        frozenset(map(identity, seen.numbers)),
        frozenset(email.value.strip().casefold() for email in seen.emails),
    )


def find_groups(faces: Iterable[Face], dismissed: Collection[tuple[str, str]] = ()) -> list[Group]:
    """The groups, in a stable order. No group holds a dismissed pair (the smaller id first); a contact can be in more
    than one, as when A and B are like C, and are known to be two.
    """
    known = sorted(faces, key=lambda face: (fold(face.name), face.id))
    pairs = sorted(_pairs(known), key=lambda pair: (-pair.score, pair.one, pair.other))
    slots = {face.id: slot for slot, face in enumerate(known)}
    apart: dict[int, set[int]] = defaultdict(set)
    for one, other in dismissed:
        if one in slots and other in slots:
            apart[slots[one]].add(slots[other])
            apart[slots[other]].add(slots[one])
    pairs = [pair for pair in pairs if pair.other not in apart.get(pair.one, ())]
    groups = []
    for _ in range(_ROUNDS):
        if not pairs:
            break
        found, pairs = _join(pairs, apart)
        groups += [_group(known, slots_of_group, inner) for slots_of_group, inner in found]
    return sorted(groups)


def is_one_edit(one: str, other: str) -> bool:
    """Whether one letter too many, too few, another one, or two swapped ones are all that differs."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    if len(one) > len(other):
        one, other = other, one
    start = next((n for n, letter in enumerate(one) if letter != other[n]), len(one))
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    if one[start + 1 :] == other[start + 1 :]:
        return True
    return one[start : start + 2] == other[start : start + 2][::-1] and one[start + 2 :] == other[start + 2 :]


def _pairs(faces: Sequence[Face]) -> Iterator[_Pair]:
    """Every two contacts that share a block, once, with how sure it is."""
    numbers, emails = Counter[str](), Counter[str]()
    for each in faces:
        numbers.update(each.numbers)
        emails.update(each.emails)
    blocks: dict[Hashable, list[int]] = defaultdict(list)
    names: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for slot, each in enumerate(faces):
        if each.words:
            names[each.words].append(slot)
        for counted, values in ((numbers, each.numbers), (emails, each.emails)):
            for value in values:
                if counted[value] > MANY:  # with an equal name it is a reason all the same
                    blocks[(value, each.words)].append(slot)
                elif counted[value] > 1:
                    blocks[value].append(slot)
    blocks.update((words, slots) for words, slots in names.items() if len(slots) <= MANY_NAMESAKES)
    found: set[tuple[int, int]] = set()
    for slots in blocks.values():
        for start in range(0, len(slots), MAX_GROUP):
            found.update(combinations(slots[start : start + MAX_GROUP], 2))
    similar = set(_similar(names)) - found
    for one, other in found | similar:
        left = 1.0
        a, b = faces[one], faces[other]
        for counted, values, weight in (
            (numbers, a.numbers & b.numbers, _NUMBER),
            (emails, a.emails & b.emails, _EMAIL),
        ):
            if values:
                left *= 1 - (weight if min(map(counted.__getitem__, values)) <= MANY else _SHARED)
        is_similar = (one, other) in similar
        if a.words and a.words == b.words:
            left *= 1 - (_NAME if len(a.words) > 1 else _ONE_WORD)
        elif is_similar:
            left *= 1 - _SIMILAR_NAME
        yield _Pair(one, other, round(1 - left, 2), is_similar)


def _similar(names: dict[tuple[str, ...], list[int]]) -> Iterator[tuple[int, int]]:
    """Contacts whose names are equal but for one letter in one word, by what is left without one letter."""
    blocks: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for words in names:
        if len(words) < 2 or any(letter.isdigit() for word in words for letter in word):
            continue  # rooms and floors are numbered, and none is another
        for n, word in enumerate(words):
            if len(word) >= _LETTERS:
                blocks[words[:n] + words[n + 1 :]].append(word)
    for rest, ends in blocks.items():
        if len(ends) < 2:
            continue
        variants: dict[str, list[str]] = defaultdict(list)
        for word in ends:
            for variant in {word, *(word[:n] + word[n + 1 :] for n in range(len(word)))}:
                variants[variant].append(word)
        for alike in variants.values():
            for word, another in combinations(alike[:MAX_GROUP], 2):
                if is_one_edit(word, another):
                    one, other = (names[tuple(sorted((*rest, each)))] for each in (word, another))
                    if len(one) * len(other) <= MANY_NAMESAKES:
                        yield from ((min(a, b), max(a, b)) for a in one for b in other)


def _join(
    pairs: Sequence[_Pair], apart: dict[int, set[int]]
) -> tuple[list[tuple[list[int], list[_Pair]]], list[_Pair]]:
    """Groups with the pairs within each, and the pairs that did not fit into them."""
    group_of: dict[int, list[int]] = {}
    for one, other, *_ in pairs:
        mine, theirs = group_of.get(one, [one]), group_of.get(other, [other])
        if mine is theirs or len(mine) + len(theirs) > MAX_GROUP:
            continue
        if any(not apart[slot].isdisjoint(theirs) for slot in mine if slot in apart):
            continue
        joined = mine + theirs
        for slot in joined:
            group_of[slot] = joined
    inner: dict[int, list[_Pair]] = defaultdict(list)
    left = []
    for pair in pairs:
        group = group_of.get(pair.one)
        if group is not None and group is group_of.get(pair.other):
            inner[id(group)].append(pair)
        else:
            left.append(pair)
    groups = {id(group): group for group in group_of.values()}
    return [(sorted(group), inner[key]) for key, group in groups.items()], left


def _group(faces: Sequence[Face], slots: Sequence[int], pairs: Sequence[_Pair]) -> Group:
    members = [faces[slot] for slot in slots]
    reasons: dict[Reason, None] = {}
    numbers = Counter(number for member in members for number in member.numbers)
    emails = Counter(email for member in members for email in member.emails)
    names: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for member in members:
        names[member.words].append(member.name)
    for kind, counted in ((ReasonKind.NUMBER, numbers), (ReasonKind.EMAIL, emails)):
        for value in sorted(value for value, count in counted.items() if count > 1):
            reasons[Reason(kind=kind, value=value)] = None
    for words, written in names.items():
        if words and len(written) > 1:
            reasons[Reason(kind=ReasonKind.NAME, value=written[0])] = None
    for one, other, _, similar in pairs:
        if similar:
            value = f"{faces[one].name} / {faces[other].name}"
            reasons[Reason(kind=ReasonKind.NAME, value=value)] = None
    ids = tuple(member.id for member in members)
    score = max(pair.score for pair in pairs)
    digest = hashlib.blake2b("".join(ids).encode(), digest_size=8).hexdigest()
    key = (f"{100 - round(score * 100):03d}", fold(members[0].name), digest)
    return Group(key, ids, tuple(reasons), score)
