"""A post office, and a server in this process whose mails go there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.post import Post

from phonebook_server.config import Config, load_config


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
    }
    return load_config(environ, cwd=tmp_path)
