"""Writing the project of a new vendor service from the templates beside this module."""

from __future__ import annotations

import keyword
import re
from importlib import resources
from pathlib import Path
from string import Template
from typing import Final

LONGEST: Final = 32
"""Characters of a name; it is part of every URL."""
FILES: Final = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "Dockerfile": "Dockerfile",
    "gitignore": ".gitignore",
    "dockerignore": ".dockerignore",
    "checks.yml": ".github/workflows/checks.yml",
    "package.py": "src/$package/__init__.py",
    "service.py": "src/$package/service.py",
    "test_service.py": "tests/test_service.py",
    "test_conformance.py": "tests/test_conformance.py",
}
"""Each template and where it goes."""


class BadName(Exception):
    """The name cannot be that of a service; the text says why."""


class Taken(Exception):
    """There is something at the place of the project; the text says where."""


def write_project(name: str, parent: Path) -> Path:
    """Write the project `phonebook-vendor-<name>` into a folder of that name below `parent`, which it returns.

    Raises BadName, and Taken when that folder is there already: nothing is ever overwritten. Raises OSError when it
    cannot be written.
    """
    complaint = complaint_about(name)
    if complaint:
        raise BadName(complaint)
    folder = parent / f"phonebook-vendor-{name}"
    words = {
        "slug": name,
        "label": name.replace("-", " ").title(),
        "service": "".join(part.title() for part in name.split("-")),
        "package": f"phonebook_vendor_{name.replace('-', '_')}",
    }
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise Taken(f"{folder} is there already. Choose another name, or move it away first.") from None
    templates = resources.files("phonebook_vendor_sdk.scaffold") / "templates"
    for template, place in FILES.items():
        path = folder / Template(place).substitute(words)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = (templates / f"{template}.tmpl").read_text("utf-8")
        path.write_text(Template(text).substitute(words), "utf-8")
    return folder


def complaint_about(name: str) -> str:
    """Why this cannot be the name of a service, empty when it can."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        return (
            f"“{name}” cannot be part of a URL and a module: use a-z, 0-9 and single hyphens, as in acme or acme-dect."
        )
    if len(name) > LONGEST:
        return f"“{name}” has {len(name)} characters; a name that is part of every URL has {LONGEST} at most."
    if keyword.iskeyword(name.title()) or name in ("sdk", "service", "settings"):
        return f"“{name}” is a word of the SDK or of Python; take the name of the brand."
    return ""
