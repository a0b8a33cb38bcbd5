"""`phonebook-vendor check`, as a program; and what its words are."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from phonebook_vendor_sdk.conformance import assert_conforms
from phonebook_vendor_sdk.conformance.check import CHECKS, Check, Outcome, Verdict
from phonebook_vendor_sdk.conformance.examination import ESSENTIAL, Examination

HERE = Path(__file__).parent
PROTOCOL = HERE.parents[4] / "docs" / "protocol.md"
CONFORMANCE = HERE.parents[4] / "docs" / "conformance.md"


def ran(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "phonebook_vendor_sdk.command", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def command_of_small() -> str:
    return (
        f"{sys.executable} -c \"import sys; sys.path.insert(0, '{HERE.parents[1]}'); "
        "from phonebook_vendor_sdk import run; "
        'from vendor_sdk.conformance.test_faulty_services import Small; run(Small)"'
    )


def test_a_command_is_examined_over_real_sockets_and_graded() -> None:
    done = ran("check", command_of_small(), "--only", "contacts.added", "--only", "login", "--only", "stop.sigterm")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^passed +contacts\.added +A contact that was added", done.stdout, re.MULTILINE)
    assert "0 failed" in done.stdout
    assert "Grade A" in done.stdout


def test_everything_is_there_as_json_and_a_failure_is_an_exit_code() -> None:
    done = ran("check", f"{sys.executable} -c pass", "--only", "contacts.added", "--json")
    found = msgspec.json.decode(done.stdout)
    assert done.returncode == 1
    assert (found["failed"], found["grade"]) == (1, "C")
    assert found["checks"][0]["id"] == "contacts.added"
    assert "The process ended with the code 0" in found["checks"][0]["why"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "true", "--only", "no.such"], "There is no check “no.such”"),
        (["check", "true", "--settings", "[]"], "--settings is not a JSON object"),
        (["check", "it's"], "is not a command"),
        (["check", " "], "Give a command"),
    ],
)
def test_a_command_line_that_cannot_be_done_gets_a_sentence(arguments: list[str], words: str) -> None:
    done = ran(*arguments)
    assert done.returncode == 2
    assert words in done.stderr


def test_a_service_class_can_be_examined_in_one_line() -> None:
    with pytest.raises(AssertionError, match=r"1 of 1 checks failed:\ncontacts.added: .*docs/protocol.md#"):
        assert_conforms([sys.executable, "-c", "pass"], only=["contacts.added"])


def test_every_check_points_to_a_heading_of_the_protocol_page() -> None:
    headings = set(re.findall(r"^#+ (.+)$", PROTOCOL.read_text("utf-8"), re.MULTILINE))
    assert {check.section for check in CHECKS.values()} <= headings


def test_every_check_is_listed_in_the_documentation() -> None:
    listed = set(re.findall(r"^\| `([a-z0-9.-]+)`", CONFORMANCE.read_text("utf-8"), re.MULTILINE))
    assert listed == set(CHECKS)


def graded(*failed: Check) -> str:
    outcomes = [Outcome(check=check, verdict=Verdict.PASSED) for check in CHECKS.values() if check not in failed]
    return Examination([*outcomes, *(Outcome(check=check, verdict=Verdict.FAILED, why="x") for check in failed)]).grade


def test_the_grade_says_whether_phones_or_data_are_harmed() -> None:
    harmless = next(check for check in CHECKS.values() if not check.harms)
    harmful = next(check for check in CHECKS.values() if check.harms and check.id not in ESSENTIAL)
    assert graded() == "A"
    assert graded(harmless) == "B"
    assert graded(harmless, harmful) == "C"
    assert graded(CHECKS[ESSENTIAL[0]]) == "D"
