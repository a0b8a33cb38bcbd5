"""Contents that break careless programs."""

from __future__ import annotations

from phonebook_vendor_sdk.conformance.check import check, expect
from phonebook_vendor_sdk.conformance.stage import Stage, person

SECTION = "What phones must get"


async def _survive(stage: Stage, *names: str, **about: str) -> str:
    phonebook = await stage.enabled([person("Annabel"), *(person(name) for name in names)], **about)
    found = await phonebook.until_shows("Annabel")
    for name in names:
        for word in name.split():
            expect(word in found, f"Of the name {name!r} the part {word!r} is lost.")
    return found


@check("hostile.markup", "Names with &, <, > and quotes make a well-formed file and are not lost", section=SECTION)
async def markup(stage: Stage) -> None:
    await _survive(stage, "Smith&Wesson", "<b>Bold</b>", "5>4", "O'Neill", 'The"Quoted"Man', "&amp;", "]]>end")


@check("hostile.unicode", "Accents, emoji, Chinese and right-to-left names are not lost", section=SECTION)
async def unicode(stage: Stage) -> None:
    await _survive(stage, "Zoë", "李小龍", "Ἀριστοτέλης", "دانيال", "שלום", "👩‍👩‍👧", "e\u0301galite\u0301", "𝔘𝔫𝔦")


@check("hostile.control", "Control characters are left out and the rest of the name stays", section=SECTION)
async def control(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel"), person("Ber\x00th\x01old"), person("Cor\x1bnelia\ufffe\uffff")])
    found = await phonebook.until_shows("Annabel")
    plain = "".join(c for c in found if c.isprintable())
    expect("Bertho" in plain.replace("\ufffd", "") or "old" in plain, "A name with control characters is lost.")


@check("hostile.lines", "Line breaks and tabs in a name make no new lines of a record", section=SECTION)
async def lines(stage: Stage) -> None:
    await _survive(stage, "First\r\nSecond", "Tab\tbed", "New\nline")


@check("hostile.long", "A name of ten thousand characters does not break the file", section=SECTION)
async def long(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel"), person("L" * 10_000)])
    found = await phonebook.until_shows("Annabel")
    expect("LLLLLLLL" in found, "The contact with the long name is missing.")


@check("hostile.numbers", "A number may be any text", section=SECTION)
async def numbers(stage: Stage) -> None:
    contacts = [
        person("Annabel", '"><script>'),
        person("Berthold", "sip:ann@example.org;transport=tls"),
        person("C1", "**9"),
    ]
    phonebook = await stage.enabled(contacts)
    await phonebook.until_shows("Annabel", "Berthold", "sip:ann@example.org", "**9")


@check("hostile.book-name", "The name of the phonebook may have any signs", section=SECTION)
async def book_name(stage: Stage) -> None:
    await _survive(stage, name='A & B <"Co"> 李')


@check("hostile.path", "Strange paths get a plain 4xx", section=SECTION)
async def path(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    base = phonebook.url.rpartition("/")[0]
    for last in ("..%2f..%2fetc%2fpasswd", "%00", "%ff%fe", "a" * 3000, "%3Cscript%3E", ""):
        answer = await phonebook.get(url=f"{base}/{last}")
        expect(400 <= answer.status < 500, f"{last[:40]!r} was answered with {answer.status}.")
        expect(b"<script>" not in answer.body, "The answer repeats markup from the URL.")
