"""The texts of mails: from what a mail is about to its subject, its plain text and its HTML.

Both bodies are made from the same sentences, so neither says more than the other. What people typed is made one line
without control characters, and escaped; it can add no header, no markup and no line of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from html import escape
from typing import Final

import msgspec
from msgspec import Struct

from phonebook_server.keys import Keys
from phonebook_server.mail.kind import SWITCHABLE, Kind
from phonebook_server.mail.texts_de import GERMAN
from phonebook_server.mail.texts_en import ENGLISH
from phonebook_server.mail.wording import Language

LANGUAGES: Final[Mapping[str, Language]] = {"en": ENGLISH, "de": GERMAN}
MAX_VALUE: Final = 300
MAX_SUBJECT: Final = 200
_JOINERS: Final = "\u200c\u200d"
_NAMES: Final = re.compile(r"\{(\w+)\}")
_BUTTON: Final = (
    "display:inline-block;padding:0.75rem 1.25rem;border-radius:0.375rem;background:#1c5fb8;color:#ffffff;"
    "font-weight:bold;text-decoration:none"
)
_SMALL: Final = "margin:0 0 1rem;font-size:0.875rem"


class Content(Struct, frozen=True, kw_only=True):
    """What a mail's text is made from; kept encrypted. `expires_at` is when its link ends, in UTC milliseconds."""

    kind: Kind
    language: str
    name: str
    values: dict[str, str]
    link: str
    expires_at: int | None


class Text(Struct, frozen=True, kw_only=True):
    """A mail as it is read. The subject is one line."""

    subject: str
    plain: str
    html: str


def seal(keys: Keys, content: Content) -> bytes:
    """The content as it is stored."""
    return keys.encrypt(msgspec.json.encode(content))


def unseal(keys: Keys, sealed: bytes) -> Content:
    """The content that was stored. Raises cryptography's InvalidToken when it was sealed with another secret."""
    return msgspec.json.decode(keys.decrypt(sealed), type=Content)


def flatten(text: str) -> str:
    """The text as one line: control characters, line ends and marks that turn the writing direction are spaces."""
    flat = "".join(c if c in _JOINERS or unicodedata.category(c) not in _INVISIBLE else " " for c in text)
    tidy = " ".join(flat.split())
    return tidy if len(tidy) <= MAX_VALUE else tidy[: MAX_VALUE - 1] + "…"


_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def language_of(code: str) -> Language:
    """The language with this code, else English."""
    return LANGUAGES.get(code, ENGLISH)


def render_subject(content: Content) -> str:
    """The subject, in one line."""
    language = language_of(content.language)
    subject = flatten(_fill(language.wordings[content.kind].subject, _values(content, language, ""), str))
    return subject if len(subject) <= MAX_SUBJECT else subject[: MAX_SUBJECT - 1] + "…"


def render(content: Content, public_url: str) -> Text:
    """The whole mail. `public_url` is where the server is."""
    language = language_of(content.language)
    wording = language.wordings[content.kind]
    values = _values(content, language, public_url)
    greeting = language.greeting if content.name else language.greeting_nameless
    before = [greeting, *_present(wording.sentences, values)]
    after = _present(wording.after, values)
    if content.expires_at is not None:
        after.insert(0, language.link_life)
    small = [wording.unexpected] + ([language.switch_off] if content.kind in SWITCHABLE else [])
    link = content.link or (f"{public_url}/" if wording.button else "")
    subject = render_subject(content)
    plain = [_fill(sentence, values, str) for sentence in before]
    if link:
        plain += [f"{wording.button}:\n{link}"]
    plain += [_fill(sentence, values, str) for sentence in (*after, *small)]
    plain += ["-- \n" + _fill(language.sender, values, str)]
    return Text(
        subject=subject,
        plain="\n\n".join(plain) + "\n",
        html=_page(
            language,
            subject,
            before=[_markup(sentence, values) for sentence in before],
            link=(wording.button, link) if link else None,
            after=[_markup(sentence, values) for sentence in after],
            small=[_markup(sentence, values) for sentence in (*small, language.sender)],
        ),
    )


def _values(content: Content, language: Language, public_url: str) -> dict[str, str]:
    """Every value that a sentence may name, in the mail's language."""
    values = {
        name: language.words.get(name, {}).get(value, value) if name != "when" else _time(value, language)
        for name, value in content.values.items()
    }
    if content.expires_at is not None:
        end = datetime.fromtimestamp(content.expires_at / 1000, UTC)
        values |= {"until": language.tell_time(end), "life": language.lives[content.kind]}
    if content.kind in SWITCHABLE:
        values["notification"] = language.notifications[content.kind]
    return values | {"name": content.name, "public_url": public_url}


def _time(value: str, language: Language) -> str:
    try:
        return language.tell_time(datetime.fromisoformat(value).astimezone(UTC))
    except ValueError:
        return value


def _present(sentences: tuple[str, ...], values: Mapping[str, str]) -> list[str]:
    """The sentences all of whose values there are."""
    return [sentence for sentence in sentences if all(values[name] for name in _NAMES.findall(sentence))]


def _fill(sentence: str, values: Mapping[str, str], write: Callable[[str], str]) -> str:
    return _NAMES.sub(lambda found: write(values[found[1]]), sentence)


def _markup(sentence: str, values: Mapping[str, str]) -> str:
    """The sentence as HTML; each value stands by itself, whichever way it is written. URLs of ours can be followed."""

    def write(value: str) -> str:
        if value and value == values["public_url"]:
            return f'<a href="{escape(value)}/">{escape(value)}</a>'
        return f"<bdi>{escape(value)}</bdi>"

    return _fill(escape(sentence, quote=False), values, write)


def _page(
    language: Language,
    subject: str,
    *,
    before: list[str],
    link: tuple[str, str] | None,
    after: list[str],
    small: list[str],
) -> str:
    """One column that fits a phone; nothing is loaded from elsewhere, and dark mode chooses its own colours."""
    lines = [f'<p style="margin:0 0 1rem">{each}</p>' for each in before]
    if link is not None:
        label, url = escape(link[0]), escape(link[1])
        lines.append(f'<p style="margin:1.5rem 0"><a href="{url}" style="{_BUTTON}">{label}</a></p>')
        lines.append(f'<p style="{_SMALL};word-break:break-all"><a href="{url}">{url}</a></p>')
    lines += [f'<p style="margin:0 0 1rem">{each}</p>' for each in after]
    lines.append('<hr style="margin:1.5rem 0;border:0;border-top:1px solid #888888">')
    lines += [f'<p style="{_SMALL}">{each}</p>' for each in small]
    body = "\n".join(lines)
    return f"""<!DOCTYPE html>
<html lang="{language.code}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(subject)}</title>
</head>
<body lang="{language.code}" style="margin:0;padding:1rem">
<div style="max-width:32rem;margin:0 auto;font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;\
font-size:1rem;line-height:1.5;overflow-wrap:anywhere">
<p style="margin:0 0 1.5rem;font-size:1.25rem;font-weight:bold">Phonebook</p>
{body}
</div>
</body>
</html>
"""
