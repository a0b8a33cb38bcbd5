"""What mails say."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from phonebook_server.mail.kind import LIVES_MS, SWITCHABLE, VALUES, Kind
from phonebook_server.mail.texts import LANGUAGES, Content, flatten, render, render_subject

URL = "https://phonebook.example.org"
LINK = f"{URL}/register#abc-DEF_1"
HOSTILE = (
    "<script>alert(1)</script>",
    "a\r\nBcc: evil@example.com\r\n\r\n<b>",
    "\u202egnp.exe\u202c",
    "\u2028x\u2029y\x00z\x1b[31m",
    "{name} {public_url} %s {0} {",
    '"><a href="https://evil.example">',
    "x" * 5000,
    "\ud800 lone",
)
EVERY = [(kind, language) for kind in Kind for language in LANGUAGES]


class Page(HTMLParser):
    """What a mail program would make of the HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def content(kind: Kind, language: str, *, name: str = "Anna", value: str | None = None) -> Content:
    values = {each: flatten(value if value is not None else f"the {each}") for each in VALUES[kind]}
    is_link = kind in LIVES_MS
    return Content(
        kind=kind,
        language=language,
        name=flatten(name),
        values=values,
        link=LINK if is_link else "",
        expires_at=1_800_000_000_000 if is_link else None,
    )


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_mail_says_the_same_in_both_its_bodies(kind: Kind, language: str) -> None:
    text = render(content(kind, language), URL)
    page = Page(text.html)
    assert not page.open
    assert ("html", {"lang": language}) in page.tags
    assert page.tags[-1][0] != "script"
    for value in VALUES[kind]:
        assert f"the {value}" in text.plain
        assert f"the {value}" in page.text
    for paragraph in text.plain.split("\n\n"):
        for line in paragraph.removeprefix("-- \n").split("\n"):
            assert line.removesuffix(":") in page.text, line
    assert "Anna" in text.plain.splitlines()[0]
    assert "Phonebook" in text.plain
    assert not re.search(r"[{}]", text.plain + text.subject + page.text)
    assert not re.search(r"\bNone\b|\b(?:the )?what\b.*\{", text.plain)


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_nothing_is_loaded_and_everything_fits_a_phone(kind: Kind, language: str) -> None:
    html = render(content(kind, language), URL).html
    for tag, attributes in Page(html).tags:
        assert tag not in ("img", "link", "script", "iframe", "style", "object", "form")
        assert "src" not in attributes
        assert attributes.get("href", URL).startswith(URL)  # type: ignore[union-attr]  # the default is none
    assert "url(" not in html
    assert "max-width:32rem" in html
    assert "width=device-width" in html
    assert "color-scheme" in html


@pytest.mark.parametrize(("kind", "language"), EVERY)
@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_inert(kind: Kind, language: str, value: str) -> None:
    hostile = content(kind, language, name=value, value=value)
    text = render(hostile, URL)
    usual = render(content(kind, language), URL)
    assert [tag for tag, _ in Page(text.html).tags] == [tag for tag, _ in Page(usual.html).tags]
    assert text.plain.count("\n") == usual.plain.count("\n")
    assert text.subject.isprintable()
    assert len(text.subject) <= 200
    assert text.subject == render_subject(hostile)
    for character in ("\r", "\x00", "\x1b", "\u202e", "\u2028", "\u2029", "\ud800"):
        assert character not in text.plain + text.html + text.subject
    assert len(text.plain) < 5000
    text.plain.encode()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", LIVES_MS)
def test_a_link_stands_on_a_line_of_its_own_and_its_end_is_said(kind: Kind, language: str) -> None:
    text = render(content(kind, language), URL)
    assert LINK in text.plain.splitlines()
    page = Page(text.html)
    assert [a.get("href") for tag, a in page.tags if tag == "a"][:2] == [LINK, LINK]
    assert LINK in page.text
    life = {"en": {12: "12 hours", 0: "30 minutes"}, "de": {12: "12 Stunden", 0: "30 Minuten"}}[language]
    assert life[LIVES_MS[kind] // 3_600_000] in text.plain
    assert "2027, 08:00" in text.plain


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
def test_only_notifications_say_how_to_switch_them_off(kind: Kind, language: str) -> None:
    text = render(content(kind, language), URL)
    phrase = {"en": "switch it off", "de": "ausschalten"}[language]
    assert (phrase in text.plain) is (kind in SWITCHABLE)


def test_a_language_that_is_not_there_is_english() -> None:
    assert render(content(Kind.TEST, "fr"), URL) == render(content(Kind.TEST, "en"), URL)
    assert render(content(Kind.TEST, "de"), URL) != render(content(Kind.TEST, "en"), URL)


def test_sentences_without_their_value_are_left_out() -> None:
    nameless = render(content(Kind.REGISTER, "en", name="", value=""), URL)
    assert nameless.plain.startswith("Hello,\n")
    assert "have access to" not in nameless.plain


def test_times_and_words_are_translated() -> None:
    changed = content(Kind.PASSWORD_CHANGED, "de")
    changed.values["when"] = "2027-03-05T09:08:07.000Z"
    assert "5. März 2027, 09:08 Uhr (UTC)" in render(changed, URL).plain
    factor = content(Kind.SECOND_FACTOR_CHANGED, "de")
    for what in ("on", "off", "codes", "removed_by_administrator"):
        factor.values["what"] = what
        assert f"\n{what}\n" not in render(factor, URL).plain
    role = content(Kind.SITE_ASSIGNED, "de")
    role.values["role"] = "manager"
    assert "Verwalten" in render(role, URL).plain
