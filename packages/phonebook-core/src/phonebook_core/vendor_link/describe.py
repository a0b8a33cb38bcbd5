"""The documents about the vendor link, made from its messages and its table: for services in other languages.

    python -m phonebook_core.vendor_link.describe docs

writes `docs/protocol.md` (from the text in `docs/protocol/essay.md.in`), `docs/protocol/schema.json` and
`docs/protocol/asyncapi.json`. A message, a field or a state that is not described here is an error, so the documents
cannot fall behind the code. It is long because it says what every field means.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct, inspect

from phonebook_core.vendor_link.codec import MAX_FRAME, MAX_ID, PAGE_BYTES, encode
from phonebook_core.vendor_link.exchange import DEAD_AFTER, DEADLINE, HEARTBEAT
from phonebook_core.vendor_link.lifecycle import TRANSITIONS, Event, State
from phonebook_core.vendor_link.messages import MESSAGES, REPLIES, SUBPROTOCOL, Configure, Message, Report
from phonebook_core.vendor_link.transport import LINK_PATH

SERVICE, SERVER = "service", "server"

SENDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "hello": (SERVICE,),
    "ping": (SERVICE, SERVER),
    "report": (SERVICE,),
    "turn_on": (SERVER,),
    "configure": (SERVER,),
    "turn_off": (SERVER,),
    "book_changed": (SERVER,),
    "get_changes": (SERVICE,),
    "store_dispatches": (SERVICE,),
    "closing": (SERVICE, SERVER),
}
"""Who asks what."""

_BOOK_ID: Final = "The id of the phonebook."
_GENERATION: Final = "The number of this command; it grows over the life of a link."
_LABEL: Final = "What kind it is, as somebody wrote it: `work`, `Mobil`."

FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "Hello": {
        "slug": "The short name of the service, as in its URLs: the one that the service token was made for.",
        "label": "The name that people read.",
        "instance": "The name of this running copy: random, made once and kept, so that a restart takes over.",
        "form": "The settings that people fill in for each phonebook.",
        "version": "The version of the service, for people.",
        "sdk": "What it is built with, for people.",
        "fields": "Extra values that a contact may carry for this service, in its `meta` below the slug.",
        "features": "What the service understands beyond the first release of this version: `former_password`.",
    },
    "Welcome": {
        "server": "The version of the server, for people.",
        "time": "The server's clock.",
        "heartbeat": "How often to send something, at least, in seconds.",
        "features": "What the server understands beyond the first release of this version. None is defined yet.",
    },
    "Ping": {},
    "Pong": {},
    "Report": {
        "phonebook": _BOOK_ID,
        "state": "Where the enablement stands. A service never says `unavailable`: then there is no link to say it on.",
        "serial": "Grows with every report on a link, over all phonebooks.",
        "generation": "The highest command acted on over this link; 0: none.",
        "configured": "The generation of the `configure` whose settings are in force over this link; 0: none.",
        "refused": "The generation of the newest `configure` that was turned down; 0: none.",
        "problems": "Why it was turned down, or what people must do, each with the name of a setting as its `field`.",
        "access": "How phones reach the phonebook: in `enabled`, and only there.",
        "notices": "What people should know.",
        "token": "The sync token of the newest contacts that the service has.",
    },
    "Noted": {},
    "TurnOn": {"phonebook": _BOOK_ID, "generation": _GENERATION, "api_key": "Opens this phonebook to this service."},
    "Configure": {
        "phonebook": _BOOK_ID,
        "generation": _GENERATION,
        "settings": "The settings by name, complete: what people typed, automatic values, defaults.",
        "api_key": "The key to use from now on.",
        "former_password": "The password before the one in the settings; empty: there is none to know of.",
        "former_until": "Until when phones may use it.",
    },
    "TurnOff": {"phonebook": _BOOK_ID, "generation": _GENERATION},
    "BookChanged": {"phonebook": _BOOK_ID, "token": "The newest sync token."},
    "GetChanges": {
        "phonebook": _BOOK_ID,
        "api_key": "The key from the last `turn_on` or `configure`.",
        "since": "The sync token of what the service has; empty: nothing.",
        "limit": "How many contacts are wanted. The server may send fewer, and some more that a change concerns.",
    },
    "Changes": {
        "phonebook": _BOOK_ID,
        "book": "The phonebook itself, as it is now.",
        "token": "The sync token of the state after this page.",
        "upserts": "Contacts that are new or changed, each whole, in no particular order.",
        "removals": "Ids of contacts that are gone. Some may never have been sent.",
        "snapshot": "Forget what you have before you take this page in.",
        "more": "There is another page; ask with this `token`.",
    },
    "StoreDispatches": {"dispatches": "The records, in any order."},
    "Failure": {
        "code": "Stable, for programs.",
        "message": "What happened and what to do, for people.",
        "field": "What it is about, if anything.",
    },
    "Unsupported": {"requested": "The kind that is not known, cut to 64 characters."},
    "Closing": {
        "reason": "Why, for people.",
        "retry_after": "Seconds to wait before dialling again; negative: do not dial again.",
    },
    "Problem": {
        "message": "A sentence that says what to do.",
        "field": "The setting it is about; empty: the whole.",
        "code": "Stable, for programs.",
    },
    "Access": {
        "url": "The URL that most phones fetch.",
        "username": "The user name of the phones.",
        "password": "The password of the phones.",
        "files": "Every file there is.",
        "snippets": "Ready-to-paste configuration.",
        "place": "Where in the phones' own web page it is typed, in the words of that page; empty when not known.",
    },
    "PhoneFile": {
        "name": "The last part of its URL.",
        "title": "For which phones it is.",
        "url": "Where phones get it.",
    },
    "Snippet": {"title": "For which phones it is.", "text": "The configuration."},
    "Notice": {"code": "Stable, for programs; unique within a report.", "message": "A sentence for people."},
    "Form": {"fields": "The settings, in the order in which people see them."},
    "FormField": {
        "name": "The name of the setting.",
        "kind": "How it is asked.",
        "title": "What people read.",
        "help": "What people read below it.",
        "required": "Whether it needs a value before `configure` is sent.",
        "default": "The value when there is no other.",
        "automatic": "Where the server takes the value from when nobody typed one.",
        "min_length": "Characters.",
        "max_length": "Characters.",
        "minimum": "The least number.",
        "maximum": "The greatest number.",
        "pattern": "A regular expression that the whole text matches.",
        "choices": "What there is to choose from.",
        "shown_when": "When to ask for it, if not always: a field that is not shown is not required and not sent. "
        "A server that does not know this always asks.",
    },
    "Condition": {
        "field": "The name of another field, which stands before.",
        "value": "The value that it must have: a choice, one of the choices chosen, or yes or no.",
    },
    "Choice": {"value": "What is stored and sent.", "title": "What people read."},
    "Book": {
        "id": _BOOK_ID,
        "name": "Its name.",
        "site": "The name of its site.",
        "region": "The country in which its numbers are read (ISO 3166-1 alpha-2).",
        "output": "How numbers are written for phones.",
    },
    "OutputForm": {
        "form": "How a number with an E.164 form is written.",
        "outside_prefix": "What is dialled for an outside line.",
    },
    "Contact": {
        "id": "Unique in the installation; never used again.",
        "given_name": "",
        "family_name": "",
        "display_name": "The name to show, when it is not given and family name.",
        "organization": "",
        "department": "",
        "title": "What the person does.",
        "note": "",
        "numbers": "In the order in which people want them.",
        "emails": "",
        "groups": "",
        "meta": "Values for this service, below its slug. Others' are left out.",
        "external_id": "Where the contact came from.",
    },
    "PhoneNumber": {
        "value": "The number as somebody typed it: `030/123456-15`, `*21#`, `sip:ann@example.org`.",
        "label": _LABEL,
        "e164": "The same as `+…`, only when that is certain.",
    },
    "Email": {"value": "The address.", "label": _LABEL},
    "Dispatch": {
        "id": "Unique for ever among this service's; the server stores each once.",
        "phonebook": _BOOK_ID,
        "time": "When it was answered, by the service's clock.",
        "status": "The HTTP status.",
        "phone": "Who fetched.",
        "file": "The last part of the URL.",
        "bytes": "Of the body that was sent.",
        "token": "The sync token of the contacts in the answer.",
        "count": "How many equal ones this stands for.",
        "auth": "What came of the credentials: `ok`, `former`, `wrong`, `throttled`, `none`; empty: nobody looked.",
    },
    "Phone": {
        "vendor": "",
        "model": "",
        "firmware": "",
        "mac": "Twelve lower-case hexadecimal digits.",
        "address": "The address it came from.",
        "user_agent": "What it said of itself.",
        "login_since": "The first firmware that can send a user name and password of its own, if this one cannot.",
    },
}
"""What each field means, where its name does not say it all."""

EXAMPLES: Final[Sequence[tuple[int, Message]]] = (
    (7, Configure(phonebook="b1", generation=2, settings={"title": "Head office"}, api_key="pbk_x")),
    (-7, Report(phonebook="b1", state=State.SETUP, serial=3, generation=2, refused=2)),
)
"""A request and its reply, for the bytes."""


def render_protocol(essay: str) -> str:
    """`docs/protocol.md`: the essay with every `{{name}}` in it replaced by what is made from the code."""
    parts = {
        "heartbeat": f"{HEARTBEAT:g}",
        "dead_after": f"{DEAD_AFTER:g}",
        "deadline": f"{DEADLINE:g}",
        "max_frame": f"{MAX_FRAME:,}",
        "max_id": f"{MAX_ID:,}",
        "page_bytes": f"{PAGE_BYTES:,}",
        "path": LINK_PATH,
        "subprotocol": SUBPROTOCOL,
        "states": _states(),
        "transitions": _transitions(),
        "diagram": _diagram(),
        "overview": _overview(),
        "messages": "\n\n".join(_message(kind) for kind in MESSAGES),
        "shapes": "\n\n".join(_shape(shape) for shape in _shapes()),
        "examples": "\n\n".join(_example(number, message) for number, message in EXAMPLES),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], essay)


def render_schema() -> dict[str, Any]:
    """`docs/protocol/schema.json`: a frame as JSON Schema, with the shape of every body."""
    template = "#/$defs/{name}"
    _, shapes = msgspec.json.schema_components(list(MESSAGES.values()), ref_template=template)
    frames = [
        {
            "title": kind,
            "type": "array",
            "prefixItems": [
                {"const": kind},
                {"type": "integer", "not": {"const": 0}, "minimum": -MAX_ID, "maximum": MAX_ID},
                {"$ref": template.format(name=message.__name__)},
            ],
            "minItems": 3,
            "maxItems": 3,
        }
        for kind, message in MESSAGES.items()
    ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A frame of {SUBPROTOCOL}",
        "description": "[kind, id, body]; on the wire it is MessagePack. Unknown kinds and fields are allowed.",
        "oneOf": frames,
        "$defs": shapes,
    }


def render_asyncapi() -> dict[str, Any]:
    """`docs/protocol/asyncapi.json`: the server's side of the link as AsyncAPI 3."""
    template = "#/components/schemas/{name}"
    _, shapes = msgspec.json.schema_components(list(MESSAGES.values()), ref_template=template)
    messages = {
        kind: {
            "name": kind,
            "summary": _sentences(message)[0],
            "contentType": "application/msgpack",
            "payload": {
                "type": "array",
                "items": [{"const": kind}, {"type": "integer"}, {"$ref": template.format(name=message.__name__)}],
                "minItems": 3,
                "maxItems": 3,
            },
        }
        for kind, message in MESSAGES.items()
    }
    operations = {}
    for request, reply in REPLIES.items():
        for sender in SENDERS[request.kind]:
            action = "send" if sender == SERVER else "receive"
            operations[f"{action}_{request.kind}"] = {
                "action": action,
                "channel": {"$ref": "#/channels/link"},
                "summary": _sentences(request)[0],
                "messages": [_in_channel(request.kind)],
                "reply": {
                    "channel": {"$ref": "#/channels/link"},
                    "messages": [_in_channel(kind) for kind in (reply.kind, "failure", "unsupported")],
                },
            }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "voip-phonebook: the vendor link",
            "version": SUBPROTOCOL,
            "description": "What the server and a vendor service tell each other. docs/protocol.md explains it.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/msgpack",
        "channels": {
            "link": {
                "address": LINK_PATH,
                "description": "A websocket that the service opens, with its service token as a Bearer token.",
                "messages": {kind: {"$ref": f"#/components/messages/{kind}"} for kind in messages},
                "bindings": {
                    "ws": {
                        "method": "GET",
                        "headers": {
                            "type": "object",
                            "required": ["Authorization", "Sec-WebSocket-Protocol"],
                            "properties": {
                                "Authorization": {"type": "string", "pattern": "^Bearer pbs_"},
                                "Sec-WebSocket-Protocol": {"type": "string", "const": SUBPROTOCOL},
                            },
                        },
                    }
                },
            }
        },
        "operations": operations,
        "components": {"messages": messages, "schemas": shapes},
    }


def documents(essay: str) -> dict[str, str]:
    """Every document by its path below `docs`."""
    return {
        "protocol.md": render_protocol(essay),
        "protocol/schema.json": _json(render_schema()),
        "protocol/asyncapi.json": _json(render_asyncapi()),
    }


def main(argv: Sequence[str]) -> int:
    """Write the documents into the folder named."""
    if len(argv) != 1:
        sys.stderr.write("Say where the documents are: python -m phonebook_core.vendor_link.describe docs\n")
        return 2
    docs = Path(argv[0])
    for path, text in documents((docs / "protocol" / "essay.md.in").read_text("utf-8")).items():
        (docs / path).write_text(text, "utf-8")
    return 0


# the parts of the page


def _states() -> str:
    rows = [("state", "phones get"), ("---", "---")]
    rows += [(f"`{state}`", _PHONES_GET[state]) for state in State]
    return _table(rows)


_PHONES_GET: Final[Mapping[State, str]] = {
    State.UNAVAILABLE: "the last good book while in grace, else 503 with `Retry-After`",
    State.DISABLED: "404",
    State.SETUP: "the last good book while in grace, else 503 with `Retry-After`",
    State.ENABLED: "the phonebook",
}


def _transitions() -> str:
    rows = [("from \\ event", *(event.name for event in Event)), ("---",) * (len(Event) + 1)]
    rows += [(f"`{state}`", *(TRANSITIONS[state].get(event, "") for event in Event)) for state in State]
    return _table(rows)


def _diagram() -> str:
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {State.UNAVAILABLE}"]
    for state, moves in TRANSITIONS.items():
        by_target: dict[State, list[str]] = {}
        for event, target in moves.items():
            by_target.setdefault(target, []).append(event.name)
        lines += [f"    {state} --> {target}: {', '.join(events)}" for target, events in by_target.items()]
    return "\n".join([*lines, "```"])


def _overview() -> str:
    rows = [("request", "from", "reply", "what it is for"), ("---",) * 4]
    for request, reply in REPLIES.items():
        kind, purpose = request.kind, _sentences(request)[0]
        rows.append((f"[`{kind}`](#{kind})", " or ".join(SENDERS[kind]), f"[`{reply.kind}`](#{reply.kind})", purpose))
    return _table(rows)


def _message(kind: str) -> str:
    message = MESSAGES[kind]
    asked = [request.kind for request, reply in REPLIES.items() if reply is message]
    if message in REPLIES:
        role = f"A request, from the {' or the '.join(SENDERS[kind])}. Its reply is `{REPLIES[message].kind}`."
        if asked:
            role += f" Also the reply to {', '.join(f'`{each}`' for each in asked)}."
    elif asked:
        role = f"The reply to {', '.join(f'`{each}`' for each in asked)}."
    else:
        role = "May be the reply to any request."
    return f"### {kind}\n\n{role}\n\n{_prose(message)}\n\n{_fields(message)}"


def _shape(shape: type[Any]) -> str:
    if issubclass(shape, Enum):
        return f"### {shape.__name__}\n\n{_prose(shape)}\n\nOne of {', '.join(f'`{each.value}`' for each in shape)}."
    return f"### {shape.__name__}\n\n{_prose(shape)}\n\n{_fields(shape)}"


def _fields(struct: type[Struct]) -> str:
    docs = FIELDS[struct.__name__]
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    if {field.name for field in info.fields} != docs.keys():
        raise LookupError(f"describe.FIELDS[{struct.__name__!r}] does not name the fields that {struct.__name__} has")
    if not info.fields:
        return "It has no fields; its body is an empty map."
    rows = [("field", "type", "default", "meaning"), ("---",) * 4]
    for field in info.fields:
        default = "" if field.required else _default(field)
        rows.append((f"`{field.name}`", _type(field.type), default or "**required**", docs[field.name]))
    return _table(rows)


def _default(field: inspect.Field) -> str:
    default = field.default
    if field.default_factory is not msgspec.NODEFAULT:
        default = field.default_factory()
    return f"`{json.dumps(msgspec.to_builtins(default))}`"


def _type(type_: inspect.Type) -> str:
    match type_:
        case inspect.StrType():
            return "text"
        case inspect.IntType():
            return "integer"
        case inspect.FloatType():
            return "number"
        case inspect.BoolType():
            return "boolean"
        case inspect.AnyType():
            return "anything"
        case inspect.VarTupleType():
            return f"list of {_type(type_.item_type)}"
        case inspect.DictType():
            return f"map of {_type(type_.key_type)} to {_type(type_.value_type)}"
        case inspect.UnionType():
            return " or ".join("nil" if isinstance(each, inspect.NoneType) else _type(each) for each in type_.types)
        case inspect.StructType() | inspect.EnumType():
            return f"[{type_.cls.__name__}](#{type_.cls.__name__.lower()})"
    raise LookupError(f"describe has no words for the type {type_}")


def _shapes() -> list[type[Any]]:
    """The structs and enums inside messages, each once, in the order in which they are met."""
    found: dict[type[Any], None] = {}

    def walk(type_: inspect.Type) -> None:
        match type_:
            case inspect.StructType() | inspect.EnumType():
                if type_.cls in found:
                    return
                if type_.cls not in MESSAGES.values():
                    found[type_.cls] = None
                for field in getattr(type_, "fields", ()):
                    walk(field.type)
            case inspect.UnionType():
                for each in type_.types:
                    walk(each)
            case inspect.VarTupleType():
                walk(type_.item_type)

    for message in MESSAGES.values():
        walk(inspect.type_info(message))
    return list(found)


def _example(number: int, message: Message) -> str:
    frame = encode(message, number)
    shown = json.dumps([message.kind, number, msgspec.to_builtins(message)])
    return f"```\n{shown}\n{chr(10).join(_in_lines(frame.hex(' '), 96))}\n```"


def _in_lines(text: str, width: int) -> Iterator[str]:
    for start in range(0, len(text), width):
        yield text[start : start + width].rstrip()


def _prose(thing: type[Any]) -> str:
    return "\n".join(line.strip() for line in (thing.__doc__ or "").strip().splitlines())


def _sentences(thing: type[Any]) -> list[str]:
    return re.split(r"(?<=\.) ", " ".join((thing.__doc__ or "").split()))


def _table(rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _in_channel(kind: str) -> dict[str, str]:
    return {"$ref": f"#/channels/link/messages/{kind}"}


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
