"""The commands of the README do what it says, in order, pasted into a shell on an empty data folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from docs.pages import ROOT, blocks
from lxml import etree
from support.server import RunningServer

URL = "http://127.0.0.1:8000"
HERE = "### block "


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with RunningServer(tmp_path_factory.mktemp("readme") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def printed(server: RunningServer) -> list[str]:
    """What each of the blocks marked `run` printed."""
    checkout = server.data_dir.parent / "checkout"
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "activate").write_text(f'PATH="{Path(sys.executable).parent}:$PATH"\n')
    shutil.copytree(ROOT / "docs", checkout / "docs")
    script = ["set -eu"]
    for block in blocks(ROOT / "README.md"):
        if block.mark == "run":
            script += [f"echo '{HERE}'", block.text.replace(URL, server.url)]
    if shutil.which("sqlite3") is None:
        pytest.skip("the README's backup needs the program sqlite3")
    result = subprocess.run(
        ["sh", "-c", "\n".join(script)], cwd=checkout, env=server.env, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout.split(HERE)[1:]


def test_the_first_administrator_gets_a_link(printed: list[str], server: RunningServer) -> None:
    assert f"{server.url}/register#" in printed[0]


def test_the_file_is_imported(printed: list[str]) -> None:
    assert "4 contacts read: 4 created, 0 updated, 0 unchanged, 0 rejected." in printed[2]


def test_a_phone_gets_the_contact_and_those_of_the_file(printed: list[str]) -> None:
    book = etree.fromstring(printed[3].strip().encode())
    names = [name.text for name in book.iterfind("DirectoryEntry/Name")]
    assert names == ["Ann Example", "Jörg Weiß", "Pennine Recovery", "Priya Raghunathan", "Siân Llewellyn"]


def test_the_fetch_is_in_the_list_of_dispatches(printed: list[str]) -> None:
    assert '"model": "T46U"' in printed[4]
    assert '"mac": "001565123456"' in printed[4]


def test_there_is_configuration_for_the_phone(printed: list[str]) -> None:
    assert printed[5].count("remote_phonebook.data.1.url = ") == 3


def test_the_backup_is_a_whole_installation(printed: list[str], server: RunningServer, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(server.data_dir.parent / "checkout" / "backup", data)
    with RunningServer(data) as restored:
        person = restored.add_person("restorer@example.org", admin=True)
        with restored.client(person.token) as api:
            site = api.get("/api/v1/sites").json()["items"][0]
            book = api.get(f"/api/v1/sites/{site['id']}/phonebooks").json()["items"][0]
            yealink = api.get(f"/api/v1/phonebooks/{book['id']}/services/yealink").json()
            assert yealink["on"] is True
            assert yealink["settings"]["title"] == "Company"


def test_every_block_of_shell_is_run_or_is_known_not_to_be() -> None:
    not_run = [block.text for block in blocks(ROOT / "README.md") if block.language == "sh" and block.mark != "run"]
    for text in not_run:
        last = re.sub(r"^(PHONEBOOK_\w+=(\$\([^)]*\)|\S*) )+", "", text.strip().splitlines()[-1])
        assert last in {"make run", "make test", "phonebook-yealink"}, text


def test_the_readme_has_at_most_three_badges() -> None:
    assert (ROOT / "README.md").read_text("utf-8").count("![") <= 3
    assert os.access(ROOT / "docs" / "examples" / "contacts.csv", os.R_OK)
