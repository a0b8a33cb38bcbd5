"""What `phonebook-vendor check` shows: a line for each check, the sum, or everything as JSON."""

from __future__ import annotations

import msgspec

from phonebook_vendor_sdk.conformance.check import Outcome, Verdict
from phonebook_vendor_sdk.conformance.examination import Examination

SIGNS = {Verdict.PASSED: "passed", Verdict.FAILED: "FAILED", Verdict.NOT_APPLICABLE: "not applicable"}
GRADES = {
    "A": "every check that applies passed",
    "B": "what failed harms neither phones nor data",
    "C": "something failed that harms phones or data",
    "D": "it does not serve phones as it must",
}


def line_of(outcome: Outcome) -> str:
    """One line, and why it failed or does not apply on the next, with where the rule is written."""
    line = f"{SIGNS[outcome.verdict]:14}  {outcome.check.id:32}  {outcome.check.sentence}"
    if not outcome.why:
        return line
    source = f"  See {outcome.check.source}." if outcome.verdict is Verdict.FAILED else ""
    return f"{line}\n{'':16}{outcome.why}{source}"


def sum_of(examination: Examination) -> str:
    """How many passed, and the grade."""
    passed, failed, other = (len(examination.of(verdict)) for verdict in Verdict)
    grade = examination.grade
    return f"{passed} passed, {failed} failed, {other} not applicable. Grade {grade}: {GRADES[grade]}."


def json_of(examination: Examination) -> str:
    """Everything, for programs: `grade`, the numbers, and `checks` with the words of each."""
    passed, failed, other = (len(examination.of(verdict)) for verdict in Verdict)
    found = {
        "grade": examination.grade,
        "passed": passed,
        "failed": failed,
        "not_applicable": other,
        "checks": [outcome.as_json() for outcome in examination.outcomes],
    }
    return msgspec.json.format(msgspec.json.encode(found)).decode()


def row_of(name: str, examination: Examination) -> str:
    """One row of the table over several services."""
    passed, failed, other = (len(examination.of(verdict)) for verdict in Verdict)
    return f"{name:28} {passed:>7} {failed:>7} {other:>15}   {examination.grade}"


HEAD = f"{'service':28} {'passed':>7} {'failed':>7} {'not applicable':>15}   grade"
