"""Who is calling, over HTTP: for telephone systems and for phones that ask before they ring."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import get
from litestar.params import QueryParameter
from msgspec import Struct

from phonebook_server.contacts import lookup
from phonebook_server.contacts.caller import MAX_NUMBER
from phonebook_server.contacts.lookup import Lookup, Match
from phonebook_server.contacts.routes import ContactView, view
from phonebook_server.handling import Asker, Id, TheServer

Number = Annotated[
    str,
    QueryParameter(
        max_length=MAX_NUMBER,
        description="The number in whatever form it came: +49…, 0049…, national, with the prefix of the outside line, "
        "sip:…@host, tel:…; percent-encoded, as a `+` in an address means a space.",
    ),
]


class MatchView(Struct, frozen=True, kw_only=True):
    """A contact that has the number, where it was found, and which of its numbers it is as it is written there.

    `exact` is false when the caller's number is longer: that of the contact with an extension behind it.
    """

    contact: ContactView
    phonebook_id: str
    phonebook_name: str
    number: str
    exact: bool


class LookupView(Struct, frozen=True, kw_only=True):
    """What was asked, its E.164 form where that is certain, and who it is, the surest first."""

    number: str
    e164: str | None
    matches: list[MatchView]


@get("/sites/{site_id:str}/lookup", operation_id="look_up_in_site", summary="Who is calling?")
async def look_up_in_site(server: TheServer, principal: Asker, site_id: Id, number: Number = "") -> LookupView:
    """The contacts with this number in all phonebooks of the site, at most 20. An anonymous caller is nobody."""
    return as_view(await lookup.look_up_in_site(server, principal, site_id, _plus(number)))


@get("/phonebooks/{phonebook_id:str}/lookup", operation_id="look_up_in_phonebook", summary="Who is calling?")
async def look_up_in_phonebook(
    server: TheServer, principal: Asker, phonebook_id: Id, number: Number = ""
) -> LookupView:
    """The contacts with this number in a phonebook and what it includes, at most 20."""
    return as_view(await lookup.look_up_in_phonebook(server, principal, phonebook_id, _plus(number)))


handlers: Final = (look_up_in_site, look_up_in_phonebook)


def _plus(number: str) -> str:
    """The number with its `+`, where whoever asked forgot to encode it."""
    return "+" + number[1:] if number[:1] == " " and number[1:2].isdigit() else number


def as_view(found: Lookup) -> LookupView:
    """The answer as clients get it."""
    return LookupView(number=found.number, e164=found.e164, matches=[_match(match) for match in found.matches])


def _match(match: Match) -> MatchView:
    return MatchView(
        contact=view(match.stored),
        phonebook_id=match.phonebook_id,
        phonebook_name=match.phonebook_name,
        number=match.number,
        exact=match.exact,
    )
