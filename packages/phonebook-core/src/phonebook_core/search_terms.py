"""What contacts are found by, and what was typed to find them: words and numbers as the search index holds them.

A word is indexed in every way in which people write it: folded (accents and case gone), in Latin letters, and with `ae`
for `ä`. A number is indexed by tokens that say what they are, so that `0171 5` finds only numbers that begin so:

    e  the digits of E.164            n  the national number, without zeros before it
    r  as typed, if that is something else, with `a` for `*` and `h` for `#`
    s  from a gap in the typed number to its end, as people remember the number behind the area code, or an extension
    x  the last digits, backwards

What is typed becomes the same tokens, and each finds what begins with it. The server's search index holds them and says
by its `RULES` which: raise those with every change here. `finding` finds by them in memory.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from anyascii import anyascii
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from phonebook_core.contact import Contact, PhoneNumber, fold

MAX_TEXT: Final = 200
"""Characters of what was typed that are looked at."""
MAX_NOTE: Final = 500
"""Characters at the beginning of a note that are searched."""
MAX_TERMS: Final = 10
"""Terms of what was typed that are looked at."""
MAX_WORD: Final = 48
"""Characters of a word that tell it from others."""
LAST: Final = 8
"""How many last digits of a number find it, and how long a part of it may be that does."""

_LEAST_LAST: Final = 3
_ASCII_WORD: Final = re.compile(r"[a-z0-9]+")
_ASCII_SIGNS: Final = re.compile(r"[\x00-/:-@\[-`{-\x7f]+")
_NO_APOSTROPHES: Final = dict.fromkeys(map(ord, "'’ʼ`´‘"))
_DIGRAPHS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_NUMBER_PART: Final = re.compile(r"[0-9+*#()/.\-\u2013]+")
_DIALLED: Final = re.compile(r"[0-9*#]")
_NOT_DIALLED: Final = re.compile(r"[^0-9*#]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_DIGITS: Final = re.compile(r"[0-9]+")
_TRUNK_ZERO: Final = re.compile(r"\(0+\)")
_SIGNS_AS_LETTERS: Final = str.maketrans({"*": "a", "#": "h"})
_COUNTRY_CODES: Final = frozenset(map(str, COUNTRY_CODE_TO_REGION_CODE))


class Alternative(NamedTuple):
    """What is to be in a contact: all of `words` in its names (or elsewhere), or a number by one of these tokens."""

    words: tuple[str, ...] = ()
    number: str = ""


Term = tuple[Alternative, ...]
"""One term of what was typed; any of its alternatives is enough."""


class Tokens(NamedTuple):
    """What a contact is found by, as the columns of the search index, each a text of tokens with spaces between."""

    names: str
    others: str
    numbers: str


def index_contact(contact: Contact) -> Tokens:
    """What this contact is found by."""
    others = [contact.organization, contact.department, contact.title, contact.note[:MAX_NOTE], *contact.groups]
    others += [email.value for email in contact.emails]
    others += [number.value for number in contact.numbers if _LETTER.search(number.value)]
    numbers: list[str] = []
    for number in contact.numbers:
        numbers += _number_tokens(number)
    return Tokens(
        names=_joined((contact.display_name, contact.given_name, contact.family_name)),
        others=_joined(others),
        numbers=" ".join(dict.fromkeys(numbers)),
    )


def readable(text: str) -> str:
    """What is looked at of what was typed: its beginning, without what UTF-8 cannot hold."""
    return text[:MAX_TEXT].encode("utf-8", "replace").decode().strip()


def read_query(text: str) -> list[Term]:
    """The terms of what was typed; none when there is nothing in it that the index could hold."""
    terms: list[Term] = []
    number: list[str] = []
    for part in [*text.split(), ""]:
        if part and _NUMBER_PART.fullmatch(part):
            number.append(part)
            continue
        if any(map(_DIALLED.search, number)):
            terms.append(tuple(_read_number(number)))
        number = []
        for word in _split(part.translate(_NO_APOSTROPHES)):
            ways = tuple(Alternative(words=(way,)) for way in _ways(word))
            terms += [ways] if ways else []
    return terms[:MAX_TERMS]


def begin_of_name(text: str) -> bytes:
    """The text as the beginning of a contact's sort key."""
    return fold(" ".join(text.split())).encode()


def _joined(texts: Iterable[str]) -> str:
    words: list[str] = []
    for text in texts:
        for part in text.split():
            words += _words(part)
    return " ".join(dict.fromkeys(words))


@lru_cache(maxsize=65_536)
def _words(part: str) -> tuple[str, ...]:
    """The words of what stands between two spaces, each in every way in which it is written."""
    if part.isascii():
        words = _ASCII_WORD.findall(part.lower())
        if "'" in part or "`" in part:
            words += _ASCII_WORD.findall(part.lower().translate(_NO_APOSTROPHES))
        return tuple(word[:MAX_WORD] for word in words)
    variants = dict.fromkeys((part, part.translate(_NO_APOSTROPHES)))
    return tuple(way for variant in variants for word in _split(variant) for way in _ways(word))


def _split(text: str) -> list[str]:
    """The words of a text, which are what is between spaces and punctuation in any script."""
    return text.lower().translate(_SPACES).split()


def _ways(word: str) -> tuple[str, ...]:
    """The ways in which a word is written. The beginning of a word has the beginnings of the ways of the whole."""
    if word.isascii():
        ways = [word]
    else:
        composed = unicodedata.normalize("NFC", word.casefold())
        ways = [fold(word), anyascii(composed).lower(), anyascii(composed.translate(_DIGRAPHS)).lower()]
    plain = (_ASCII_SIGNS.sub("", way)[:MAX_WORD] for way in ways)
    return tuple(dict.fromkeys(way for way in plain if way))


class _Spaces(dict[int, int]):
    """Which characters are between words: one translation per character, found when it is first met."""

    def __missing__(self, character: int) -> int:
        between = unicodedata.category(chr(character))[0] in "PZC"
        if character < 128:
            between = not chr(character).isalnum()
        self[character] = 32 if between else character
        return self[character]


_SPACES: Final = _Spaces()


def _number_tokens(number: PhoneNumber) -> list[str]:
    typed = _NOT_DIALLED.sub("", number.value)
    if not typed:
        return []
    value = number.value.lstrip()
    if number.e164 is not None:
        digits = number.e164[1:]
        national = _national(digits)
        tokens = ["e" + digits, "n" + national]
        known = value[0] == "+" or typed == digits or typed.lstrip("0") in (digits, national)
    elif value.startswith(("+", "00")):
        digits = _NOT_DIALLED.sub("", _TRUNK_ZERO.sub("", value.removeprefix("00")))
        tokens = ["e" + digits, "n" + _national(digits)]
        known = value[0] == "+"
    else:
        digits, known = typed, False
        tokens = ["n" + typed.lstrip("0")] if typed[0] == "0" else []
    if not known:
        tokens.append("r" + typed)
    if not typed.isdigit():
        tokens = [token.translate(_SIGNS_AS_LETTERS) for token in tokens]
        return [*tokens, *("s" + digits for digits in _DIGITS.findall(typed))]
    if len(digits) > _LEAST_LAST:
        tokens.append("x" + digits[: -LAST - 1 : -1])
    rest = len(typed)
    for part in _DIGITS.findall(number.value)[:-1]:
        rest -= len(part)
        if 2 <= rest <= LAST:
            tokens.append("s" + typed[-rest:])
    return tokens


def _national(digits: str) -> str:
    """The digits of E.164 without the country's, and without zeros before the rest."""
    for length in (2, 1, 3):
        if digits[:length] in _COUNTRY_CODES:
            return digits[length:].lstrip("0")
    return digits


def _read_number(parts: list[str]) -> Iterator[Alternative]:
    text = "".join(parts)
    typed = _NOT_DIALLED.sub("", text)
    international = _NOT_DIALLED.sub("", _TRUNK_ZERO.sub("", text))
    tokens = ["r" + typed]
    if text.startswith("+"):
        tokens = ["e" + international]
    elif typed.startswith("00") and len(international) > 2:
        tokens.append("e" + international[2:])
    elif typed.startswith("0") and typed.strip("0"):
        tokens.append("n" + typed[1:])
    elif typed.isdigit() and not typed.startswith("0"):
        tokens += ["e" + typed, "n" + typed]
        if 2 <= len(typed) <= LAST:
            tokens.append("s" + typed)
        if _LEAST_LAST <= len(typed) <= LAST:
            tokens.append("x" + typed[::-1])
    yield from (Alternative(number=token.translate(_SIGNS_AS_LETTERS)) for token in tokens if len(token) > 1)
    if words := tuple(word for part in parts for word in _ASCII_WORD.findall(part)):
        yield Alternative(words=words)
