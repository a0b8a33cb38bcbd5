"""The product as it is installed: `phonebook serve` in its own folder, filled and turned on over its HTTP API."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from benchmarks.contacts import as_csv
from benchmarks.machine import LOAD_CORE, on_core
from benchmarks.phone import Phone, free_port
from benchmarks.processes import PATIENCE, Process, clean_environment

BIN: Final = Path(sys.executable).parent
FILE: Final = "directory.xml"


class Api:
    """One kept-alive connection to the API, signed in."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One request; the decoded answer. Raises RuntimeError when it is no 2xx."""
        return self.send(method, path, None if body is None else json.dumps(body).encode())

    def send(self, method: str, path: str, data: bytes | None, content_type: str = "application/json") -> Any:
        """One request with these bytes."""
        self._connection.request(method, f"/api/v1{path}", data, {**self._headers, "content-type": content_type})
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path} was answered with {answer.status}: {text[:500]!r}")
        return json.loads(text) if text else None

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()


class Server:
    """`phonebook serve` on one data folder; the port stays the same when it is started again."""

    def __init__(self, folder: Path, *, hosted: bool = True, port: int | None = None) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.env = {
            "PHONEBOOK_DATA_DIR": str(folder),
            "PHONEBOOK_PORT": str(self.port),
            "PHONEBOOK_LOG_LEVEL": "warning",
            **({} if hosted else {"PHONEBOOK_HOSTED_SERVICES": ""}),
        }
        self.process = Process([BIN / "phonebook", "serve"], log=folder.with_suffix(".log"), env=self.env)

    def start(self) -> float:
        """Start it; the seconds until `/health/ready` was first answered with 200."""
        self.process.start()
        ready = Phone(f"http://127.0.0.1:{self.port}/health/ready", "", "")
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                if ready.fetch().status == 200:
                    seconds = time.perf_counter() - self.process.started_at
                    self.process.require_listening(self.port)
                    return seconds
            except OSError:
                pass
            self.process.require_alive()
            time.sleep(0.005)
        raise RuntimeError(f"the server was not ready in {PATIENCE} s:\n{self.process.output}")

    def command(self, *words: str) -> Any:
        """Run `phonebook WORDS --json`; what it printed."""
        env = clean_environment() | self.env
        result = subprocess.run(
            on_core(LOAD_CORE, BIN / "phonebook", *words, "--json"),
            env=env, capture_output=True, text=True, check=True, cwd=self.folder.parent,
        )  # fmt: skip
        return json.loads(result.stdout)

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.stop()


class Office:
    """A site with one phonebook of `count` contacts on a running server, imported as a person would, and a token."""

    def __init__(self, server: Server, count: int) -> None:
        self.server = server
        server.command("user", "add", "bench@example.org", "--admin")
        self.token: str = server.command("token", "create", "bench@example.org", "--name", "bench")["token"]
        api = self.api()
        site = api.ask("POST", "/sites", {"name": "Bench", "region": "DE"})["id"]
        self.phonebook: str = api.ask("POST", f"/sites/{site}/phonebooks", {"name": "Everybody"})["id"]
        self.import_seconds = _import(api, self.phonebook, as_csv(count), count) if count else 0.0
        api.close()

    def api(self) -> Api:
        """A new connection to the API."""
        return Api(self.server.port, self.token)

    def turn_on(self) -> Phone:
        """Turn Yealink on and come back with a phone that has its access, once it was served the book."""
        api = self.api()
        path = f"/phonebooks/{self.phonebook}/services/yealink"
        until = time.monotonic() + PATIENCE
        turned_on = False
        while time.monotonic() < until:
            known = [each["slug"] for each in api.ask("GET", f"/phonebooks/{self.phonebook}/services")["items"]]
            if "yealink" in known:
                if not turned_on:
                    api.ask("PUT", path, {"on": True})
                    turned_on = True
                view = api.ask("GET", path)
                if view["state"] == "enabled" and view["settled"]:
                    api.close()
                    access = view["access"]
                    phone = Phone(access["url"], access["username"], access["password"]).at(file=FILE)
                    wait_for_book(phone)
                    return phone
            time.sleep(0.05)
        raise RuntimeError(f"Yealink could not be turned on:\n{self.server.process.output[-3000:]}")


def own_service(server: Server, folder: Path) -> tuple[Process, int]:
    """`phonebook-yealink` linked to this server, started, and its port."""
    port = free_port()
    env = {
        "PHONEBOOK_SERVER_URL": f"http://127.0.0.1:{server.port}",
        "PHONEBOOK_SERVICE_TOKEN": server.command("service", "token", "yealink")["token"],
        "PHONEBOOK_SERVICE_PORT": str(port),
        "PHONEBOOK_SERVICE_STATE_DIR": str(folder),
    }
    process = Process([BIN / "phonebook-yealink"], log=folder.with_suffix(".log"), env=env)
    process.start()
    return process, port


def wait_for_book(phone: Phone) -> float:
    """Ask until the book comes; the moment when it did."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            if phone.fetch().status == 200:
                return time.perf_counter()
        except OSError:
            pass
        time.sleep(0.01)
    raise RuntimeError(f"no book at {phone.url} in {PATIENCE} s")


def _import(api: Api, phonebook: str, data: bytes, count: int) -> float:
    boundary = "phonebook-benchmarks"
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="seed.csv"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    )
    body = head.encode() + data + f"\r\n--{boundary}--\r\n".encode()
    began = time.perf_counter()
    report = api.send(
        "POST", f"/phonebooks/{phonebook}/imports?commit=true", body, f"multipart/form-data; boundary={boundary}"
    )
    if (report["created"], report["rejected"]) != (count, 0):
        raise RuntimeError(f"the import went wrong: {report | {'problems': report['problems'][:3]}}")
    return time.perf_counter() - began
