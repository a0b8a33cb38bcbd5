"""The service that the vendor guide writes is a service, and its tests pass."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest
from docs.pages import ROOT, blocks


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The guide's project: every block that names a file, in order; `in class` goes behind the class's last line."""
    files: dict[str, str] = defaultdict(str)
    for block in blocks(ROOT / "docs" / "vendor-guide.md"):
        if block.mark.startswith("file: "):
            path, _, where = block.mark.removeprefix("file: ").partition(", in class ")
            if where:
                at = re.search(rf"^class {where}\(.*?(?=^\S)(?!class)", files[path], re.MULTILINE | re.DOTALL)
                assert at, f"there is no class {where} before the block that goes into it"
                files[path] = files[path][: at.end()] + block.text + "\n\n" + files[path][at.end() :]
            else:
                files[path] += "\n\n" * bool(files[path]) + block.text
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    (tmp_path / "src" / "phonebook_vendor_acme" / "__init__.py").touch()
    return tmp_path


def run(project: Path, *args: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PHONEBOOK_", "PYTEST"))}
    return subprocess.run(
        [sys.executable, "-m", *args],
        cwd=project,
        env=env | {"PYTHONPATH": str(project / "src")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_tests_of_the_guide_pass(project: Path) -> None:
    result = run(project, "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "11 passed" in result.stdout


def test_the_code_of_the_guide_is_typed_and_styled_as_ours_is(project: Path) -> None:
    result = run(project, "mypy", "--strict", "src", "tests")
    assert result.returncode == 0, result.stdout + result.stderr
    result = run(project, "ruff", "check", "--no-cache", "--config", str(ROOT / "pyproject.toml"), "src")
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_guides_package_names_its_service_and_its_program(project: Path) -> None:
    described = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    service = described["entry-points"]["phonebook.vendor_services"]
    assert service == {"acme": "phonebook_vendor_acme.service:Acme"}
    assert described["scripts"] == {"phonebook-acme": "phonebook_vendor_acme.service:main"}
    module = (project / "src" / "phonebook_vendor_acme" / "service.py").read_text("utf-8")
    assert "class Acme(" in module
    assert "def main(" in module
