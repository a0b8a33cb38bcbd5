"""The services that are here conform: in the longer runs, as in `make conformance`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from phonebook_vendor_sdk.conformance import assert_conforms
from phonebook_vendor_sdk.conformance.check import CHECKS, Verdict

ROOT = Path(__file__).parents[5]
EXAMPLE = ROOT / "examples" / "javascript-service"


def installed(name: str) -> list[str]:
    """The command of a vendor in the environment of the tests."""
    return [str(Path(sys.executable).with_name(name))]


@pytest.mark.slow
def test_yealink_conforms_in_every_check() -> None:
    examination = assert_conforms(installed("phonebook-yealink"))
    assert len(examination.of(Verdict.PASSED)) == len(CHECKS)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["phonebook-snom", "phonebook-grandstream", "phonebook-feed"])
def test_the_other_services_conform(name: str) -> None:
    assert_conforms(installed(name))


@pytest.mark.slow
def test_the_example_in_javascript_conforms() -> None:
    node = shutil.which("node")
    if node is None or not (EXAMPLE / "node_modules").is_dir():
        pytest.skip("NOT TESTED: Node or the example's packages are missing; run `make conformance`.")
    assert_conforms([node, str(EXAMPLE / "service.js")])
