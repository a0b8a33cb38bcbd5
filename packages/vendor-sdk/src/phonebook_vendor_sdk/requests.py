"""What a vendor's code is asked by a phone, and what it answers on a route of its own."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from phonebook_core.contact import Contact
from phonebook_core.vendor_link.messages import Phone
from phonebook_vendor_sdk.paging import Page, page_of


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

    def page(self, contacts: Sequence[Contact], *, size: int, parameter: str = "page") -> Page:
        """One page of these contacts: the one whose number the query has, with the URLs of the pages beside it.

        The file must vary by the query. The other parameters of the query are kept in the URLs.
        """
        return page_of(contacts, self.url, self.query, size=size, parameter=parameter)


class RouteRequest(PhoneRequest, frozen=True, kw_only=True):
    """A request for a route: what a `PhoneRequest` has, always with query and phone, and the method and the body.

    `file` is the name of the route. `method` is GET, HEAD or POST, `body` at most 65,536 bytes.
    """

    method: str = "GET"
    body: bytes = b""


class Answer(Struct, frozen=True, kw_only=True):
    """What a route answers. Texts are sent as they are; `status` is an HTTP status from 200 to 599."""

    body: bytes
    content_type: str = "text/xml; charset=utf-8"
    status: int = 200
