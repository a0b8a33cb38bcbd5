"""The first seconds of a link."""

from __future__ import annotations

import anyio

from phonebook_core.vendor_link.forms import FieldKind
from phonebook_core.vendor_link.messages import SUBPROTOCOL, Failure, Hello, Ping, Pong
from phonebook_core.vendor_link.transport import LINK_PATH
from phonebook_vendor_sdk.conformance.check import check, expect
from phonebook_vendor_sdk.conformance.played_server import PREFIX
from phonebook_vendor_sdk.conformance.stage import Stage

SECTION = "The handshake"


@check("handshake.path", "It dials /vendors/link below the server's URL, whose path it keeps", section=SECTION)
async def dials_the_path(stage: Stage) -> None:
    path = stage.server.dials[0].path
    expect(path == PREFIX + LINK_PATH, f"It dialled {path}; the server is at {PREFIX}, so it is {PREFIX}{LINK_PATH}.")


@check("handshake.token", "It shows its service token in Authorization: Bearer", section=SECTION)
async def shows_its_token(stage: Stage) -> None:
    shown = stage.server.dials[0].headers.get("authorization", "")
    expect(shown == f"Bearer {stage.server.token}", "The Authorization header was not Bearer and the token it got.")


@check("handshake.version", f"It offers the subprotocol {SUBPROTOCOL}", section=SECTION)
async def offers_the_version(stage: Stage) -> None:
    offered = stage.server.dials[0].headers.get("sec-websocket-protocol", "")
    expect(SUBPROTOCOL in [o.strip() for o in offered.split(",")], f"It offered “{offered}”.")


@check("handshake.origin", "It sends no Origin header, which is refused", section=SECTION)
async def sends_no_origin(stage: Stage) -> None:
    expect("origin" not in stage.server.dials[0].headers, "The request had an Origin header, as browsers send it.")


@check("handshake.hello", "Its first message is hello, with a name, a label and an instance", section=SECTION)
async def introduces_itself(stage: Stage) -> None:
    link = await stage.link()
    expect(isinstance(link.requests[0], Hello), f"The first message was {link.requests[0].kind}.")
    hello = link.hello
    assert hello is not None
    expect(hello.slug and hello.label and hello.instance, "slug, label and instance need a value each.")
    fit = hello.slug.isascii() and hello.slug.replace("-", "").isalnum() and hello.slug == hello.slug.lower()
    expect(fit, f"The slug is part of URLs: lower-case letters, digits and hyphens, not “{hello.slug}”.")


@check("handshake.form", "Its form has one title per field, and choices where something is chosen", section="FormField")
async def describes_its_settings(stage: Stage) -> None:
    await stage.link()
    fields = stage.form.fields
    expect(len({f.name for f in fields}) == len(fields), "Two fields of the form have one name.")
    for field in fields:
        expect(field.name and field.title, f"The field “{field.name or field.title}” needs a name and a title.")
        if field.kind in (FieldKind.CHOICE, FieldKind.CHOICES):
            expect(field.choices, f"{field.name} is a {field.kind} without choices.")
        if field.kind is FieldKind.CHOICE and field.default is not None:
            offered = [choice.value for choice in field.choices]
            expect(field.default in offered, f"The default of {field.name} is not one of its choices.")


@check("handshake.instance", "A new link has the instance of the one before", section=SECTION, lane="links")
async def keeps_its_instance(stage: Stage) -> None:
    first = await stage.link()
    second = await stage.relink()
    assert first.hello is not None
    assert second.hello is not None
    expect(
        first.hello.instance == second.hello.instance, "The instance changed with the link; make it once and keep it."
    )


@check(
    "handshake.patience", "Before the welcome it answers a ping and sends nothing else", section=SECTION, lane="links"
)
async def waits_for_the_welcome(stage: Stage) -> None:
    stage.server.welcomes = False
    try:
        count = len(stage.server.links)
        await (await stage.link()).cut()
        link = await stage.next_link(count)
        pong = await link.ask(Ping())
        expect(isinstance(pong, Pong), f"A ping before the welcome was answered with {pong.kind}.")
        await anyio.sleep(0.5)
        early = [message.kind for message in link.requests if not isinstance(message, Hello | Ping)]
        expect(not early, f"Before the welcome it sent {', '.join(early)}.")
        await link.welcome()
        expect(await link.is_alive(), "A welcome half a second after the hello ended the link.")
    finally:
        stage.server.welcomes = True


@check(
    "handshake.newer-server", "It takes a welcome with features and fields it does not know",
    section="Growth", lane="links",
)  # fmt: skip
async def takes_a_newer_welcome(stage: Stage) -> None:
    stage.server.welcome = {"features": ["from_the_future"], "colour": {"of": ["the", 1]}}
    try:
        link = await stage.relink()
        expect(await link.is_alive(), "The link ended.")
        await stage.enabled()
    finally:
        stage.server.welcome = {}


@check(
    "handshake.failure", "A failure instead of the welcome ends that link, and it dials again",
    section=SECTION, lane="breaks",
)  # fmt: skip
async def survives_a_failure(stage: Stage) -> None:
    stage.server.welcomes = False
    count = len(stage.server.links)
    try:
        await (await stage.link()).cut()
        link = await stage.next_link(count)
        await link.fail_hello(Failure(code="wrong_slug", message="This token is for another service."))
        await link.until_ended("It kept a link whose hello was refused.")
    finally:
        stage.server.welcomes = True
    await stage.next_link(count + 1)
