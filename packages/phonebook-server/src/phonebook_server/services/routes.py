"""`/api/v1/services`, `/api/v1/service-tokens` and `/api/v1/phonebooks/{id}/services`."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from litestar import delete, get, post, put
from litestar.params import JSONBody
from msgspec import Struct

from phonebook_core.errors import Problem
from phonebook_core.vendor_link.forms import Form
from phonebook_core.vendor_link.lifecycle import State
from phonebook_core.vendor_link.messages import Notice, PhoneFile, Snippet
from phonebook_server.accounts.guards import require_admin
from phonebook_server.checks import iso
from phonebook_server.handling import Asker, Cursor, Id, TheLinks, TheServer
from phonebook_server.paging import DEFAULT_LIMIT, Limit, decode_cursor, encode_cursor
from phonebook_server.services import actions, tokens
from phonebook_server.services.actions import Standing
from phonebook_server.services.rotation import MAX_OVERLAP_HOURS, rotate_password
from phonebook_server.services.store import load_services
from phonebook_server.services.tokens import NewServiceToken, ServiceTokenView


class Decision(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether the service is to be on, and its settings. A setting that is absent stays as it is.

    A setting of null takes its automatic value or default again; a secret of null stays as it is.
    """

    on: bool
    settings: dict[str, Any] | None = None


class RotationInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how many hours phones may go on using the password before; 0: it is void at once."""

    overlap_hours: Annotated[float, msgspec.Meta(ge=0, le=MAX_OVERLAP_HOURS)] = 24


class ProblemView(Struct, frozen=True, kw_only=True):
    """A complaint that a person can act on; `field` names the setting, empty for the whole."""

    field: str
    code: str
    message: str


class AccessView(Struct, frozen=True, kw_only=True):
    """How phones reach the phonebook. The password and the snippets are for managers; others get null and none.

    `place` is where in the phones' own web page it is typed, empty when the service does not say.
    """

    url: str
    username: str
    password: str | None
    files: list[PhoneFile]
    snippets: list[Snippet]
    place: str


class ServiceSummary(Struct, frozen=True, kw_only=True):
    """A vendor service and how it stands to a phonebook."""

    slug: str
    label: str
    state: State
    on: bool
    settled: bool


class ServiceView(ServiceSummary, frozen=True, kw_only=True):
    """A vendor service and all there is to know of how it stands to a phonebook.

    `settings` has null for secrets; `automatic` names the settings that nobody typed. `settled` is false while
    something is under way. `fields` describes the values that contacts may carry for this service. Until
    `former_password_until` phones may also use the password from before the last rotation, null: they may not.
    `can_overlap`: the running service can do that.
    """

    version: str
    instances: int
    seen_at: str
    form: Form
    fields: Form
    settings: dict[str, Any]
    automatic: list[str]
    problems: list[ProblemView]
    access: AccessView | None
    notices: list[Notice]
    former_password_until: str | None
    password_rotated_at: str | None
    can_overlap: bool


class ServiceSummaryList(Struct, frozen=True, kw_only=True):
    """Every known service, by label; there is always one page."""

    items: list[ServiceSummary]
    next_cursor: str | None = None


class InstanceView(Struct, frozen=True, kw_only=True):
    """One running copy of a service: where it dialled from and since when it is linked."""

    instance: str
    origin: str
    since: str
    version: str
    sdk: str


class InstalledService(Struct, frozen=True, kw_only=True):
    """A vendor service as the installation knows it."""

    slug: str
    label: str
    version: str
    sdk: str
    linked: bool
    first_seen_at: str
    seen_at: str
    instances: list[InstanceView]


class InstalledServiceList(Struct, frozen=True, kw_only=True):
    """Every known service, by label; there is always one page."""

    items: list[InstalledService]
    next_cursor: str | None = None


class ServiceTokenInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The service that is to be let in, by its slug, as `yealink`."""

    slug: str


class ServiceTokenPage(Struct, frozen=True, kw_only=True):
    """Some of the service tokens; `next_cursor` asks for the following ones."""

    items: list[ServiceTokenView]
    next_cursor: str | None


def summary(standing: Standing) -> ServiceSummary:
    """The standing in a list."""
    return ServiceSummary(
        slug=standing.service.slug,
        label=standing.service.label,
        state=standing.state,
        on=standing.on,
        settled=standing.settled,
    )


def view(standing: Standing, now: int) -> ServiceView:
    """The standing as clients get it."""
    service, access, rotation = standing.service, standing.access, standing.rotation
    return ServiceView(
        slug=service.slug,
        label=service.label,
        state=standing.state,
        on=standing.on,
        settled=standing.settled,
        version=service.version,
        instances=standing.instances,
        seen_at=iso(service.seen_at),
        form=service.form,
        fields=service.fields,
        settings=dict(standing.settings),
        automatic=list(standing.automatic),
        problems=[_problem(problem) for problem in standing.problems],
        access=AccessView(
            url=access.url,
            username=access.username,
            password=access.password or None,
            files=list(access.files),
            snippets=list(access.snippets),
            place=access.place,
        )
        if access is not None
        else None,
        notices=list(standing.notices),
        former_password_until=iso(rotation.former_until) if rotation and rotation.former_until > now else None,
        password_rotated_at=iso(rotation.rotated_at) if rotation else None,
        can_overlap=standing.can_overlap,
    )


def _problem(problem: Problem) -> ProblemView:
    return ProblemView(field=problem.field, code=problem.code, message=problem.message)


@get("/phonebooks/{phonebook_id:str}/services", operation_id="list_services", summary="List vendor services")
async def list_of_phonebook(
    server: TheServer, links: TheLinks, principal: Asker, phonebook_id: Id
) -> ServiceSummaryList:
    """Every known vendor service and how it stands to this phonebook. Viewers."""
    standings = await actions.list_standings(server, links, principal, phonebook_id)
    return ServiceSummaryList(items=[summary(standing) for standing in standings])


@get("/phonebooks/{phonebook_id:str}/services/{slug:str}", operation_id="get_service", summary="Get a vendor service")
async def get_of_phonebook(
    server: TheServer, links: TheLinks, principal: Asker, phonebook_id: Id, slug: Id
) -> ServiceView:
    """How a vendor service stands to this phonebook: state, form, settings, problems, access. Viewers."""
    return view(await actions.get_standing(server, links, principal, phonebook_id, slug), server.clock())


@put(
    "/phonebooks/{phonebook_id:str}/services/{slug:str}",
    operation_id="decide_service",
    summary="Turn a vendor service on or off",
)
async def decide_for_phonebook(
    server: TheServer, links: TheLinks, principal: Asker, phonebook_id: Id, slug: Id, data: JSONBody[Decision]
) -> ServiceView:
    """Turn a vendor service on or off for this phonebook and set its settings. Managers.

    Answers when the service has, or after a few seconds with `settled` false; what is wanted is stored in any case.
    """
    standing = await actions.decide(server, links, principal, phonebook_id, slug, on=data.on, settings=data.settings)
    return view(standing, server.clock())


@post(
    "/phonebooks/{phonebook_id:str}/services/{slug:str}/password",
    operation_id="rotate_phone_password",
    summary="Give the phones another password",
    status_code=200,
)
async def rotate_phone_password(
    server: TheServer, links: TheLinks, principal: Asker, phonebook_id: Id, slug: Id, data: JSONBody[RotationInput]
) -> ServiceView:
    """Make another password for the phones; the one before works on for `overlap_hours`, 0: not at all. Managers.

    An overlap before ends. Answers when the service has the new password, or after a few seconds with `settled` false.
    Refused with 409 when the service cannot have an overlap, is off, or has no password that is made by the server.
    """
    standing = await rotate_password(server, links, principal, phonebook_id, slug, overlap_hours=data.overlap_hours)
    return view(standing, server.clock())


@get("/services", operation_id="list_installed_services", summary="List the installation's vendor services")
async def list_installed(server: TheServer, links: TheLinks, principal: Asker) -> InstalledServiceList:
    """Every vendor service that ever linked, with the instances that are linked now. Administrators."""
    require_admin(principal, "see the vendor services of the installation")
    async with server.db.reading() as connection:
        services = await load_services(connection)
    return InstalledServiceList(
        items=[
            InstalledService(
                slug=service.slug,
                label=service.label,
                version=service.version,
                sdk=service.sdk,
                linked=bool(links.of(service.slug)),
                first_seen_at=iso(service.first_seen_at),
                seen_at=iso(service.seen_at),
                instances=[
                    InstanceView(
                        instance=link.hello.instance,
                        origin=link.origin,
                        since=iso(link.since),
                        version=link.hello.version,
                        sdk=link.hello.sdk,
                    )
                    for link in links.of(service.slug)
                    if link.hello is not None
                ],
            )
            for service in services
        ]
    )


@get("/service-tokens", operation_id="list_service_tokens", summary="List the tokens of vendor services")
async def list_service_tokens(
    server: TheServer, principal: Asker, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> ServiceTokenPage:
    """The tokens that were not revoked, oldest first; never their secrets. Administrators."""
    [after] = decode_cursor(cursor, 1)
    items = await tokens.list_service_tokens(server, principal, after=after, limit=limit + 1)
    more = encode_cursor(items[limit - 1].id) if len(items) > limit else None
    return ServiceTokenPage(items=items[:limit], next_cursor=more)


@post("/service-tokens", operation_id="create_service_token", summary="Make a token for a vendor service")
async def create_service_token(
    server: TheServer, principal: Asker, data: JSONBody[ServiceTokenInput]
) -> NewServiceToken:
    """The answer has the secret, which is not shown again; earlier tokens stay valid. Administrators."""
    return await tokens.create_service_token(server, principal, data.slug)


@delete(
    "/service-tokens/{service_token_id:str}",
    operation_id="revoke_service_token",
    summary="Revoke the token of a vendor service",
)
async def revoke_service_token(server: TheServer, principal: Asker, service_token_id: Id) -> None:
    """The next dial with it is refused; what is linked with it is parted from within a second. Administrators."""
    await tokens.revoke_service_token(server, principal, service_token_id)


handlers: Final = [
    list_of_phonebook,
    get_of_phonebook,
    decide_for_phonebook,
    rotate_phone_password,
    list_installed,
    list_service_tokens,
    create_service_token,
    revoke_service_token,
]
