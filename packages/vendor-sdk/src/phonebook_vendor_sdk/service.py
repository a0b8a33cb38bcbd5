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
from typing import Any, ClassVar, Final, Generic, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct

from phonebook_core.errors import Problem
from phonebook_core.vendor_link.forms import Form
from phonebook_core.vendor_link.messages import Notice, Phone, Snippet
from phonebook_core.vendor_link.transport import HostedService, Hosting
from phonebook_vendor_sdk.book import Book
from phonebook_vendor_sdk.settings import PhoneSettings, S, form_of

VariesBy = Literal["query", "phone"]


class PhoneRequest(Struct, frozen=True, kw_only=True):
    """What a rendering may know of the request besides the book and the settings.

    `url` is the file's own URL as phones reach it. `query` and `phone` are filled in only for a file that declares to
    vary by them, and then every different value is rendered and kept on its own; `phone` has no address.
    """

    file: str
    url: str
    query: tuple[tuple[str, str], ...] = ()
    phone: Phone = Phone()

    def value(self, name: str) -> str:
        """The first value of a parameter of the query, empty when it is not there."""
        return next((value for key, value in self.query if key == name), "")


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

    settings_type: ClassVar[type[PhoneSettings]]
    form: ClassVar[Form]
    files: ClassVar[Mapping[str, FileDeclaration]]

    def __init_subclass__(cls, *, abstract: bool = False, **extra: Any) -> None:
        super().__init_subclass__(**extra)
        if abstract:
            return
        _check_names(cls)
        cls.settings_type = _settings_of(cls)
        cls.form = form_of(cls.settings_type)
        cls.files = _files_of(cls)
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
        """What a person should know of this book on these phones, as limits that it exceeds. Changes nothing."""
        return ()

    @classmethod
    def hosted(cls, hosting: Hosting) -> HostedService:
        """The service, ready to run inside the server's process."""
        from phonebook_vendor_sdk.runtime import Runtime

        return Runtime(cls(), hosting)


_SLUG: Final = re.compile(r"[a-z][a-z0-9-]{0,31}\Z")
_FILE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")


def _check_names(cls: type[VendorService[Any]]) -> None:
    slug, label = getattr(cls, "slug", None), getattr(cls, "label", None)
    if not isinstance(slug, str) or not _SLUG.match(slug):
        raise TypeError(
            f'{cls.__name__} needs a slug of lower-case letters, digits and "-", as in slug = "yealink"; got {slug!r}.'
        )
    if not isinstance(label, str) or not label.strip() or len(label) > 64:
        raise TypeError(f'{cls.__name__} needs a label that people read, as in label = "Yealink"; got {label!r}.')


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
        if not isinstance(name, str) or not _FILE.match(name):
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
