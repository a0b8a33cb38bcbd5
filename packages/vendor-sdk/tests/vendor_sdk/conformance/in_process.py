"""A service in this process for the kit: the real runtime and a real websocket, with faults where a test wants."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anyio
import msgspec

from phonebook_core.vendor_link.transport import Dial, Hosting, Transport
from phonebook_vendor_sdk import VendorService
from phonebook_vendor_sdk.bench import ask
from phonebook_vendor_sdk.conformance.phone import Answer
from phonebook_vendor_sdk.conformance.subjects import Running
from phonebook_vendor_sdk.dial import websocket_dial
from phonebook_vendor_sdk.runtime import Runtime

Frame = list[Any]
"""A frame as [kind, id, body], the body a map."""
MeddleFrame = Callable[[Frame], "list[Frame | str | bytes]"]
"""What is sent, or arrives, in place of a frame."""
MeddleAnswer = Callable[[Answer, str, Mapping[str, str]], Answer]
"""What a phone gets in place of an answer; the method and the headers of its request."""


class InProcess:
    """A service class with faults: in what it sends, in what it receives, in what phones get, in how it dials."""

    can_restart = True
    port = 0
    token = "pbs_conformance"

    def __init__(
        self,
        service: type[VendorService[Any]],
        *,
        sends: MeddleFrame | None = None,
        receives: MeddleFrame | None = None,
        answers: MeddleAnswer | None = None,
        swallows: bool = False,
        exit_code: int = 0,
    ) -> None:
        self.service = service
        self.sends = sends
        self.receives = receives
        self.answers = answers
        self.swallows = swallows
        """Whether what is no frame is passed over in silence."""
        self.exit_code = exit_code

    async def start(self, server_url: str, state_dir: Path) -> Running:
        await anyio.Path(state_dir).mkdir(parents=True, exist_ok=True)
        started = _InProcess(self, server_url, state_dir)
        await started.begin()
        return started


class _InProcess:
    ended = ""

    def __init__(self, faulty: InProcess, server_url: str, state_dir: Path) -> None:
        self._faulty = faulty
        hosting = Hosting(
            public_url="http://127.0.0.1:9",
            state_dir=state_dir,
            dial=self._meddled(websocket_dial(server_url, faulty.token)),
        )
        self._runtime = Runtime(faulty.service(), hosting)
        self._scope = anyio.CancelScope()
        self._ended = anyio.Event()

    async def begin(self) -> None:
        self._task = asyncio.ensure_future(self._keep())
        await self._runtime.opened.wait()

    async def _keep(self) -> None:
        try:
            with self._scope:
                await self._runtime.run()
        finally:
            self._ended.set()

    async def ask(self, url: str, method: str, headers: Mapping[str, str], body: bytes) -> Answer:
        path, _, query = url.removeprefix("http://127.0.0.1:9").partition("?")
        sent = {name.lower(): value for name, value in headers.items()}
        got = await ask(self._runtime.phones, path, method, sent, query=query, body=body)
        answer = Answer(status=got.status, headers=got.headers, body=got.body)
        return self._faulty.answers(answer, method, sent) if self._faulty.answers else answer

    async def stop(self) -> int:
        await self.kill()
        return self._faulty.exit_code

    async def kill(self) -> None:
        self._scope.cancel()
        with contextlib.suppress(BaseException):
            await self._ended.wait()

    def _meddled(self, dial: Dial) -> Dial:
        async def meddled() -> Transport:
            return _Meddling(await dial(), self._faulty)

        return meddled


class _Meddling:
    """A transport that changes frames on their way."""

    def __init__(self, transport: Any, faulty: InProcess) -> None:
        self._transport = transport
        self._faulty = faulty
        self._waiting: list[bytes] = []

    async def send(self, frame: bytes) -> None:
        meddle = self._faulty.sends
        for changed in meddle(msgspec.msgpack.decode(frame)) if meddle else [frame]:
            if isinstance(changed, str):
                await self._transport._socket.send(changed)
            else:
                await self._transport.send(_packed(changed))

    async def receive(self) -> bytes:
        while not self._waiting:
            data = await self._transport.receive()
            meddle = self._faulty.receives
            try:
                frame = msgspec.msgpack.decode(data)
            except msgspec.DecodeError:
                frame = None
            if not isinstance(frame, list) and self._faulty.swallows:
                continue
            if meddle is None or not isinstance(frame, list):
                return bytes(data)
            self._waiting = [_packed(changed) for changed in meddle(frame) if not isinstance(changed, str)]
        return self._waiting.pop(0)

    async def close(self, reason: str = "") -> None:
        await self._transport.close(reason)


def _packed(frame: Frame | bytes) -> bytes:
    return frame if isinstance(frame, bytes) else msgspec.msgpack.encode(frame)
