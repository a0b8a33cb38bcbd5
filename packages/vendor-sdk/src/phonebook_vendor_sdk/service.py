"""What a vendor writes: a subclass of `VendorService` with its settings, and one pure function per file.

Everything else is done for it: the link, the state machine, reconnecting, the contact copy, rendering once per change,
basic auth, throttling, ETag, gzip, dispatch reports, the copy on disk. Mistakes in a subclass are TypeErrors when its
module is imported, each a sentence that says what to write instead.
"""

from __future__ import annotations

import functools
import importlib.metadata
import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, ClassVar, Final, Generic, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct

from phonebook_core.errors import Problem
from phonebook_core.vendor_link.forms import Form
from phonebook_core.vendor_link.messages import Notice, Phone, Snippet
from phonebook_core.vendor_link.transport import HostedService, Hosting
from phonebook_vendor_sdk.book import Book
from phonebook_vendor_sdk.limits import Limits, exceeded
from phonebook_vendor_sdk.requests import PhoneRequest
from phonebook_vendor_sdk.routes import FILE_NAME, RouteDeclaration, routes_of
from phonebook_vendor_sdk.settings import PhoneSettings, S, form_of

VariesBy = Literal["query", "phone"]


class Change(Struct, Generic[S], frozen=True, kw_only=True):
    """What phones can be told: the book and the settings as they are now, and what `while_enabled` gave.

    `phones` are those that fetched this phonebook since the service started, the last one first, at most 1,000, each
    with the address it came from; behind a proxy that is the proxy's.
    """

    book: Book
    settings: S
    phones: tuple[Phone, ...] = ()
    held: Any = None


class FileDeclaration(Struct, frozen=True, kw_only=True):
    """One file that phones may fetch, as a vendor declared it."""

    name: str
    title: str
    content_type: str
    varies_by: frozenset[VariesBy]
    render: Callable[[Book, Any, PhoneRequest], bytes]


_F = TypeVar("_F", bound=Callable[..., bytes])


def phone_file(
    name: str,
    *,
    title: str,
    content_type: str = "text/xml; charset=utf-8",
    varies_by: Iterable[VariesBy] = (),
) -> Callable[[_F], _F]:
    """Declare a static method as the rendering of the file `name`: `render(book, settings, request) -> bytes`.

    The method is pure: the same arguments give the same bytes. It runs once per change and not once per request,
    except that a file which `varies_by` the query or the phone is rendered for each different one. Raising `Invalid`
    says that the settings no longer work, and people are asked; on any other exception phones keep the last good file.
    """

    def declare(method: _F) -> _F:
        method.__dict__["phone_file"] = (name, title, content_type, frozenset(varies_by))
        return method

    return declare


class VendorService(Generic[S]):
    """The base class of every vendor service; `S` is its struct of settings.

    `slug` is in every URL and never changes; `label` is what people read. Instances are made without arguments and
    hold no state of phonebooks. A class that is only a step to others says `abstract=True`.
    """

    slug: ClassVar[str]
    label: ClassVar[str]
    version: ClassVar[str] = ""
    """The version of the vendor's package; found by itself when the package is installed."""
    place: ClassVar[str] = ""
    """Where in the phones' own web page people type the address, in its words, as "Directory › Remote Phone Book"."""
    limits: ClassVar[Sequence[Limits]] = ()
    """What its phones can take, by model family; what exceeds that is counted, and people read it as a notice."""

    settings_type: ClassVar[type[PhoneSettings]]
    form: ClassVar[Form]
    files: ClassVar[Mapping[str, FileDeclaration]]
    routes: ClassVar[Mapping[str, RouteDeclaration]]

    def __init_subclass__(cls, *, abstract: bool = False, **extra: Any) -> None:
        super().__init_subclass__(**extra)
        if abstract:
            return
        _check_names(cls)
        cls.settings_type = _settings_of(cls)
        cls.form = form_of(cls.settings_type)
        cls.files = _files_of(cls)
        cls.routes = routes_of(cls, cls.files)
        _check_limits(cls)
        _check_methods(cls)
        if "version" not in cls.__dict__:
            cls.version = _version_of(cls.__module__.partition(".")[0])

    async def check(self, settings: S) -> Sequence[Problem]:
        """Whether these settings work, beyond what their types say: one problem for each thing a person must change.

        It has 20 seconds; an exception is reported as a problem. The settings before stay in force while it runs.
        """
        return ()

    def identify(self, user_agent: str) -> Phone:
        """What a User-Agent (at most 256 characters) says of the phone. A claim, never a proof: for reports only."""
        return Phone()

    def snippets(self, urls: Mapping[str, str], settings: S) -> Sequence[Snippet]:
        """Ready-to-paste configuration for phones, given the URL of each file."""
        return ()

    def advise(self, book: Book, settings: S) -> Sequence[Notice]:
        """What a person should know of this book on these phones, besides its `limits`. Changes nothing."""
        return ()

    def all_advice(self, book: Book, settings: S) -> tuple[Notice, ...]:
        """What `advise` says, and each of the `limits` that this book exceeds."""
        return (*exceeded(self.limits, book), *self.advise(book, settings))

    def while_enabled(self, settings: S) -> AbstractAsyncContextManager[Any]:
        """What to hold for a phonebook while it is enabled with these settings, as a connection to a telephone system.

        Write it as an async generator below `@asynccontextmanager`; what it yields comes back as `Change.held`. It is
        entered when these settings are accepted and left when they change, when the service is turned off and when it
        stops. It has 30 seconds to begin and 5 to end. An exception is a notice, and it is entered again after a
        while; phones are served meanwhile. Its body may run tasks of its own.
        """
        return nullcontext()

    async def on_changed(self, change: Change[S]) -> None:
        """Tell phones that there is something newer, when they can be told: the next fetch has the change already.

        Called after the book or the settings changed, a second after the last change of a burst (ten after the first),
        never twice at a time. It has 30 seconds; an exception is a notice, and the next change is told all the same.
        """

    @classmethod
    def hosted(cls, hosting: Hosting) -> HostedService:
        """The service, ready to run inside the server's process."""
        from phonebook_vendor_sdk.runtime import Runtime

        return Runtime(cls(), hosting)


_SLUG: Final = re.compile(r"[a-z][a-z0-9-]{0,31}\Z")


def _check_names(cls: type[VendorService[Any]]) -> None:
    slug, label = getattr(cls, "slug", None), getattr(cls, "label", None)
    if not isinstance(slug, str) or not _SLUG.match(slug):
        raise TypeError(
            f'{cls.__name__} needs a slug of lower-case letters, digits and "-", as in slug = "yealink"; got {slug!r}.'
        )
    if not isinstance(label, str) or not label.strip() or len(label) > 64:
        raise TypeError(f'{cls.__name__} needs a label that people read, as in label = "Yealink"; got {label!r}.')
    if not isinstance(cls.place, str):
        raise TypeError(f'{cls.__name__}.place must be a text, as in place = "Directory › Remote Phone Book".')


def _check_limits(cls: type[VendorService[Any]]) -> None:
    if not isinstance(cls.limits, list | tuple) or not all(isinstance(each, Limits) for each in cls.limits):
        raise TypeError(f'{cls.__name__}.limits must be a list, as in [Limits(phones="A1", contacts=500)].')
    for each in cls.limits:
        known = (each.contacts, each.numbers, each.number, each.name)
        if (
            not each.phones
            or all(limit is None for limit in known)
            or any(limit is not None and limit < 1 for limit in known)
        ):
            raise TypeError(f"{cls.__name__} has limits that say nothing: {each}; name phones and a number above 0.")


_METHODS: Final = {
    "check": ("async def check(self, settings)", 1),
    "identify": ("def identify(self, user_agent)", 1),
    "snippets": ("def snippets(self, urls, settings)", 2),
    "advise": ("def advise(self, book, settings)", 2),
    "while_enabled": ("@asynccontextmanager async def while_enabled(self, settings)", 1),
    "on_changed": ("async def on_changed(self, change)", 1),
}
"""What a vendor may write besides files: how it must look, and how many arguments it is called with."""


def _check_methods(cls: type[VendorService[Any]]) -> None:
    for name, (form, arguments) in _METHODS.items():
        method = inspect.getattr_static(cls, name)
        where = f"{cls.__name__}.{name}"
        if not inspect.isfunction(method):
            raise TypeError(f"{where} must be a plain method, as in {form}.")
        if inspect.isasyncgenfunction(method) and name == "while_enabled":
            raise TypeError(f"{where} is a bare generator; write @asynccontextmanager above it, as in {form}.")
        if inspect.iscoroutinefunction(method) != form.startswith("async"):
            raise TypeError(f"{where} must be {form}.")
        try:
            inspect.signature(method).bind(*[None] * (arguments + 1))
        except TypeError:
            takes = ", ".join(inspect.signature(method).parameters)
            raise TypeError(f"{where} takes ({takes}); it must be {form}.") from None


def _settings_of(cls: type[VendorService[Any]]) -> type[PhoneSettings]:
    for owner in cls.__mro__:
        for base in owner.__dict__.get("__orig_bases__", ()):
            origin = get_origin(base)
            if isinstance(origin, type) and issubclass(origin, VendorService):
                settings = get_args(base)[0]
                if isinstance(settings, TypeVar):
                    continue
                return _checked_settings(cls, settings)
    raise TypeError(f"{cls.__name__} does not name its settings; write class {cls.__name__}(VendorService[Settings]).")


def _checked_settings(cls: type, settings: Any) -> type[PhoneSettings]:
    if not isinstance(settings, type) or not issubclass(settings, Struct):
        raise TypeError(f"The settings of {cls.__name__} are not a msgspec Struct; derive them from PhoneSettings.")
    if not issubclass(settings, PhoneSettings):
        raise TypeError(
            f"{settings.__name__} is not derived from PhoneSettings, so phones would have no login; "
            f"write class {settings.__name__}(PhoneSettings, frozen=True, kw_only=True, forbid_unknown_fields=True)."
        )
    if not settings.__struct_config__.frozen:
        raise TypeError(f"{settings.__name__} can be changed after it was checked; add frozen=True to its class line.")
    return settings


def _files_of(cls: type[VendorService[Any]]) -> dict[str, FileDeclaration]:
    members: dict[str, Any] = {}
    for owner in reversed(cls.__mro__):
        members.update(owner.__dict__)
    files: dict[str, FileDeclaration] = {}
    for attribute, member in members.items():
        declared = getattr(member, "__dict__", {}).get("phone_file") if callable(member) else None
        if declared is None:
            continue
        name, title, content_type, varies_by = declared
        where = f"{cls.__name__}.{attribute}"
        if not isinstance(name, str) or not FILE_NAME.match(name):
            raise TypeError(f"{where} has the file name {name!r}; use letters, digits, dots, - and _, at most 64.")
        if name in files:
            raise TypeError(f"{cls.__name__} declares the file {name} twice; give each file a name of its own.")
        if not varies_by <= {"query", "phone"}:
            raise TypeError(f'{where} varies by {sorted(varies_by)}; only "query" and "phone" are known.')
        files[name] = FileDeclaration(
            name=name, title=title, content_type=content_type, varies_by=varies_by, render=_render_of(where, member)
        )
    if not files:
        raise TypeError(f"{cls.__name__} has no file for phones; add a static method below @phone_file(…, title=…).")
    return files


def _render_of(where: str, member: Any) -> Callable[[Book, Any, PhoneRequest], bytes]:
    form = "@staticmethod def render(book: Book, settings: Settings, request: PhoneRequest) -> bytes"
    if not isinstance(member, staticmethod):
        raise TypeError(f"{where} must be a static method, as in {form}, with @phone_file above @staticmethod.")
    function = member.__func__
    if inspect.iscoroutinefunction(function):
        raise TypeError(f"{where} is async; rendering is pure and waits for nothing, as in {form}.")
    parameters = list(inspect.signature(function).parameters.values())
    plain = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}
    required = [p for p in parameters if p.default is p.empty]
    if len(required) != 3 or any(p.kind not in plain for p in parameters[:3]):
        raise TypeError(f"{where} takes ({', '.join(p.name for p in parameters)}); it must be {form}.")
    render: Callable[[Book, Any, PhoneRequest], bytes] = function
    return render


@functools.cache
def _version_of(package: str) -> str:
    """The version of the distribution that is called like its package, empty when there is none."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def sdk_version() -> str:
    """The version of this SDK."""
    return _version_of("phonebook_vendor_sdk")


def phone_without(phone: Phone) -> Phone:
    """The phone as a rendering may see it: what it is, without its address and without the words it used."""
    return msgspec.structs.replace(phone, address="", user_agent="")
