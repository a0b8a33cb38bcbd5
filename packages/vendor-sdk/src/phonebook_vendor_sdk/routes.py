"""Routes of a vendor's own: paths below a phonebook's URL that are answered anew at each request.

A file is made once per change and handed out; that is what phones should fetch. A route is for what depends on the
moment or on what the phone sends: it may wait, and sees the body. Login, throttling and the audit trail are the same.
"""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Callable, Container, Coroutine
from typing import Any, Final, TypeVar

import anyio
from msgspec import Struct

from phonebook_vendor_sdk.requests import Answer

ROUTE_SECONDS: Final = 10.0
"""How long a route may take."""
FILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
"""What files and routes may be called."""

_log: Final = logging.getLogger(__name__)
_R = TypeVar("_R", bound=Callable[..., Coroutine[Any, Any, Answer]])


class RouteDeclaration(Struct, frozen=True, kw_only=True):
    """One route, as a vendor declared it: its name, what people read, and the name of its method."""

    name: str
    title: str
    method: str


def phone_route(name: str, *, title: str) -> Callable[[_R], _R]:
    """Declare an async method as what answers at `name`: `answer(self, book, settings, request) -> Answer`.

    It has 10 seconds; after that, and on an exception, the phone gets a 503 and people read a notice.
    """

    def declare(method: _R) -> _R:
        method.__dict__["phone_route"] = (name, title)
        return method

    return declare


def routes_of(cls: type, files: Container[str]) -> dict[str, RouteDeclaration]:
    """The routes of a service. Raises TypeError with a sentence for one that cannot be."""
    members: dict[str, Any] = {}
    for owner in reversed(cls.__mro__):
        members.update(owner.__dict__)
    routes: dict[str, RouteDeclaration] = {}
    form = "async def answer(self, book: Book, settings: Settings, request: RouteRequest) -> Answer"
    for attribute, member in members.items():
        declared = getattr(member, "__dict__", {}).get("phone_route")
        if declared is None:
            continue
        (name, title), where = declared, f"{cls.__name__}.{attribute}"
        if not inspect.iscoroutinefunction(member):
            raise TypeError(f"{where} must be an async method, as in {form}.")
        try:
            inspect.signature(member).bind(None, None, None, None)
        except TypeError:
            takes = ", ".join(inspect.signature(member).parameters)
            raise TypeError(f"{where} takes ({takes}); it must be {form}.") from None
        if not isinstance(name, str) or not FILE_NAME.match(name):
            raise TypeError(f"{where} has the name {name!r}; use letters, digits, dots, - and _, at most 64.")
        if name in files or name in routes:
            raise TypeError(f"{cls.__name__} declares {name} twice; give each file and route a name of its own.")
        routes[name] = RouteDeclaration(name=name, title=title, method=attribute)
    return routes


async def answer_of(ask: Callable[[], Coroutine[Any, Any, Answer]]) -> Answer | str:
    """What the vendor's method answers, or a sentence that says why it gave nothing that can be sent."""
    try:
        with anyio.fail_after(ROUTE_SECONDS):
            answer: Any = await ask()
    except TimeoutError:
        return f"it took over {ROUTE_SECONDS:g} seconds"
    except Exception as error:
        _log.exception("A route failed.")
        return repr(error)
    if not isinstance(answer, Answer) or not isinstance(answer.body, bytes):
        return f"it gave {type(answer).__name__} instead of an Answer with bytes"
    if not 200 <= answer.status <= 599 or not answer.content_type.isascii() or not answer.content_type.isprintable():
        return f"it gave the status {answer.status} and the type {answer.content_type!r}, which cannot be sent"
    return answer
