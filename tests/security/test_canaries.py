"""Every route as everybody, with ids of their own, of others, of nothing and of what was deleted.

Everything of a site has a word in it that is nowhere else. It must never come to anybody who is not of that site: in no
body, header, mail or line of the log. And what is not theirs must be as it was afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any, Final

import httpx
import pytest
from security.table import Row, read_table
from security.world import RANDOM, World, fill
from support.post import Post
from support.server import Person, RunningServer

ROWS: Final = read_table()
IDS: Final = ("site_id", "phonebook_id", "contact_id", "user_id", "token_id", "session_id", "mail_id")


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    with Post() as post:
        yield post


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, post: Post) -> Iterator[World]:
    env = {"PHONEBOOK_SMTP_URL": post.url, "PHONEBOOK_TRUSTED_PROXIES": "127.0.0.1"}
    folder = tmp_path_factory.mktemp("canaries") / "data"
    with RunningServer(folder, env=env) as server, closing(World(server)) as world:
        yield world


class Crawl:
    """Somebody of one site who tries everything, and a site that is none of their business."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.theirs = world.objects()
        self.gone = world.objects()
        world.admin.delete(f"/api/v1/sites/{self.gone['site_id']}")
        self.leave()
        self.mine = world.objects()
        self.secret = (self.theirs["canary"], self.gone["canary"])
        self.asked = 0

    def leave(self) -> None:
        """Nobody who asks below is a member of the sites that were made so far."""
        for site in (self.theirs["site_id"], self.gone["site_id"]):
            for person in ("viewer", "editor", "manager"):
                self.world.admin.delete(f"/api/v1/sites/{site}/members/{self.world.people[person].id}")

    def ask(self, client: httpx.Client, row: Row, objects: Mapping[str, str], body: dict[str, Any]) -> None:
        """Send one request and look for what must not come back."""
        headers = {"x-forwarded-for": self.world.another_address()}
        with client.stream(row.method, fill(row.path, objects), headers=headers, **body) as answer:
            told = _read(answer) + repr(answer.headers.raw)
            assert answer.status_code < 500, told
        self.asked += 1
        for word in self.secret:
            assert word not in told, f"{row} told {word}"


def _read(answer: httpx.Response) -> str:
    """The body; of a stream its beginning."""
    if answer.headers.get("content-type", "").startswith("text/event-stream"):
        return next(answer.iter_text())
    return answer.read().decode("utf-8", "replace")


def test_nobody_is_told_anything_of_a_site_that_is_not_theirs(world: World, post: Post) -> None:
    crawl = Crawl(world)
    nowhere = {**crawl.mine, **dict.fromkeys(IDS, RANDOM)}
    before = _state(world, crawl.theirs)
    askers: list[Person | None] = [None, *(world.people[name] for name in ("viewer", "editor", "manager", "former"))]
    for person in askers:
        with world.server.client(person.token if person else None) as client:
            for row in ROWS:
                body = world.request(row.operation, crawl.mine)
                for objects in (crawl.theirs, crawl.gone, nowhere, *([] if row.method == "DELETE" else [crawl.mine])):
                    crawl.ask(client, row, objects, body)
                    client.cookies.clear()
    assert crawl.asked > 3 * len(askers) * len(ROWS) * 0.9
    assert _state(world, crawl.theirs) == before
    for letter in post.letters:
        told = letter.raw.decode("utf-8", "replace") + letter.plain + letter.html
        assert not any(word in told for word in crawl.secret), letter.subject
    for word in (*crawl.secret, crawl.mine["canary"]):
        assert word not in world.server.output, "the log tells what is in a phonebook"


def test_no_secret_is_in_the_log_or_readable_in_the_database(world: World, post: Post) -> None:
    with world.server.client() as client:
        signed_in = client.post("/api/v1/session", **world.request("sign_in"))
        assert signed_in.status_code == 200
        sent = [world.request("sign_in")["json"]["password"], *client.cookies.values()]
    secrets = [person.token for person in world.people.values()] + sent
    secrets += [link.partition("#")[2] for letter in post.letters for link in letter.links if "#" in link]
    files = [path.read_bytes() for path in world.server.data_dir.glob("phonebook.sqlite3*")]
    for secret in filter(None, secrets):
        assert secret not in world.server.output
        assert not any(secret.encode() in content for content in files), "a secret is readable in the database"


def _state(world: World, objects: Mapping[str, str]) -> list[Any]:
    """Everything of a site as an administrator gets it."""
    site, phonebook = objects["site_id"], objects["phonebook_id"]
    paths = (
        f"/api/v1/sites/{site}",
        f"/api/v1/sites/{site}/members",
        f"/api/v1/sites/{site}/phonebooks",
        f"/api/v1/phonebooks/{phonebook}",
        f"/api/v1/phonebooks/{phonebook}/contacts",
        f"/api/v1/phonebooks/{phonebook}/services/yealink",
        f"/api/v1/users/{objects['user_id']}",
    )
    answers = [world.admin.get(path) for path in paths]
    assert all(answer.status_code == 200 for answer in answers), [answer.text for answer in answers]
    return [answer.json() for answer in answers]
