"""Dialling, and what can go wrong with a link: real websockets where it is about websockets."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import anyio
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from phonebook_core.errors import ConfigError, LinkClosed, LinkError, NotSignedIn, PhonebookError, VersionMismatch
from phonebook_core.vendor_link.codec import MAX_FRAME
from phonebook_core.vendor_link.forms import Form
from phonebook_core.vendor_link.messages import SUBPROTOCOL, Hello
from phonebook_vendor_sdk import Bench, Contact, VendorService
from phonebook_vendor_sdk.clock import REAL
from phonebook_vendor_sdk.dial import websocket_dial
from phonebook_vendor_sdk.environment import default_state_dir, read_environment
from phonebook_vendor_sdk.link import Link
from phonebook_vendor_sdk.runtime import NOT_AGAIN_SECONDS, REFUSED_SECONDS, _wait_after

Service = type[VendorService[Any]]
Talk = Callable[[ServerConnection], Any]
Check = Callable[[ServerConnection, Request], Response | None]


async def refused(check: Check | None = None, *, subprotocols: tuple[str, ...] = (SUBPROTOCOL,)) -> PhonebookError:
    async def talk(connection: ServerConnection) -> None:
        await connection.wait_closed()

    server = await serve(
        talk, "127.0.0.1", 0, process_request=check, subprotocols=[Subprotocol(s) for s in subprotocols]
    )
    port = next(iter(server.sockets)).getsockname()[1]
    try:
        with pytest.raises(PhonebookError) as caught:
            await websocket_dial(f"http://127.0.0.1:{port}", "token")()
    finally:
        server.close()
        await server.wait_closed()
    return caught.value


def answering(status: int, body: str = "", **headers: str) -> Check:
    def check(connection: ServerConnection, request: Request) -> Response:
        response = connection.respond(HTTPStatus(status), body)
        for name, value in headers.items():
            response.headers[name.replace("_", "-")] = value
        return response

    return check


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("check", "kind", "words", "retry_after"),
    [
        (answering(401, '{"detail": "Revoked."}'), NotSignedIn, "refused the service token: Revoked. Get", None),
        (answering(403, "<html>"), NotSignedIn, "it is not valid", None),
        (answering(404), LinkClosed, "check PHONEBOOK_SERVER_URL", None),
        (answering(426, '{"title": "Update the server."}'), LinkClosed, "another version", None),
        (answering(429, '{"detail": "Wait."}', Retry_After="7"), LinkClosed, "fewer tries: Wait.", 7.0),
        (answering(503, "[1]", Retry_After="999999"), LinkClosed, "not ready", 3600.0),
        (answering(500, Retry_After="soon"), LinkClosed, "answered 500", None),
    ],
)
async def test_every_refusal_is_a_sentence(
    check: Check, kind: type[PhonebookError], words: str, retry_after: float | None
) -> None:
    error = await refused(check)
    assert isinstance(error, kind)
    assert words in error.message
    assert getattr(error, "retry_after", None) == retry_after


@pytest.mark.anyio
async def test_a_server_of_another_version_or_none_at_all_is_a_sentence() -> None:
    assert isinstance(await refused(subprotocols=("phonebook-vendor.v9",)), VersionMismatch | LinkClosed)
    with pytest.raises(LinkClosed, match="cannot be reached"):
        await websocket_dial("http://127.0.0.1:9", "token")()

    async def gibberish(stream: Any) -> None:
        await stream.send(b"SSH-2.0-OpenSSH\r\n")
        await stream.aclose()

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(anyio.abc.SocketAttribute.local_port)
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, gibberish)
        with pytest.raises(LinkClosed, match="is not a phonebook server"):
            await websocket_dial(f"http://127.0.0.1:{port}", "token")()
        tasks.cancel_scope.cancel()


@pytest.mark.anyio
async def test_frames_travel_and_the_end_has_a_reason() -> None:
    async def talk(connection: ServerConnection) -> None:
        assert connection.request is not None
        assert connection.request.headers["Authorization"] == "Bearer token"
        assert connection.request.path == "/sub/vendors/link"
        await connection.send(await connection.recv())
        await connection.close(1012, "restarting")

    server = await serve(talk, "127.0.0.1", 0, subprotocols=[Subprotocol(SUBPROTOCOL)], max_size=MAX_FRAME)
    async with server:
        port = next(iter(server.sockets)).getsockname()[1]
        transport = await websocket_dial(f"http://127.0.0.1:{port}/sub/", "token")()
        frame = bytes(500_000)
        await transport.send(frame)
        assert await transport.receive() == frame
        with pytest.raises(LinkClosed, match=r"closed the link \(1012 restarting\)"):
            await transport.receive()
        with pytest.raises(LinkClosed):
            await transport.send(b"x")
        await transport.close()


class Stuck:
    """A transport whose peer never reads and never says anything."""

    def __init__(self) -> None:
        self.closed = False

    async def send(self, frame: bytes) -> None:
        await anyio.sleep_forever()

    async def receive(self) -> bytes:
        await anyio.sleep_forever()
        raise AssertionError

    async def close(self, reason: str = "") -> None:
        self.closed = True


HELLO = Hello(slug="x", label="X", instance="1", form=Form())


@pytest.mark.anyio
async def test_a_server_that_does_not_read_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phonebook_vendor_sdk.link.SEND_SECONDS", 0.05)
    transport = Stuck()
    reason = await Link(transport, HELLO, REAL, lambda event: None).run()
    assert "took no frame" in reason.message
    assert transport.closed


@pytest.mark.anyio
async def test_too_much_that_waits_ends_the_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phonebook_vendor_sdk.link.MAX_WAITING_BYTES", 1_000)
    link = Link(Stuck(), HELLO, REAL, lambda event: None)
    for number in range(100):
        link.end.get_changes("book", "key", f"t{number}", 0.0)
    reason = await link.run()
    assert "does not read" in reason.message


@pytest.mark.anyio
@pytest.mark.parametrize("frame", [b"", b"\xc1garbage", bytes(MAX_FRAME + 1)])
async def test_a_malformed_frame_ends_the_link_and_the_next_one_is_fine(
    service: Service, people: list[Contact], frame: bytes
) -> None:
    async with Bench(service, contacts=people) as bench:
        before = await bench.get("list.txt")
        bench.server.is_reachable = False
        assert bench.server._pipe is not None
        bench.server._pipe.deliver(frame)
        await bench.until(lambda: not bench.runtime.is_linked)
        assert await bench.get("list.txt") == before
        bench.server.hang_up()
        await bench.restore_link()
        assert await bench.get("list.txt") == before


def test_how_long_to_wait_before_dialling_again() -> None:
    assert _wait_after(LinkClosed("broken"), 0.3) == 0.3
    assert _wait_after(LinkClosed("busy", retry_after=5), 0.3) == 5
    assert _wait_after(LinkClosed("busy", retry_after=0.1), 0.3) == 0.3
    assert _wait_after(LinkClosed("taken over", retry_after=-1), 0.3) == NOT_AGAIN_SECONDS
    assert _wait_after(NotSignedIn("token"), 0.3) == REFUSED_SECONDS
    assert _wait_after(LinkError("x"), 0.3) == 0.3


@pytest.mark.anyio
async def test_a_service_keeps_its_instance_and_says_who_it_is(service: Service, tmp_path: Path) -> None:
    async with Bench(service, state_dir=tmp_path) as bench:
        first = bench.server.hello
        await bench.restart()
        again = bench.server.hello
        assert first is not None
        assert again is not None
        assert first.instance == again.instance
        assert len(first.instance) == 16
        assert (first.slug, first.label, first.form) == ("plain", "Plain", service.form)
        assert first.sdk


# the environment

NEEDED = {"PHONEBOOK_SERVER_URL": "https://pb.example.net/", "PHONEBOOK_SERVICE_TOKEN": " t \n"}


def test_the_environment_has_defaults_for_all_but_two() -> None:
    read = read_environment({**NEEDED, "STATE_DIRECTORY": "/var/lib/x:/y"}, "plain")
    assert (read.server_url, read.token) == ("https://pb.example.net", "t")
    assert (read.host, read.port, read.public_url) == ("127.0.0.1", 8100, "http://127.0.0.1:8100")
    assert (read.state_dir, read.snapshots) == (Path("/var/lib/x"), True)
    six = read_environment({**NEEDED, "PHONEBOOK_SERVICE_HOST": "::1", "PHONEBOOK_SERVICE_SNAPSHOT": "OFF"}, "plain")
    assert (six.public_url, six.snapshots) == ("http://[::1]:8100", False)


def test_everything_wrong_in_the_environment_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_environment(
            {
                "PHONEBOOK_SERVER_URL": "pb.example.net",
                "PHONEBOOK_SERVICE_TOKEN_FILE": str(tmp_path / "missing"),
                "PHONEBOOK_SERVICE_PORT": "70000",
                "PHONEBOOK_SERVICE_PUBLIC_URL": "http://x:y",
                "PHONEBOOK_SERVICE_SNAPSHOT": "maybe",
            },
            "plain",
        )
    assert [problem.field for problem in caught.value.problems] == [
        "PHONEBOOK_SERVER_URL",
        "PHONEBOOK_SERVICE_TOKEN_FILE",
        "PHONEBOOK_SERVICE_PORT",
        "PHONEBOOK_SERVICE_PUBLIC_URL",
        "PHONEBOOK_SERVICE_SNAPSHOT",
    ]


def test_a_token_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret\n")
    env = {"PHONEBOOK_SERVER_URL": "http://x", "PHONEBOOK_SERVICE_TOKEN_FILE": str(tmp_path / "token")}
    assert read_environment(env, "plain").token == "secret"
    with pytest.raises(ConfigError, match="not both"):
        read_environment({**env, "PHONEBOOK_SERVICE_TOKEN": "t"}, "plain")
    (tmp_path / "token").write_text("\n")
    with pytest.raises(ConfigError, match="is empty"):
        read_environment(env, "plain")


def test_the_state_folder_is_where_people_look_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert default_state_dir({"XDG_STATE_HOME": "/s"}, "plain") == Path("/s/phonebook/plain")
    assert default_state_dir({}, "plain") == Path.home() / ".local/state/phonebook/plain"
    (tmp_path / "packages" / "vendor-sdk").mkdir(parents=True)
    (tmp_path / "uv.lock").touch()
    assert default_state_dir({}, "plain") == Path("data/services/plain")
