"""Row import: how long somebody waits who imports a file in two steps, or exports a phonebook, as it grows."""

from __future__ import annotations

import time
from http.client import HTTPConnection
from typing import Any, Final

from benchmarks.contacts import as_csv
from benchmarks.product import Api, Office, Server
from benchmarks.seeds import Seeds
from benchmarks.table import Line, Measured, limited

SIZES: Final = (1_000, 10_000, 100_000)
GOALS: Final = {("preview", 10_000): 2.0, ("commit", 10_000): 5.0}
FORMATS: Final = ("csv", "xlsx", "vcard3", "vcard4", "json")
_BOUNDARY: Final = "benchmark"
_PATIENCE: Final = 600


def measure_import(seeds: Seeds) -> Measured:
    """Over HTTP: preview, commit, the same file again, and exports, at three sizes of the file."""
    lines: list[Line] = []
    details: dict[str, Any] = {}
    for size in SIZES:
        server = Server(seeds.folder / f"import-{size}", hosted=False)
        with server:
            office = Office(server, 0)
            api, base = office.api(), f"/phonebooks/{office.phonebook}"
            form = _form(as_csv(size))
            for book in ("empty book", "same file again"):
                found, counts = _import(api, base, form)
                if counts != ((size, 0) if book == "empty book" else (0, size)):
                    raise RuntimeError(f"the import of {size} contacts created and left unchanged {counts}")
                for what, seconds in found.items():
                    goal = GOALS.get((what, size)) if book == "empty book" else None
                    lines.append(limited(f"import, {what}, {size:,} contacts, {book}", seconds, goal, "s"))
                    details[f"{what}, {size}, {book}, s"] = round(seconds, 3)
            for format in FORMATS:
                took = _download(server.port, office.token, f"/api/v1{base}/export?format={format}")
                lines.append(limited(f"export, {format}, {size:,} contacts", took, None, "s"))
                details[f"export {format}, {size}, s"] = round(took, 3)
            api.close()
    lines.sort(key=lambda line: line.what.partition(",")[0], reverse=True)
    return Measured(lines=lines, details=details)


def _import(api: Api, base: str, form: bytes) -> tuple[dict[str, float], tuple[int, int]]:
    """The seconds of both steps, and how many contacts were created and unchanged."""
    began = time.perf_counter()
    content_type = f"multipart/form-data; boundary={_BOUNDARY}"
    preview = api.send("POST", f"{base}/imports", form, content_type)
    between = time.perf_counter()
    report = api.ask("POST", f"{base}/imports/{preview['id']}/commit")
    took = {"preview": between - began, "commit": time.perf_counter() - between}
    return took, (report["created"], report["unchanged"])


def _form(data: bytes) -> bytes:
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="people.csv"\r\n\r\n'
    return head.encode() + data + f"\r\n--{_BOUNDARY}--\r\n".encode()


def _download(port: int, token: str, path: str) -> float:
    began = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    connection.request("GET", path, headers={"authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200 or not body:
        raise RuntimeError(f"{path} was answered with {answer.status}")
    return time.perf_counter() - began
