"""Keeping a phonebook clean over HTTP: duplicates, merging, and normalising on request."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, QueryParameter
from msgspec import Struct

from phonebook_core.contact import Contact
from phonebook_core.errors import Problem
from phonebook_server.checks import etag
from phonebook_server.contacts import duplicates, merging, normalisation
from phonebook_server.contacts.bulk_routes import MAX_BODY
from phonebook_server.contacts.comparison import shown
from phonebook_server.contacts.merging import MergeInput
from phonebook_server.contacts.normalisation import NormalisationInput, NormalisationReport
from phonebook_server.contacts.proposal import FieldChoice
from phonebook_server.contacts.routes import ContactView, EmailView, NumberView, view
from phonebook_server.contacts.similar import Reason
from phonebook_server.contacts.units import Undoable, undoable
from phonebook_server.handling import Asker, Cursor, Id, TheServer
from phonebook_server.paging import DEFAULT_LIMIT, Limit

TheDuplicates = NamedDependency[duplicates.Duplicates]
"""`duplicates`: what was found last."""

Contacts = Annotated[str, QueryParameter(description="The ids of 2 to 20 contacts, with commas between them.")]


class DuplicateView(Struct, frozen=True, kw_only=True):
    """Contacts that are probably the same, why, and how sure that is (at most 1)."""

    contacts: list[ContactView]
    reasons: tuple[Reason, ...]
    score: float


class DuplicateList(Struct, frozen=True, kw_only=True):
    """A page of groups, the surest first; `next_cursor` asks for the following one, null: there is none."""

    items: list[DuplicateView]
    next_cursor: str | None
    total: int


class ChosenInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ids of 2 to 20 contacts."""

    contacts: list[str]


class Pairs(Struct, frozen=True, kw_only=True):
    """How many pairs these contacts make."""

    pairs: int


class ResultView(Contact, frozen=True, kw_only=True, omit_defaults=False):
    """A contact as merging would make it, every field there."""

    numbers: tuple[NumberView, ...] = ()
    emails: tuple[EmailView, ...] = ()


class ProposalView(Struct, frozen=True, kw_only=True):
    """What merging would make, with what each contact says, field by field.

    `versions` can be sent along with the merge. While there are `problems`, send a `result` that has less in it.
    """

    result: ResultView
    fields: list[FieldChoice]
    versions: dict[str, int]
    problems: list[Problem]


class MergedView(Undoable, frozen=True, kw_only=True):
    """The contact that was kept; a POST to `undo` brings everything back as it was."""

    contact: ContactView


@get(
    "/phonebooks/{phonebook_id:str}/duplicates",
    operation_id="list_duplicates",
    summary="List contacts that are probably the same",
)
async def list_duplicates(
    server: TheServer,
    principal: Asker,
    duplicates: TheDuplicates,
    phonebook_id: Id,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> DuplicateList:
    """Groups of the phonebook's own contacts with the same number, e-mail or (nearly) the same name. Editors."""
    page = await duplicates.list_duplicates(server, principal, phonebook_id, cursor=cursor, limit=limit)
    items = [
        DuplicateView(contacts=list(map(view, each.contacts)), reasons=each.group.reasons, score=each.group.score)
        for each in page.items
    ]
    return DuplicateList(items=items, next_cursor=page.next_cursor, total=page.total)


@post(
    "/phonebooks/{phonebook_id:str}/duplicates/dismissals",
    operation_id="dismiss_duplicates",
    summary="Remember that contacts are not the same",
    status_code=200,
)
async def dismiss_duplicates(
    server: TheServer, principal: Asker, phonebook_id: Id, data: JSONBody[ChosenInput]
) -> Pairs:
    """No two of these contacts are shown as duplicates any more. Editors."""
    return Pairs(pairs=await duplicates.dismiss(server, principal, phonebook_id, data.contacts))


@delete(
    "/phonebooks/{phonebook_id:str}/duplicates/dismissals",
    operation_id="undismiss_duplicates",
    summary="Forget that contacts are not the same",
    status_code=200,
)
async def undismiss_duplicates(server: TheServer, principal: Asker, phonebook_id: Id, contacts: Contacts = "") -> Pairs:
    """These contacts may be shown as duplicates again. Editors."""
    return Pairs(pairs=await duplicates.undismiss(server, principal, phonebook_id, _split(contacts)))


@get(
    "/phonebooks/{phonebook_id:str}/merge/proposal",
    operation_id="propose_merge",
    summary="See what merging would make",
)
async def propose_merge(
    server: TheServer, principal: Asker, phonebook_id: Id, contacts: Contacts = "", keep: FromQuery[str | None] = None
) -> ProposalView:
    """The contacts side by side, field by field, and what is proposed. Nothing is changed. Editors."""
    proposal = await merging.propose_merge(server, principal, phonebook_id, _split(contacts), keep)
    return ProposalView(
        result=_view_result(proposal.result),
        fields=proposal.fields,
        versions=proposal.versions,
        problems=proposal.problems,
    )


@post(
    "/phonebooks/{phonebook_id:str}/merge",
    operation_id="merge_contacts",
    summary="Merge contacts",
    status_code=200,
)
async def merge_contacts(
    server: TheServer, principal: Asker, phonebook_id: Id, data: JSONBody[MergeInput]
) -> Response[MergedView]:
    """One contact is kept and gets what the others say too, or the `result`; the others go to the bin. Editors."""
    merged = await merging.merge_contacts(server, principal, phonebook_id, data)
    done = undoable(merged.unit)
    answer = MergedView(contact=view(merged.stored), unit=done.unit, undo=done.undo)
    return Response(answer, headers={"ETag": etag(merged.stored.version)})


@post(
    "/phonebooks/{phonebook_id:str}/normalisation",
    operation_id="normalise_contacts",
    summary="Put numbers, labels and names in order",
    status_code=200,
    request_max_body_size=MAX_BODY,
)
async def normalise_contacts(
    server: TheServer, principal: Asker, phonebook_id: Id, data: JSONBody[NormalisationInput]
) -> NormalisationReport:
    """Numbers as E.164 where that is certain, one spelling per label; a preview unless `dry_run` is false. Editors."""
    return await normalisation.normalise(server, principal, phonebook_id, data)


handlers: Final = (
    list_duplicates,
    dismiss_duplicates,
    undismiss_duplicates,
    propose_merge,
    merge_contacts,
    normalise_contacts,
)


def _split(ids: str) -> list[str]:
    return [id.strip() for id in ids.split(",") if id.strip()]


def _view_result(contact: Contact) -> ResultView:
    fields = {name: getattr(contact, name) for name in Contact.__struct_fields__}
    fields["numbers"] = tuple(NumberView(**number) for number in shown(contact.numbers))
    fields["emails"] = tuple(EmailView(**email) for email in shown(contact.emails))
    return ResultView(**fields)
