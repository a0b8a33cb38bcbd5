"""What phones get over HTTP, by state and by request."""

from __future__ import annotations

import anyio

from phonebook_vendor_sdk.conformance.check import NotApplicable, check, expect
from phonebook_vendor_sdk.conformance.phone import Answer
from phonebook_vendor_sdk.conformance.stage import Phonebook, Stage, person
from phonebook_vendor_sdk.conformance.texts import texts_in

SECTION = "What phones must get"


async def _url_of(phonebook: Phonebook) -> str:
    """Where phones would fetch this phonebook, from the URL of another."""
    other = await phonebook.stage.enabled()
    phonebook.access = other.access
    return other.url.replace(other.id, phonebook.id)


@check(
    "phones.before-first",
    "A phonebook that was never enabled is refused, and 404 once the server said all",
    section=SECTION,
)
async def before_first(stage: Stage) -> None:
    phonebook = await stage.book([person("Annabel")])
    url = await _url_of(phonebook)
    answer = await phonebook.get(url=url)
    with anyio.move_on_after(20):
        while answer.status == 503:
            await anyio.sleep(0.2)
            answer = await phonebook.get(url=url)
    expect(answer.status == 404, f"A phone got {answer.status}; it must be 503 for some seconds, then 404.")


@check("phones.setup", "In setup, with no book from before, phones get 503 with Retry-After", section=SECTION)
async def setup(stage: Stage) -> None:
    phonebook = await stage.book([person("Annabel")])
    url = await _url_of(phonebook)
    await phonebook.turn_on()
    answer = await phonebook.get(url=url)
    expect(answer.status == 503, f"A phone got {answer.status} instead of 503.")
    expect(answer.headers.get("retry-after", "").isdigit(), "The 503 has no Retry-After in seconds.")


@check("phones.off", "After turn_off phones get 404 at once, whatever their password", section=SECTION)
async def off(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    await phonebook.turn_off()
    answer = await phonebook.get()
    expect(answer.status == 404, f"A phone got {answer.status} instead of 404.")
    expect(b"Annabel" not in answer.body, "Contacts were in the answer.")


@check("phones.files", "Every file of the access can be fetched with its login", section="Access")
async def files(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    assert phonebook.access is not None
    for file in phonebook.access.files:
        answer = await phonebook.get(url=file.url)
        expect(answer.status == 200, f"{file.name} was answered with {answer.status}.")
        texts_in(answer)
    names = [file.url for file in phonebook.access.files]
    expect(not names or phonebook.url in names, "The URL that most phones fetch is none of the files.")


@check("phones.unknown-file", "A file that does not exist is 404", section=SECTION)
async def unknown_file(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    answer = await phonebook.get(url=f"{phonebook.url.rpartition('/')[0]}/no-such-file.xml")
    expect(answer.status == 404, f"It was answered with {answer.status}.")


@check("phones.labelled", "An answer says what it is and how long it is", section=SECTION)
async def labelled(stage: Stage) -> None:
    answer = await (await stage.enabled([person("Annabel")])).get()
    expect("/" in answer.headers.get("content-type", ""), "The answer has no Content-Type.")
    length = answer.headers.get("content-length", "")
    expect(length == str(len(answer.body)), f"Content-Length is “{length}”, the body has {len(answer.body)} bytes.")


@check("phones.head", "HEAD is answered like GET, without the body", section=SECTION)
async def head(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    got, asked = await phonebook.get(), await phonebook.get(method="HEAD")
    expect(asked.status == 200, f"HEAD was answered with {asked.status}.")
    expect(not asked.body, "HEAD was answered with a body.")
    same = asked.headers.get("content-length") in (None, str(len(got.body)))
    expect(same, "The Content-Length of HEAD is not that of GET.")


@check("phones.post", "POST is answered like GET: some phones fetch so", section=SECTION)
async def post(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    answer = await phonebook.get(method="POST")
    expect(answer.status == 200, f"POST was answered with {answer.status}.")
    expect(answer.body == (await phonebook.get()).body, "POST got another body than GET.")


@check("phones.other-methods", "Other methods change nothing and get 4xx", section=SECTION, harms=False)
async def other_methods(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    for method in ("DELETE", "PUT", "PATCH"):
        answer = await phonebook.get(method=method)
        expect(400 <= answer.status < 500 or answer.status == 501, f"{method} was answered with {answer.status}.")
    expect("Annabel" in await phonebook.texts(), "Phones lost the phonebook.")


@check("phones.query", "A query that the file does not know changes nothing", section=SECTION)
async def query(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    answer = await phonebook.get(url=f"{phonebook.url}?mac=001122334455&x=%ff&&=")
    expect(answer.status == 200, f"It was answered with {answer.status}.")
    expect("Annabel" in texts_in(answer), "The contacts are missing.")


@check("phones.many", "Fifty phones at once are all served", section=SECTION)
async def many(stage: Stage) -> None:
    phonebook = await stage.enabled([person("Annabel")])
    answers: list[Answer] = []

    async def fetch() -> None:
        answers.append(await phonebook.get())

    async with anyio.create_task_group() as tasks:
        for _ in range(50):
            tasks.start_soon(fetch)
    bad = {answer.status for answer in answers if answer.status != 200}
    expect(not bad, f"Some of fifty phones at once got {', '.join(map(str, bad))}.")


async def _tagged(stage: Stage) -> tuple[Phonebook, str]:
    phonebook = await stage.enabled([person("Annabel")])
    await phonebook.until_shows("Annabel")
    tag = (await phonebook.get()).headers.get("etag", "")
    if not tag:
        raise NotApplicable(
            "It sends no ETag, so every fetch is a whole one. Phones with a slow line would be glad of it."
        )
    return phonebook, tag


@check("phones.not-modified", "A phone that has the newest file gets 304 without a body", section=SECTION)
async def not_modified(stage: Stage) -> None:
    phonebook, tag = await _tagged(stage)
    answer = await phonebook.get(If_None_Match=tag)
    expect(answer.status == 304, f"If-None-Match with the newest tag was answered with {answer.status}.")
    expect(not answer.body, "The 304 has a body.")
    other = await phonebook.get(If_None_Match='"another"')
    expect(other.status == 200, f"If-None-Match with another tag was answered with {other.status}.")


@check("phones.modified", "After a change the old tag gets the new file", section=SECTION)
async def modified(stage: Stage) -> None:
    phonebook, tag = await _tagged(stage)
    await phonebook.put(person("Berthold"))
    await phonebook.until_shows("Berthold")
    answer = await phonebook.get(If_None_Match=tag)
    expect(answer.status == 200, f"The tag from before the change was answered with {answer.status}.")
    expect(answer.headers.get("etag") != tag, "The file changed and its tag did not.")


@check("phones.login-before-304", "A tag without the login gets 401, never 304", section=SECTION)
async def login_before_304(stage: Stage) -> None:
    phonebook, tag = await _tagged(stage)
    for value in (tag, "*"):
        answer = await phonebook.get(login=None, If_None_Match=value)
        expect(answer.status == 401, f"If-None-Match without a login was answered with {answer.status}.")
        answer = await phonebook.get(login=("somebody", "wrong"), If_None_Match=value)
        expect(answer.status in (401, 429), f"If-None-Match with a wrong password was answered with {answer.status}.")


@check("phones.gzip", "Who asks for gzip gets the same file in gzip", section=SECTION)
async def gzip(stage: Stage) -> None:
    phonebook = await stage.enabled([person(f"Name{number:04}") for number in range(500)])
    plain = await phonebook.get()
    zipped = await phonebook.get(Accept_Encoding="gzip")
    if "content-encoding" not in zipped.headers:
        raise NotApplicable("It does not compress. A large book would be some ten times smaller.")
    expect(zipped.headers["content-encoding"] == "gzip", f"It sent {zipped.headers['content-encoding']} unasked.")
    expect(zipped.unzipped == plain.body, "The unzipped file is another than the plain one.")
    vary = zipped.headers.get("vary", "").lower()
    expect("accept-encoding" in vary or "no-store" in zipped.headers.get("cache-control", ""), "There is no Vary.")


@check("phones.no-gzip-unasked", "Who does not ask for gzip does not get it", section=SECTION)
async def no_gzip_unasked(stage: Stage) -> None:
    phonebook = await stage.enabled([person(f"Name{number:04}") for number in range(500)])
    for accepted in ("", "identity", "gzip;q=0"):
        answer = await (phonebook.get(Accept_Encoding=accepted) if accepted else phonebook.get())
        encoding = answer.headers.get("content-encoding", "identity")
        expect(encoding == "identity", f"With the Accept-Encoding “{accepted}” the file came in {encoding}.")
