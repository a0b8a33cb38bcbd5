"""Every failure of every route is a problem document with a sentence."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from litestar import get
from litestar.testing import create_test_client
from support.server import Person, RunningServer

from phonebook_core.errors import Conflict, Invalid, LinkClosed, PhonebookError, Problem, TooManyTries, Unavailable
from phonebook_server import problems, serving
from phonebook_server.problems import STATUS, TITLES, answer_error, problem_details, status_of


def every_error() -> Iterator[type[PhonebookError]]:
    waiting: list[type[PhonebookError]] = [PhonebookError]
    while waiting:
        found = waiting.pop()
        if found.__module__.startswith("phonebook_"):
            yield found
            waiting.extend(found.__subclasses__())


def make(error: type[PhonebookError]) -> PhonebookError:
    if error is TooManyTries:
        return TooManyTries("Slow down.", retry_after=7)
    if issubclass(error, Invalid) or hasattr(error, "problems") or error.__name__ == "ConfigError":
        return error([Problem(field="name", message="Fill in a name.")])  # type: ignore[arg-type]
    return error("It did not work. Try again.")


def check(answer: httpx.Response, status: int, code: str | None = None) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["title"] == TITLES[status]
    assert body["detail"].rstrip(")0123456789abcdef").endswith((".", "/docs.", ":", ": ")) or body["detail"][-1] == "."
    assert body["type"] == f"urn:phonebook:problem:{body['code']}"
    if code is not None:
        assert body["code"] == code
    return body


@pytest.mark.parametrize("error", [*every_error()], ids=lambda error: error.__name__)
def test_every_error_has_a_status_a_title_and_a_body(error: type[PhonebookError]) -> None:
    status = status_of(error)
    assert status in TITLES
    assert error is PhonebookError or error is serving.StartError or status != STATUS[PhonebookError] or error in STATUS
    details, headers = problem_details(make(error))
    assert details.status == status
    assert details.title == TITLES[status]
    assert bool(headers.get("retry-after")) == (status in (429, 503))
    assert ("www-authenticate" in headers) == (status == 401)


def test_what_to_wait_is_said_in_a_header() -> None:
    assert problem_details(TooManyTries("Wait.", retry_after=9))[1] == {"retry-after": "9"}
    assert problem_details(Unavailable("Away."))[1] == {"retry-after": "5"}
    assert problem_details(LinkClosed("Gone.", retry_after=2.4))[1] == {"retry-after": "2"}


def test_all_problems_of_a_body_are_told_with_their_fields() -> None:
    found = (Problem(field="name", message="Fill in."), Problem(field="numbers.0.value", message="No number."))
    details, _ = problem_details(Invalid(found))
    assert [(p.field, p.message) for p in details.problems] == [(p.field, p.message) for p in found]
    assert problem_details(Conflict("Taken.", field="email"))[0].problems[0].field == "email"


def test_a_fault_of_ours_says_nothing_internal_but_a_number_that_is_in_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Log:
        def error(self, message: str, *, request_id: str, exc_info: BaseException) -> None:
            logging.getLogger("test").error("%s %s", request_id, exc_info)

    monkeypatch.setattr(problems, "_LOG", Log())

    @get("/", sync_to_thread=False)
    def broken() -> None:
        raise RuntimeError("secret-of-the-database")

    with create_test_client(
        broken, exception_handlers={Exception: answer_error}, openapi_config=None, logging_config=None
    ) as client:
        answer = client.get("/")
    body = check(answer, 500, "internal")
    assert "secret" not in answer.text
    assert body["request_id"] in body["detail"]
    assert f"{body['request_id']} secret-of-the-database" in caplog.text


def test_unknown_paths_and_wrong_methods_are_problems(running: RunningServer) -> None:
    with running.client() as client:
        check(client.get("/nothing/here"), 404, "not_found")
        check(client.get("/api/v1/"), 404, "not_found")
        check(client.get("/assets/secret.key"), 404, "not_found")
        answer = client.put("/api/v1/me")
        check(answer, 405, "method_not_allowed")
        assert "GET" in answer.headers["allow"]
        check(client.get("/api/v1/me"), 401, "not_signed_in")


def test_a_body_that_is_too_large_is_refused(api: httpx.Client) -> None:
    check(api.post("/api/v1/sites", json={"name": "x" * 2_000_000, "region": "DE"}), 413, "too_large")

    def pieces() -> Iterator[bytes]:
        for _ in range(30):
            yield b" " * 100_000

    check(api.post("/api/v1/sites", content=pieces()), 413, "too_large")


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (b"", "invalid_json", ""),
        (b'{"name": "x"', "invalid_json", ""),
        (b'{"name": "\xff"}', "invalid_json", ""),
        (b"[" * 100_000, "invalid_json", ""),
        (b"[]", "wrong_type", ""),
        (b"null", "wrong_type", ""),
        (b"{}", "required", "name"),
        (b'{"name": "x"}', "required", "region"),
        (b'{"name": 1, "region": "DE"}', "wrong_type", "name"),
        (b'{"name": "x", "region": "DE", "id": "mine"}', "unknown_field", "id"),
        (b'{"name": " ", "region": "DE"}', "required", "name"),
        (b'{"name": "x", "region": "XX"}', "unknown_region", "region"),
    ],
)
def test_a_wrong_body_names_the_field_in_a_sentence(api: httpx.Client, body: bytes, code: str, field: str) -> None:
    headers = {"content-type": "application/json"}
    found = check(api.post("/api/v1/sites", content=body, headers=headers), 400)
    assert [(problem["code"], problem["field"]) for problem in found["problems"]] == [(code, field)]
    assert found["problems"][0]["message"].endswith(".")


def test_a_field_deep_inside_is_named_by_its_whole_path(api: httpx.Client) -> None:
    site = api.post("/api/v1/sites", json={"name": "Deep", "region": "DE"}).json()["id"]
    for body, field, code in (
        ({"name": "x", "output": {"form": "loud"}}, "output.form", "unknown_value"),
        ({"name": "x", "output": {"shape": 1}}, "output.shape", "unknown_field"),
        ({"name": "x", "output": {"outside_prefix": 0}}, "output.outside_prefix", "wrong_type"),
    ):
        found = check(api.post(f"/api/v1/sites/{site}/phonebooks", json=body), 400)
        assert [(problem["field"], problem["code"]) for problem in found["problems"]] == [(field, code)]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=many", "cursor=%00", "cursor=abc", "cursor=e30"])
def test_a_wrong_parameter_is_named(api: httpx.Client, query: str) -> None:
    found = check(api.get(f"/api/v1/sites?{query}"), 400)
    assert found["problems"][0]["field"] == query.split("=")[0]


def test_the_administrator_of_these_tests_is_known(api: httpx.Client, admin: Person) -> None:
    assert api.get("/api/v1/me").json()["id"] == admin.id
