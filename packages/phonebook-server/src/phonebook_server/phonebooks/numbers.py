"""What numbers are, in the form that the phones of a phonebook would get. For showing while somebody types."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from litestar import post
from litestar.params import JSONBody
from msgspec import Struct

from phonebook_core.contact import PhoneNumber
from phonebook_core.number_kind import NumberKind, describe
from phonebook_core.phone_number import dial
from phonebook_server.accounts.guards import PhonebookRow, Role, require_phonebook
from phonebook_server.handling import Asker, Id, TheServer

MAX_VALUES: Final = 100


class NumbersInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Numbers as somebody types them, up to 100 at once."""

    values: Annotated[list[str], msgspec.Meta(max_length=MAX_VALUES)]


class NumberWarningView(Struct, frozen=True, kw_only=True):
    """What somebody should know of a number. `code` is stable, `values` are what the sentence is about."""

    code: str
    message: str
    values: dict[str, Any]


class NumberView(Struct, frozen=True, kw_only=True):
    """A number and what it is. `shown` is what phones get, in the phonebook's output form.

    `valid`: it has an E.164 form, which is `e164`. Internal numbers, feature codes and SIP addresses have none and are
    as good; what is wrong with a number is in `warnings`.
    """

    value: str
    valid: bool
    e164: str | None
    kind: NumberKind
    shown: str
    warnings: list[NumberWarningView]


class NumberList(Struct, frozen=True, kw_only=True):
    """The numbers, in the order in which they were sent."""

    items: list[NumberView]


def view(value: str, phonebook: PhonebookRow) -> NumberView:
    """What is known of one number."""
    found = describe(value, phonebook.region)
    number = PhoneNumber(value=value, e164=found.e164)
    return NumberView(
        value=value,
        valid=found.e164 is not None,
        e164=found.e164,
        kind=found.kind,
        shown="" if found.kind is NumberKind.EMPTY else dial(number, phonebook.output, phonebook.region),
        warnings=[
            NumberWarningView(code=each.code, message=each.message, values=dict(each.values)) for each in found.warnings
        ],
    )


@post(
    "/phonebooks/{phonebook_id:str}/numbers",
    operation_id="check_numbers",
    summary="Say what numbers are and what phones get",
    status_code=200,
)
async def check_numbers(
    server: TheServer, principal: Asker, phonebook_id: Id, data: JSONBody[NumbersInput]
) -> NumberList:
    """For each number: whether it is valid, of what kind, the form that phones get, and warnings. Viewers.

    Nothing is stored; any text may be.
    """
    async with server.db.reading() as connection:
        phonebook = await require_phonebook(connection, principal, phonebook_id, Role.VIEWER)
    return NumberList(items=[view(value, phonebook) for value in data.values])


handlers: Final = [check_numbers]
