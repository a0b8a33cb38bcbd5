"""A check that never fails proves nothing: services that break one rule each, and the check that says so."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import anyio
import pytest
from msgspec.structs import replace

from phonebook_vendor_sdk import (
    Automatic,
    Book,
    Meta,
    PhoneRequest,
    PhoneSettings,
    Setting,
    VendorService,
    XmlWriter,
    escape_attribute,
    phone_file,
)
from phonebook_vendor_sdk.conformance.check import CHECKS, Outcome, Verdict
from phonebook_vendor_sdk.conformance.examination import examine
from phonebook_vendor_sdk.conformance.phone import Answer
from vendor_sdk.conformance.in_process import Frame, InProcess


class SmallSettings(PhoneSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    heading: Annotated[str, Setting(title="Heading", automatic=Automatic.PHONEBOOK_NAME), Meta(max_length=60)] = "Book"


class Small(VendorService[SmallSettings]):
    """A service without a fault."""

    slug = "small"
    label = "Small"

    @phone_file("list.xml", title="The list")
    @staticmethod
    def listing(book: Book, settings: SmallSettings, request: PhoneRequest) -> bytes:
        xml = XmlWriter("List", title=settings.heading)
        for contact in book.contacts:
            with xml.inside("Entry", name=book.shown_name(contact)):
                for number in contact.numbers:
                    xml.element("Number", book.dial(number))
        return xml.document()


def drawn(write: Callable[[Book, SmallSettings], str]) -> type[VendorService[Any]]:
    """A service whose file is written carelessly."""

    class Careless(VendorService[SmallSettings]):
        slug = "small"
        label = "Small"

        @phone_file("list.xml", title="The list")
        @staticmethod
        def listing(book: Book, settings: SmallSettings, request: PhoneRequest) -> bytes:
            return write(book, settings).encode("utf-8", "replace")

    return Careless


def entries(
    book: Book,
    *,
    name: Callable[[Any], str] | None = None,
    number: Callable[[Any], str] | None = None,
    escape: Callable[[str], str] = escape_attribute,
    title: str = "",
    backwards: bool = False,
) -> str:
    rows = [
        f'<E name="{escape((name or book.shown_name)(c))}" to="'
        f'{escape(" ".join((number or book.dial)(n) for n in c.numbers))}"/>'
        for c in (reversed(book.contacts) if backwards else book.contacts)
    ]
    return f'<L title="{title}">' + "".join(rows) + "</L>"


# what is sent or received in place of a frame


def sends(kind: str, change: Callable[[Frame], Any]) -> dict[str, Any]:
    return {"sends": lambda frame: change(frame) if frame[0] == kind else [frame]}


def receives(kind: str, change: Callable[[Frame], Any]) -> dict[str, Any]:
    return {"receives": lambda frame: change(frame) if frame[0] == kind else [frame]}


def with_body(**values: Any) -> Callable[[Frame], list[Frame]]:
    return lambda frame: [[frame[0], frame[1], {**frame[2], **values}]]


def when(test: Callable[[dict[str, Any]], Any], **values: Any) -> Callable[[Frame], list[Frame]]:
    return lambda frame: [[frame[0], frame[1], {**frame[2], **values} if test(frame[2]) else frame[2]]]


def dropped(frame: Frame) -> list[Frame]:
    return []


def counted(change: Callable[[Frame, int], list[Frame]]) -> Callable[[Frame], list[Frame]]:
    """A change that knows how many frames of the kind came before."""
    seen = [0]

    def changed(frame: Frame) -> list[Frame]:
        seen[0] += 1
        return change(frame, seen[0])

    return changed


def first_only() -> Callable[[Frame], list[Frame]]:
    return counted(lambda frame, number: [frame] if number == 1 else [])


def bumped(frame: Frame) -> list[Frame]:
    """A late command made to look new."""
    if frame[2]["generation"] > 3:
        return [frame]
    return [[frame[0], frame[1], {**frame[2], "generation": frame[2]["generation"] + 100}]]


def second_bumped() -> Callable[[Frame], list[Frame]]:
    """Of three configures the third, which came late, is made to look new."""
    return counted(lambda frame, number: [frame] if number < 3 else bumped(frame))


def dispatches_with(**values: Any) -> Callable[[Frame], list[Frame]]:
    return lambda frame: [
        [frame[0], frame[1], {"dispatches": [{**dispatch, **values} for dispatch in frame[2]["dispatches"]]}]
    ]


def renamed_dispatches(frame: Frame, number: int) -> list[Frame]:
    named = [{**dispatch, "id": f"{dispatch['id']}-{number}"} for dispatch in frame[2]["dispatches"]]
    return [[frame[0], frame[1], {"dispatches": named}]]


def two_names_for_one(form: dict[str, Any]) -> dict[str, Any]:
    return {"fields": [*form["fields"], form["fields"][0]]}


def as_ascii(text: str) -> str:
    return text.encode("ascii", "ignore").decode()


# what a phone gets in place of an answer


def answers(change: Callable[[Answer, str, Mapping[str, str]], Answer | None]) -> dict[str, Any]:
    return {"answers": lambda answer, method, sent: change(answer, method, sent) or answer}


def instead(status: int, by: int, **headers: str) -> dict[str, Any]:
    return answers(
        lambda a, m, s: replace(a, status=by, headers={**a.headers, **headers}) if a.status == status else None
    )


def without(name: str, status: int) -> dict[str, Any]:
    return answers(
        lambda a, m, s: (
            replace(a, headers={k: v for k, v in a.headers.items() if k != name}) if a.status == status else None
        )
    )


def one_behind() -> dict[str, Any]:
    """A service that answers with the file from before and fetches the new one after."""
    last: dict[str, Answer] = {}

    def behind(answer: Answer, method: str, sent: Mapping[str, str]) -> Answer:
        if answer.status != 200:
            return answer
        key = sent.get("authorization", "")
        got, last[key] = last.get(key, answer), answer
        return got

    return answers(behind)


def locks_out() -> dict[str, Any]:
    locked = [False]

    def lock(answer: Answer, method: str, sent: Mapping[str, str]) -> Answer | None:
        locked[0] = locked[0] or answer.status == 429
        return replace(answer, status=429, headers={"retry-after": "60"}) if locked[0] else None

    return answers(lock)


def forgets_after_refusal() -> dict[str, Any]:
    refused = [False]

    def look(frame: Frame) -> list[Frame]:
        refused[0] = refused[0] or frame[2].get("refused", 0) > 0
        return [frame]

    gone = answers(lambda a, m, s: replace(a, status=404) if refused[0] else None)
    return {**sends("report", look), **gone}


def every_ninth_fails() -> dict[str, Any]:
    numbers = itertools.count(1)
    return answers(lambda a, m, s: replace(a, status=503) if next(numbers) % 9 == 0 else None)


ALONG = ("contacts.added", "commands.refused-change", "login.wrong", "phones.off", "audit.counts")
"""Checks that make traffic, for those that only watch."""
EXTRA = ["report", 900_000, {"phonebook": "b-other", "state": "setup", "serial": 10**6, "generation": 0}]
counter = [0]


def another_each_time(book: Book, settings: SmallSettings) -> str:
    counter[0] += 1
    return entries(book, title=str(counter[0]))


FAULTS: dict[str, dict[str, Any]] = {
    "handshake.hello": sends("hello", with_body(label="")),
    "handshake.form": sends("hello", lambda f: with_body(form=two_names_for_one(f[2]["form"]))(f)),
    "handshake.instance": sends("hello", counted(lambda f, n: with_body(instance=f"i{n}")(f))),
    "restart.instance": sends("hello", counted(lambda f, n: with_body(instance=f"i{n}")(f))),
    "handshake.patience": sends("hello", lambda f: [f, ["store_dispatches", 900_000, {"dispatches": []}]]),
    "handshake.hello-first": sends("hello", lambda f: [EXTRA, f]),
    "frames.unknown-kind": sends("unsupported", lambda f: [["failure", f[1], {"code": "x", "message": "y"}]]),
    "frames.long-kind": sends("unsupported", with_body(requested="k" * 5000)),
    "frames.malformed-body": sends("failure", with_body(code="bad")),
    "frames.missing-field": sends("failure", with_body(code="bad")),
    "frames.wrong-direction": sends("failure", with_body(code="bad")),
    "frames.unknown-fields": {"receives": lambda f: [b"\xc1"] if "urgency" in (f[2] or {}) else [f]},
    "frames.largest": receives("ping", lambda f: [b"\xc1"] if "filling" in f[2] else [f]),
    "frames.burst": sends("pong", counted(lambda f, n: [f] if n < 40 else [])),
    "frames.late-reply": {"receives": lambda f: [b"\xc1"] if f[1] < -1_000_000_000 else [f]},
    "frames.text": {"swallows": True},
    "frames.garbage": {"swallows": True},
    "frames.not-an-array": {"swallows": True},
    "frames.id-zero": {"receives": lambda f: [f] if f[1] else []},
    "frames.reply-as-request": receives("noted", lambda f: [f] if f[1] < 0 else []),
    "frames.wrong-reply": receives("noted", dropped),
    "frames.binary": sends("report", lambda f: ["report", f]),
    "frames.readable": sends("report", lambda f: [b"\xc1", f]),
    "frames.size": sends("report", lambda f: [f, ["ping", 900_000, {"filling": b"x" * 1_048_576}]]),
    "frames.known": sends("report", lambda f: [f, ["make_coffee", 900_000, {}]]),
    "frames.ids": sends("report", lambda f: [f, ["get_changes", 7, {"phonebook": "held", "api_key": "k"}]] * 2),
    "frames.one-reply": sends("report", lambda f: [f, f] if f[1] < 0 else [f]),
    "frames.reply-kinds": sends("noted", lambda f: [["pong", f[1], {}]]),
    "reports.serials": sends("report", with_body(serial=1)),
    "reports.legal": sends("report", lambda f: when(lambda b: b["state"] == "disabled", state="unavailable")(f)),
    "commands.turn-on": sends("report", lambda f: when(lambda b: b["state"] == "setup", configured=1)(f)),
    "commands.configure": sends("report", lambda f: when(lambda b: b.get("access"), access=None)(f)),
    "commands.refused-in-setup": sends("report", with_body(problems=[])),
    "commands.problem-field": sends("report", when(lambda b: b.get("problems"), problems=[{"message": "No."}])),
    "commands.refused-change": sends("report", when(lambda b: b.get("refused"), configured=0)),
    "commands.served-through-refusal": forgets_after_refusal(),
    "commands.accepted-after-refusal": sends("report", when(lambda b: b["generation"] >= 3, refused=3)),
    "commands.configure-again": sends("report", when(lambda b: b.get("configured", 0) > 2, configured=2)),
    "commands.turn-off": sends("report", when(lambda b: b["state"] == "disabled", state="setup")),
    "commands.turn-off-in-setup": sends("report", when(lambda b: b["state"] == "disabled", state="setup")),
    "commands.on-again": receives("turn_on", lambda f: [f] if f[2]["generation"] == 1 else []),
    "commands.repeated-turn-on": receives("turn_on", first_only()),
    "commands.repeated-configure": receives("configure", first_only()),
    "commands.repeated-while-checking": receives("configure", first_only()),
    "commands.old-turn-off": receives("turn_off", bumped),
    "commands.old-configure": receives("configure", second_bumped()),
    "commands.gap": {"receives": lambda f: [] if f[0] == "turn_on" and f[2]["generation"] > 9 else [f]},
    "commands.illegal-turn-on": sends("failure", with_body(code="bad")),
    "commands.illegal-configure": sends("failure", with_body(code="bad")),
    "commands.illegal-turn-off": sends("failure", with_body(code="bad")),
    "commands.unknown-phonebook": receives("book_changed", dropped),
    "commands.token-told": sends("report", with_body(token="")),
    "contacts.fetched": sends("get_changes", with_body(since="x")),
    "contacts.new-key": sends("get_changes", counted(lambda f, n: with_body(api_key="pbk_old")(f) if n > 1 else [f])),
    "contacts.added": receives("changes", when(lambda b: not b.get("snapshot"), upserts=[])),
    "contacts.changed": receives("changes", when(lambda b: not b.get("snapshot"), upserts=[])),
    "contacts.removed": receives("changes", with_body(removals=[])),
    "contacts.stale-before-noted": one_behind(),
    "contacts.pages": receives("changes", with_body(more=False)),
    "contacts.no-half-change": receives("changes", with_body(more=False)),
    "contacts.snapshot": receives("changes", with_body(snapshot=False)),
    "contacts.snapshot-midway": receives("changes", with_body(snapshot=False)),
    "contacts.token-opaque": sends("get_changes", lambda f: with_body(since=as_ascii(f[2].get("since", "")))(f)),
    "contacts.removed-in-series": receives("changes", with_body(removals=[])),
    "contacts.deltas-equal-snapshot": {"service": drawn(another_each_time)},
    "contacts.order": {"service": drawn(lambda b, s: entries(b, backwards=True))},
    "contacts.shown-name": {"service": drawn(lambda b, s: entries(b, name=lambda c: str(c.display_name)))},
    "contacts.empty": {"service": drawn(lambda b, s: entries(b) if b.contacts else "")},
    "numbers.as-typed": {"service": drawn(lambda b, s: entries(b, number=lambda n: n.e164 or n.value))},
    "numbers.e164": {"service": drawn(lambda b, s: entries(b, number=lambda n: str(n.value)))},
    "numbers.international": {"service": drawn(lambda b, s: entries(b, number=lambda n: str(n.value)))},
    "numbers.outside": {"service": drawn(lambda b, s: entries(b, number=lambda n: str(n.value)))},
    "numbers.changed": {"service": drawn(lambda b, s: entries(b, number=lambda n: str(n.value)))},
    "hostile.markup": {"service": drawn(lambda b, s: entries(b, escape=str))},
    "hostile.unicode": {"service": drawn(lambda b, s: as_ascii(entries(b)))},
    "hostile.control": {"service": drawn(lambda b, s: entries(b, escape=str))},
    "hostile.long": {"service": drawn(lambda b, s: entries(b, name=lambda c: c.display_name[:7]))},
    "hostile.numbers": {
        "service": drawn(lambda b, s: entries(b, number=lambda n: "".join(filter(str.isdigit, n.value))))
    },
    "hostile.book-name": {"service": drawn(lambda b, s: entries(b, title=s.heading))},
    "hostile.path": instead(404, 200),
    "phones.before-first": instead(404, 401),
    "phones.setup": without("retry-after", 503),
    "phones.off": instead(404, 503, **{"retry-after": "9"}),
    "phones.unknown-file": instead(404, 200),
    "phones.labelled": without("content-type", 200),
    "phones.head": answers(lambda a, m, s: replace(a, body=b"x") if m == "HEAD" else None),
    "phones.post": answers(lambda a, m, s: replace(a, status=405) if m == "POST" else None),
    "phones.other-methods": instead(405, 200),
    "phones.many": every_ninth_fails(),
    "phones.not-modified": instead(304, 200),
    "phones.modified": answers(lambda a, m, s: replace(a, status=304) if "if-none-match" in s else None),
    "phones.login-before-304": answers(lambda a, m, s: replace(a, status=304) if "if-none-match" in s else None),
    "phones.gzip": answers(
        lambda a, m, s: replace(a, body=a.body[:-9]) if "gzip" in s.get("accept-encoding", "") else None
    ),
    "phones.no-gzip-unasked": answers(
        lambda a, m, s: replace(a, headers={**a.headers, "content-encoding": "gzip"}, body=gzip.compress(a.body))
    ),
    "phones.no-redirects": instead(404, 302),
    "phones.no-cookies": instead(200, 200, **{"set-cookie": "a=b"}),
    "phones.no-errors": instead(401, 500),
    "phones.retry-after": instead(404, 503),
    "login.bare": without("www-authenticate", 401),
    "login.wrong": instead(401, 200),
    "login.other-book": instead(401, 200),
    "login.unreadable": instead(401, 500),
    "login.throttled": without("retry-after", 429),
    "login.not-locked-out": locks_out(),
    "login.changed": receives("configure", first_only()),
    "login.former": receives("configure", with_body(former_password="")),
    "login.former-over": receives("configure", with_body(former_until=2**52)),
    "audit.fetched": sends("store_dispatches", dispatches_with(auth="")),
    "audit.wrong": sends("store_dispatches", dispatches_with(auth="ok")),
    "audit.counts": sends("store_dispatches", dispatches_with(count=2)),
    "audit.acknowledged": sends("store_dispatches", lambda f: [f, [f[0], f[1] + 900_000, f[2]]]),
    "audit.again": sends("store_dispatches", counted(renamed_dispatches)),
    "audit.ids": sends("store_dispatches", dispatches_with(id="same")),
    "restart.records": sends("store_dispatches", counted(renamed_dispatches)),
    "restart.alone": answers(
        lambda a, m, s: replace(a, status=404) if "Conformance" in s.get("user-agent", "") else None
    ),
    "stop.sigterm": {"exit_code": 1},
    "heartbeat.pong": sends("pong", lambda f: [["failure", f[1], {"code": "x", "message": "y"}]]),
}


PATIENCE = 2.0
"""Seconds that the kit waits here: enough for what happens in this process, and short for what never comes."""
AT_ONCE = 12


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    """What each check says of the service that breaks its rule; all are examined side by side."""
    found: dict[str, Outcome] = {}

    async def examine_one(id: str, fault: dict[str, Any], limit: anyio.CapacityLimiter) -> None:
        async with limit:
            parts = {"service": Small, **fault}
            only = [*ALONG, id] if CHECKS[id].lane == "watched" else [id]
            examination = await examine(InProcess(**parts), only=dict.fromkeys(only), patience=PATIENCE)
            found[id] = examination.outcomes[-1]

    async def examine_all() -> None:
        limit = anyio.CapacityLimiter(AT_ONCE)
        async with anyio.create_task_group() as tasks:
            for id, fault in FAULTS.items():
                tasks.start_soon(examine_one, id, fault, limit)

    anyio.run(examine_all)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("id", FAULTS)
def test_a_service_that_breaks_a_rule_is_caught_by_its_check(id: str, outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[id]
    assert outcome.verdict is Verdict.FAILED, outcome.why or "it passed"
    assert not outcome.why.startswith("It could not be tried")


def test_the_same_checks_pass_for_the_service_without_faults() -> None:
    async def run() -> list[str]:
        quick = [id for id in FAULTS if CHECKS[id].lane in ("main", "watched")]
        examination = await examine(InProcess(Small), only=quick)
        return [f"{outcome.check.id}: {outcome.why}" for outcome in examination.of(Verdict.FAILED)]

    assert anyio.run(run) == []


def test_at_least_a_third_of_the_checks_are_seen_to_fail() -> None:
    assert len(FAULTS) * 3 >= len(CHECKS) >= 60
