"""Service tokens: who makes them, that guesses are slowed down, and that revoking one ends its link."""

from __future__ import annotations

import time
from contextlib import closing

import httpx
import pytest
from support.raw_link import RawService, dial
from support.server import RunningServer
from websockets.exceptions import ConnectionClosed, InvalidStatus

from phonebook_core.vendor_link.vendor_end import Welcomed

SOON = 5.0


def make(api: httpx.Client, slug: str = "acme") -> dict[str, str]:
    made = api.post("/api/v1/service-tokens", json={"slug": slug})
    assert made.status_code == 201, made.text
    return dict(made.json())


def test_a_service_token_is_shown_once_and_listed_without_its_secret(api: httpx.Client) -> None:
    made = make(api)
    assert made["token"].startswith(made["prefix"])
    [listed] = [t for t in api.get("/api/v1/service-tokens?limit=200").json()["items"] if t["id"] == made["id"]]
    assert listed == {name: value for name, value in made.items() if name != "token"}


def test_only_administrators_let_services_in(running: RunningServer) -> None:
    person = running.add_person("nobody@example.org")
    with running.client(person.token) as client:
        assert client.get("/api/v1/service-tokens").status_code == 403
        assert client.post("/api/v1/service-tokens", json={"slug": "acme"}).status_code == 403
        assert client.delete("/api/v1/service-tokens/x").status_code == 403


@pytest.mark.parametrize("slug", ["", "Acme", "a b", "../x", "x" * 41])
def test_a_slug_that_is_none_is_refused(api: httpx.Client, slug: str) -> None:
    answer = api.post("/api/v1/service-tokens", json={"slug": slug})
    assert (answer.status_code, answer.json()["problems"][0]["field"]) == (400, "slug")


def test_revoking_a_token_ends_its_link_and_no_other(running: RunningServer, api: httpx.Client) -> None:
    made, other = make(api), make(api)
    with (
        closing(RawService(running.url, made["token"], instance="one")) as service,
        closing(RawService(running.url, other["token"], instance="two")) as staying,
    ):
        service.wait_for(Welcomed)
        staying.wait_for(Welcomed)
        begin = time.monotonic()
        assert api.delete(f"/api/v1/service-tokens/{made['id']}").status_code == 204
        with pytest.raises(ConnectionClosed) as caught:
            service.steps(20)
        assert time.monotonic() - begin < SOON
        assert caught.value.rcvd is not None
        assert (caught.value.rcvd.code, "revoked" in caught.value.rcvd.reason) == (1008, True)
        with pytest.raises(InvalidStatus) as refused:
            dial(running.url, made["token"])
        assert refused.value.response.status_code == 401
        [found] = [s for s in api.get("/api/v1/services").json()["items"] if s["slug"] == "acme"]
        assert [each["instance"] for each in found["instances"]] == ["two"]
    assert api.delete(f"/api/v1/service-tokens/{made['id']}").status_code == 404


def test_a_stranger_with_a_revoked_token_does_not_keep_the_link_by_saying_nothing(
    running: RunningServer, api: httpx.Client
) -> None:
    made = make(api)
    with closing(dial(running.url, made["token"])) as silent:
        assert api.delete(f"/api/v1/service-tokens/{made['id']}").status_code == 204
        with pytest.raises(ConnectionClosed):
            silent.recv(timeout=SOON)


def test_the_command_line_lists_and_revokes(running: RunningServer) -> None:
    token = running.cli_json("service", "token", "by-hand")["token"]
    [listed] = [each for each in running.cli_json("service", "tokens") if each["slug"] == "by-hand"]
    assert token.startswith(listed["prefix"])
    with closing(RawService(running.url, token, slug="by-hand")) as service:
        service.wait_for(Welcomed)
        running.cli("service", "revoke", listed["id"])
        with pytest.raises(ConnectionClosed):
            service.steps(SOON)
    assert running.cli("service", "revoke", listed["id"], check=False).returncode == 1


def test_guesses_are_slowed_down_and_the_right_token_is_not(running: RunningServer, api: httpx.Client) -> None:
    token = make(api)["token"]
    answers = []
    for number in range(14):
        with pytest.raises(InvalidStatus) as refused:
            dial(running.url, f"pbs_guess{number}")
        answers.append(refused.value.response)
    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    with closing(RawService(running.url, token)) as service:
        service.wait_for(Welcomed)
