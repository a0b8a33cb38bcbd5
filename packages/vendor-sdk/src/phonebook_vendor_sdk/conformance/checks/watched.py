"""What was looked for all the time, in everything that came from the service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from phonebook_vendor_sdk.conformance.check import Failed, NotApplicable, check
from phonebook_vendor_sdk.conformance.stage import Stage

LANE = "watched"
"""Runs after all others."""


def _watched(rule: str, what: str = "frames") -> Callable[[Stage], Awaitable[None]]:
    async def run(stage: Stage) -> None:
        faults = stage.watch.faults.get(rule, [])
        if faults:
            raise Failed(" ".join(faults))
        if not getattr(stage.watch, what):
            raise NotApplicable("Nothing came in which it could be seen.")

    return run


FRAMES = "Frames"
PHONES = "What phones must get"
REPORTS = "Commands and reports"
WAITS = "Deadlines and heartbeats"
HARMLESS = {"under-way", "one-report", "cookies", "retry-after"}
RULES = {
    "frames": (
        ("frames.binary", "Every message is binary", FRAMES, "binary"),
        ("frames.readable", "Every frame and every body can be read", FRAMES, "readable"),
        ("frames.size", "No frame is over the limit", FRAMES, "size"),
        ("frames.known", "It sends requests of services only", "Messages", "known"),
        ("frames.ids", "The ids of its open requests are unique", FRAMES, "ids"),
        ("frames.one-reply", "Every request gets exactly one reply", FRAMES, "one-reply"),
        ("frames.reply-kinds", "Every reply is of the kind that belongs to its request", "Messages", "reply-kinds"),
        ("frames.under-way", "At most 64 of its requests are under way", WAITS, "under-way"),
        (
            "handshake.hello-first",
            "Nothing comes before hello and the welcome but pings",
            "The handshake",
            "hello-first",
        ),
    ),
    "reports": (
        ("reports.serials", "The serials of reports grow over a link", REPORTS, "serials"),
        ("reports.legal", "Reports say what is possible: an access in enabled, and only there", "report", "reports"),
        ("reports.one", "One report of its own per phonebook is under way", REPORTS, "one-report"),
    ),
    "answers": (
        ("phones.no-redirects", "Phones are never redirected", PHONES, "redirects"),
        ("phones.no-cookies", "Phones never get cookies", PHONES, "cookies"),
        ("phones.no-errors", "Phones never get a 500", PHONES, "errors"),
        ("phones.retry-after", "Every 503 and 429 says when to try again", PHONES, "retry-after"),
    ),
    "dispatches": (
        ("audit.ids", "An id of a record always stands for the same record", "Audit trails", "dispatch-ids"),
    ),
}
"""The checks, by what they look at: id, sentence, section, and the word for the rule in `Watch`."""

for _what, _rules in RULES.items():
    for _id, _sentence, _section, _rule in _rules:
        check(_id, _sentence, section=_section, lane=LANE, harms=_rule not in HARMLESS)(_watched(_rule, _what))
