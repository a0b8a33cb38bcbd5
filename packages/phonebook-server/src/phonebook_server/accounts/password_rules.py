"""What is accepted as a password: long enough, and nothing that is guessed first. No rules of composition.

How easily one is guessed is estimated by zxcvbn, which knows 30,000 passwords in use, words and names, rows of keys,
repetitions and dates, and takes a password apart into them. To it we add what others know of the person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from threading import Lock
from typing import Any, Final

from phonebook_core.errors import Problem

MIN_CHARACTERS: Final = 15
"""NIST SP 800-63B-4: a password that is the only factor has at least 15 characters."""
MIN_WITH_SECOND_FACTOR: Final = 8
MAX_BYTES: Final = 1024
PRODUCT: Final = ("phonebook", "voip-phonebook", "voipphonebook")
MAX_WORDS: Final = 100
_ENOUGH: Final = 9.0
_ENOUGH_WHEN_SHORT: Final = 7.0
"""The decimal logarithm of how many guesses a password must withstand, where 15 characters are asked for and 8 are."""
_ESTIMATED: Final = 64
"""Characters that are looked at in one piece; the estimate takes time that grows with the square."""
_ESTIMATING: Final = Lock()  # the library keeps the words that it was given in a global

_COMMON: Final = "it is, or is made of, passwords that many people use"
_WORDS: Final = "it is made of very few common words or names"
_REASONS: Final = {
    "english_wikipedia": _WORDS,
    "us_tv_and_film": _WORDS,
    "female_names": _WORDS,
    "male_names": _WORDS,
    "surnames": _WORDS,
    "user_inputs": "it is little more than your name, your e-mail address, a site's name or the product's",
    "passwords": _COMMON,
    "repeat": "it repeats itself",
    "spatial": "its characters are neighbours on the keyboard",
    "sequence": "its characters follow one another, as in abcd or 1234",
    "date": "it is little more than a date",
    "regex": "it is little more than a year",
}


def find_password_problems(
    password: str, *, email: str, name: str, second_factor: bool = False, words: Sequence[str] = ()
) -> list[Problem]:
    """Everything that is wrong with a new password. Any characters are welcome; none are required.

    With a confirmed `second_factor` 8 characters suffice. `words` are more that others know, as the names of the
    person's sites. Takes some hundredths of a second; `Passwords.find_problems` does it in a thread.
    """
    password = unicodedata.normalize("NFC", password)
    try:
        size = len(password.encode())
    except UnicodeEncodeError:
        return [_problem("unreadable", "The password has a broken character. Type it again.")]
    least = MIN_WITH_SECOND_FACTOR if second_factor else MIN_CHARACTERS
    if len(password) < least:
        sentence = f"Use at least {least} characters; this has {len(password)}. A few words in a row are fine."
        return [_problem("too_short", sentence)]
    if size > MAX_BYTES:
        return [_problem("too_long", f"Use at most {MAX_BYTES} bytes; this has {size}.")]
    reason = _find_weakness(password, _known_words(email, name, words), least)
    if not reason:
        return []
    advice = "Use a few words that do not belong together, or let a password manager choose."
    return [_problem("too_easy", f"This is easy to guess: {reason}. {advice}")]


def count_characters(password: str) -> int:
    """How long a password is: code points, in Unicode's form NFC."""
    return len(unicodedata.normalize("NFC", password))


def _find_weakness(password: str, known: list[str], least: int) -> str:
    """Why the password is easily guessed, empty when it is not."""
    rest = password.casefold()
    for word in sorted(known, key=len, reverse=True):
        if len(word) > 3:
            rest = rest.replace(word, "")
    if len(rest) < len(password.casefold()) and (len(rest) < least // 2 or _estimate(rest, ())[0] < least // 2):
        return _REASONS["user_inputs"]
    enough = _ENOUGH if least >= MIN_CHARACTERS else _ENOUGH_WHEN_SHORT
    pieces = [password[:_ESTIMATED]]
    if len(password) > _ESTIMATED:
        pieces.append(password[-_ESTIMATED:])
    reason = ""
    for piece in pieces:
        guesses, reason = _estimate(piece, known)
        if guesses >= enough:
            return _REASONS["sequence"] if _is_a_run(password.casefold()) else ""
    return reason


def _estimate(text: str, known: Sequence[str]) -> tuple[float, str]:
    """The decimal logarithm of the guesses that the text withstands, and what makes it easy."""
    # Imported here, as its word lists take 15 MB and a quarter of a second.
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # it comes without types

    if not text:
        return 0.0, _COMMON
    with _ESTIMATING:
        found: dict[str, Any] = zxcvbn(text[:_ESTIMATED], user_inputs=list(known))
    longest = max(found["sequence"], key=lambda match: len(match["token"]))
    kind = longest.get("dictionary_name") if longest["pattern"] == "dictionary" else longest["pattern"]
    return float(found["guesses_log10"]), _REASONS.get(str(kind), _COMMON)


def _known_words(email: str, name: str, words: Sequence[str]) -> list[str]:
    """What others know of the person and the installation, in small letters, whole and in parts."""
    whole = [email, name, *words[:MAX_WORDS], *PRODUCT]
    parts = [part for text in whole for part in re.split(r"[\W_]+", text)]
    folded = (unicodedata.normalize("NFC", text).casefold().strip() for text in (*whole, *email.split("@"), *parts))
    return list(dict.fromkeys(text for text in folded if len(text) > 2))


def _is_a_run(text: str) -> bool:
    """Whether the text is characters in a row, also of alphabets that the word lists do not know."""
    steps = [ord(next) - ord(one) for one, next in pairwise(text)]
    return max(sum(step in (0, 1) for step in steps), sum(step in (0, -1) for step in steps)) > len(text) * 0.75


def _problem(code: str, message: str) -> Problem:
    return Problem(field="password", code=code, message=message)
