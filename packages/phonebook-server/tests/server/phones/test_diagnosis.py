"""Why a phone does not load its phonebook, from what is known of it."""

from __future__ import annotations

from typing import Any

import pytest

from phonebook_core.vendor_link.lifecycle import State
from phonebook_core.vendor_link.messages import Dispatch, Phone
from phonebook_server.phones.diagnosis import Held, diagnose
from phonebook_server.phones.finding import Finding, ServiceAround, Severity
from phonebook_server.phones.known import DAY_MS, KnownPhone, after
from phonebook_server.phones.phonebook_diagnosis import diagnose_phonebook

NOW = 1_800_000_000_000
HOUR = 3_600_000
YEALINK = ServiceAround(label="Yealink", on=True, state=State.ENABLED, seen_at=NOW - DAY_MS, files=("directory.xml",))
CURRENT = Held(current=True)


def phone(*requests: tuple[int, int, str], file: str = "directory.xml", **described: str) -> KnownPhone:
    """A phone that sent these requests: (hours ago, status, auth)."""
    known = None
    for ago, status, auth in requests:
        dispatch = Dispatch(
            id="", phonebook="b", time=NOW - ago * HOUR, status=status, auth=auth, file=file, token="t",
            phone=Phone(address="10.0.0.1", **described),
        )  # fmt: skip
        known = after(known, "p", "yealink", dispatch, NOW)
    assert known is not None
    return known


def codes(found: list[Finding]) -> list[str]:
    assert all(each.message.endswith(".") for each in found)
    return [each.code for each in found]


@pytest.mark.parametrize(
    ("requests", "described", "expected"),
    [
        ([(1, 200, "ok")], {}, ["ok"]),
        ([(1, 304, "ok")], {}, ["ok"]),
        ([(1, 401, "none")], {}, ["no_credentials", "never_fetched"]),
        ([(1, 401, "none")], {"login_since": "V84"}, ["cannot_send_credentials", "never_fetched"]),
        ([(1, 401, "wrong")], {}, ["wrong_password", "never_fetched"]),
        ([(1, 401, "")], {}, ["wrong_password", "never_fetched"]),  # an older service
        ([(2, 200, "ok"), (1, 401, "wrong")], {}, ["wrong_password"]),
        ([(2, 401, "wrong"), (1, 200, "ok")], {}, ["ok"]),
        ([(1, 401, "former")], {}, ["former_password", "never_fetched"]),
        ([(1, 200, "former")], {}, ["former_password"]),
        ([(1, 429, "throttled")], {}, ["throttled", "never_fetched"]),
        ([(1, 429, "")], {}, ["throttled", "never_fetched"]),
        ([(1, 503, "")], {}, ["service_unavailable", "never_fetched"]),
        ([(1, 404, "")], {}, ["service_was_off", "never_fetched"]),
        ([(1, 500, "ok")], {}, ["failed", "never_fetched"]),
    ],
)  # fmt: skip
def test_the_last_request_says_what_is_wrong(
    requests: list[tuple[int, int, str]], described: dict[str, str], expected: list[str]
) -> None:
    known = phone(*requests, **described)
    held = CURRENT if known.ok_at else None
    assert codes(diagnose(known, held, YEALINK, NOW)) == expected


def test_a_wrong_file_is_named_beside_those_there_are() -> None:
    [found, _] = diagnose(phone((1, 404, "ok"), file="phonebook.xml"), None, YEALINK, NOW)
    assert (found.code, found.severity) == ("not_found_path", Severity.ERROR)
    assert found.values == {"file": "phonebook.xml", "files": ["directory.xml"]}
    assert "phonebook.xml" in found.message
    assert "directory.xml" in found.message


def test_a_phone_with_one_right_and_one_wrong_file_is_told_of_the_wrong_one_whichever_came_last() -> None:
    good = Dispatch(id="", phonebook="b", time=NOW, status=200, auth="ok", file="directory.xml", phone=Phone())
    bad = Dispatch(id="", phonebook="b", time=NOW - 5_000, status=404, auth="ok", file="other.xml", phone=Phone())
    known = after(after(None, "p", "yealink", bad, NOW), "p", "yealink", good, NOW)
    assert codes(diagnose(known, CURRENT, YEALINK, NOW)) == ["not_found_path"]


def test_the_former_password_is_told_with_the_time_of_the_change_and_as_worse_once_it_is_void() -> None:
    known = phone((1, 200, "former"))
    overlapping = ServiceAround(
        label="Yealink", on=True, state=State.ENABLED, seen_at=0, rotated_at=NOW - HOUR, former_until=NOW + HOUR
    )
    [found] = diagnose(known, CURRENT, overlapping, NOW)
    assert (found.code, found.severity) == ("former_password", Severity.WARNING)
    assert found.values == {"rotated_at": "2027-01-15T07:00:00.000Z", "until": "2027-01-15T09:00:00.000Z"}
    [found] = diagnose(known, CURRENT, overlapping, NOW + 2 * HOUR)
    assert found.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        (None, ["service_off"]),
        (ServiceAround(label="Yealink", on=False, state=State.DISABLED, seen_at=0), ["service_off"]),
        (ServiceAround(label="Yealink", on=True, state=State.UNAVAILABLE, seen_at=0), ["service_unavailable"]),
        (ServiceAround(label="Yealink", on=True, state=State.SETUP, seen_at=0), ["service_unavailable"]),
    ],
)
def test_a_service_that_does_not_serve_is_the_reason(service: ServiceAround | None, expected: list[str]) -> None:
    assert codes(diagnose(phone((1, 200, "ok")), CURRENT, service, NOW)) == expected


def test_a_phone_is_silent_after_several_times_its_usual_interval() -> None:
    asked = [(ago, 200, "ok") for ago in (48, 42, 36, 30, 25)]
    [found] = diagnose(phone(*asked), CURRENT, YEALINK, NOW)
    assert found.code == "stale"
    assert found.values["every_seconds"] == pytest.approx(6 * 3600, rel=0.1)
    assert codes(diagnose(phone(*asked[:-1], (20, 200, "ok")), CURRENT, YEALINK, NOW)) == ["ok"]
    assert codes(diagnose(phone((6 * 24, 200, "ok")), CURRENT, YEALINK, NOW)) == ["ok"]
    assert codes(diagnose(phone((8 * 24, 200, "ok")), CURRENT, YEALINK, NOW)) == ["stale"]


def test_an_older_book_is_only_a_worry_when_it_stays() -> None:
    known = phone((7, 200, "ok"), (1, 200, "ok"))
    [soon] = diagnose(known, Held(current=False, stale_since=NOW - 60_000), YEALINK, NOW)
    assert (soon.code, soon.severity) == ("old_book", Severity.INFO)
    [late] = diagnose(known, Held(current=False, stale_since=NOW - 3 * DAY_MS), YEALINK, NOW)
    assert late.severity is Severity.WARNING
    [unknown] = diagnose(known, Held(current=False), YEALINK, NOW)
    assert (unknown.severity, unknown.values) == (Severity.INFO, {"stale_since": None})


# the phonebook


def whole(services: list[ServiceAround], **more: Any) -> list[str]:
    about: dict[str, Any] = {
        "urls": ["https://pb.example/x"], "loopback": [], "has_phones": True, "has_success": True, "is_empty": False,
    }  # fmt: skip
    return codes(diagnose_phonebook(services, **(about | more)))


def test_a_phonebook_that_phones_get_is_fine() -> None:
    assert whole([YEALINK]) == ["ok"]
    assert whole([YEALINK], urls=["http://10.0.0.1/x"]) == ["url_plain", "ok"]


def test_a_phonebook_that_no_phone_ever_asked_for_says_why_that_may_be() -> None:
    off = ServiceAround(label="Yealink", on=False, state=State.DISABLED, seen_at=0)
    away = ServiceAround(label="Yealink", on=True, state=State.UNAVAILABLE, seen_at=0)
    setup = ServiceAround(label="Yealink", on=True, state=State.SETUP, seen_at=0)
    never: dict[str, Any] = {"has_phones": False, "has_success": False}
    assert whole([off], **never) == ["no_service"]
    assert whole([away], **never) == ["service_unavailable"]
    assert whole([setup], **never) == ["service_setup"]
    assert whole([YEALINK], **never) == ["never_fetched"]
    url = "http://127.0.0.1:8000/x"
    assert whole([YEALINK], urls=[url], loopback=[url], **never) == ["url_loopback", "never_fetched"]
    assert whole([YEALINK], is_empty=True) == ["empty_book"]
