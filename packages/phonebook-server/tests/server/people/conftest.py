"""A server in the test's own process that sends its mails to a real SMTP server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support.people import People
from support.post import Post

from phonebook_server.config import Config, load_config
from phonebook_server.server import Server


@pytest.fixture
def post() -> Iterator[Post]:
    with Post() as post:
        yield post


@pytest.fixture
def config(tmp_path: Path, post: Post) -> Config:
    environ = {
        "PHONEBOOK_DATA_DIR": str(tmp_path / "data"),
        "PHONEBOOK_HOSTED_SERVICES": "",
        "PHONEBOOK_SMTP_URL": post.url,
        "PHONEBOOK_PUBLIC_URL": "http://phonebook.test",
    }
    return load_config(environ, cwd=tmp_path)


@pytest.fixture
def people(opened: Server, near: httpx.AsyncClient, post: Post) -> People:
    return People(opened, near, post)
