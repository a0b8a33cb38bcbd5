"""`phonebook-vendor new`: what it writes works at once."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from phonebook_vendor_sdk.scaffold import BadName, Taken, write_project


def run(folder: Path, *arguments: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PHONEBOOK_", "PYTEST"))}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env=kept | {"PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    done = run(tmp_path_factory.mktemp("new"), "phonebook_vendor_sdk.command", "new", "acme-dect")
    assert done.returncode == 0, done.stderr
    return next(tmp_path_factory.getbasetemp().glob("new*/phonebook-vendor-acme-dect"))


def test_everything_that_a_project_needs_is_there(project: Path) -> None:
    files = {
        str(path.relative_to(project)) for path in project.rglob("*") if path.is_file() and "cache" not in str(path)
    }
    assert files >= {
        ".dockerignore",
        ".github/workflows/checks.yml",
        ".gitignore",
        "Dockerfile",
        "README.md",
        "pyproject.toml",
        "src/phonebook_vendor_acme_dect/__init__.py",
        "src/phonebook_vendor_acme_dect/service.py",
        "tests/test_conformance.py",
        "tests/test_service.py",
    }
    written = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
    service = "phonebook_vendor_acme_dect.service:AcmeDect"
    assert written["project"]["entry-points"]["phonebook.vendor_services"] == {"acme-dect": service}
    for path in project.rglob("*"):
        assert not path.is_file() or "$" not in path.read_text("utf-8", errors="ignore"), path


def test_its_tests_pass_and_its_types_and_style_are_right(project: Path) -> None:
    done = run(project, "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio", "tests/test_service.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout
    done = run(project, "mypy", "--cache-dir", os.devnull)
    assert done.returncode == 0, done.stdout + done.stderr
    done = run(project, "ruff", "check", "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_it_is_written_to_do_conforms(project: Path) -> None:
    command = f"{sys.executable} -c 'from phonebook_vendor_acme_dect.service import main; main()'"
    done = run(project, "phonebook_vendor_sdk.command", "check", command, "--only", "commands", "--only", "hostile")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_its_conformance_test_passes(project: Path) -> None:
    done = run(project, "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio", seconds=180)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout


@pytest.mark.parametrize(
    "name", ["", "Acme", "acme_dect", "1acme", "acme--x", "-acme", "../acme", "ä", "a" * 33, "true", "sdk"]
)
def test_a_bad_name_gets_a_sentence_and_writes_nothing(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadName, match=r"“.*”.+\."):
        write_project(name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    write_project("acme", tmp_path)
    kept = tmp_path / "phonebook-vendor-acme" / "README.md"
    kept.write_text("mine", "utf-8")
    with pytest.raises(Taken, match="is there already"):
        write_project("acme", tmp_path)
    assert kept.read_text("utf-8") == "mine"
    done = run(tmp_path, "phonebook_vendor_sdk.command", "new", "acme")
    assert (done.returncode, "is there already" in done.stderr) == (2, True)
