"""What a language must have so that mails can be written in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct

from phonebook_server.mail.kind import Kind


class Wording(Struct, frozen=True, kw_only=True):
    """The words for one kind of mail; `{names}` stand for its values.

    `sentences` are paragraphs before the link, `after` behind it; one whose value is empty is left out. `button` is
    what the link is called. `unexpected` says what to do for somebody who did not expect the mail.
    """

    subject: str
    sentences: tuple[str, ...]
    button: str = ""
    after: tuple[str, ...] = ()
    unexpected: str


class Language(Struct, frozen=True, kw_only=True):
    """All words of one language. `words` are the translations of values that are words of ours, as roles."""

    code: str
    greeting: str
    greeting_nameless: str
    link_life: str
    switch_off: str
    sender: str
    lives: Mapping[Kind, str]
    notifications: Mapping[Kind, str]
    words: Mapping[str, Mapping[str, str]]
    wordings: Mapping[Kind, Wording]
    tell_time: Callable[[datetime], str]
