"""`/api/v1/openapi.json` and `/api/v1/docs`: the document, and a page made of it here, nothing from elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

import msgspec
from litestar import Litestar, Request, Response, get

from phonebook_server.accounts.authentication import PUBLIC
from phonebook_server.config import Config
from phonebook_server.handling import TheServer
from phonebook_server.openapi import build_openapi
from phonebook_server.web.layout import page

_HIDDEN: Final[dict[str, Any]] = {"opt": PUBLIC, "include_in_schema": False}
_DEEPEST: Final = 6
_SCALARS: Final[Mapping[str, Any]] = {"string": "…", "integer": 1, "number": 1.5, "boolean": True, "null": None}

Json = Mapping[str, Any]


@get("/openapi.json", operation_id="get_openapi", **_HIDDEN)
async def get_openapi(request: Request[Any, Any, Any]) -> Response[bytes]:
    return Response(
        msgspec.json.encode(_document(request.app)),
        media_type="application/json",
        headers={"cache-control": "no-cache"},
    )


@get("/docs", operation_id="show_api_docs", **_HIDDEN)
async def show_api_docs(request: Request[Any, Any, Any], server: TheServer) -> Response[str]:
    return page(server.config, title="API", body=_Page(_document(request.app), server.config).body())


handlers: Final = [get_openapi, show_api_docs]


def _document(app: Litestar) -> Json:
    """The app's document, made once."""
    if "openapi" not in app.state:
        app.state.openapi = build_openapi(app)
    document: Json = app.state.openapi
    return document


class _Page:
    """The document as HTML."""

    def __init__(self, document: Json, config: Config) -> None:
        self._document = document
        self._url = config.public_url

    def body(self) -> str:
        topics: dict[str, list[str]] = {}
        for path, operations in self._document["paths"].items():
            for method, operation in operations.items():
                topics.setdefault(_topic(path), []).append(self._operation(path, method, operation))
        info = self._document["info"]
        parts = [
            f"<h1>API <small>{escape(info['version'])}</small></h1>",
            f"<p class='lead'>{_prose(info['description'])}</p>",
            "<p>The same for programs: <a href='openapi.json'>openapi.json</a> (OpenAPI 3.1).</p>",
        ]
        for topic, operations in sorted(topics.items()):
            items = "".join(f"<li>{operation}</li>" for operation in operations)
            parts.append(f"<h2>{escape(topic)}</h2><ul class='operations'>{items}</ul>")
        return "\n".join(parts)

    def _operation(self, path: str, method: str, operation: Json) -> str:
        parts = [f"<p>{_prose(operation.get('description', operation.get('summary', '')))}</p>"]
        if parameters := operation.get("parameters"):
            rows = "".join(self._parameter(self._resolve(parameter)) for parameter in parameters)
            parts.append(f"<h3>Parameters</h3><table>{_head('name', 'in', 'what')}{rows}</table>")
        body_schema: Json | None = None
        for kind, content in self._resolve(operation.get("requestBody", {})).get("content", {}).items():
            body_schema = content.get("schema", {}) if kind == "application/json" else body_schema
            parts.append(f"<h3>Body <small>{escape(kind)}</small></h3>{self._fields(content.get('schema', {}))}")
        parts.append(f"<pre><code>{escape(self._curl(path, method, body_schema, operation))}</code></pre>")
        for code, response in operation["responses"].items():
            if code == "default":
                continue
            parts.append(f"<h3>Answer {escape(code)}</h3>")
            for content in self._resolve(response).get("content", {}).values():
                example = json.dumps(self._example(content.get("schema", {})), indent=2, ensure_ascii=False)
                parts.append(f"<pre><code>{escape(example)}</code></pre>")
        anchor, summary = escape(operation["operationId"]), escape(operation.get("summary") or "")
        return (
            f"<details id='{anchor}'><summary><span class='method'>{method.upper()}</span>"
            f"<span class='path'>{escape(path)}</span><span class='what'>{summary}</span>"
            f"</summary><div>{''.join(parts)}</div></details>"
        )

    def _parameter(self, parameter: Json) -> str:
        what = parameter.get("description") or _words(self._resolve(parameter.get("schema", {})))
        needed = " (required)" if parameter.get("required") and parameter["in"] != "path" else ""
        return (
            f"<tr><td><code>{escape(parameter['name'])}</code></td><td>{escape(parameter['in'])}</td>"
            f"<td>{_prose(what)}{needed}</td></tr>"
        )

    def _fields(self, schema: Json) -> str:
        resolved = self._resolve(schema)
        properties = resolved.get("properties")
        if not properties:
            return f"<p>{_prose(_words(resolved))}</p>"
        required = resolved.get("required", ())
        rows = "".join(
            f"<tr><td><code>{escape(name)}</code></td><td>{escape(_words(self._resolve(field)))}</td>"
            f"<td>{'required' if name in required else ''}</td></tr>"
            for name, field in properties.items()
        )
        return f"<table>{_head('field', 'what', '')}{rows}</table>"

    def _curl(self, path: str, method: str, body: Json | None, operation: Json) -> str:
        parts = ["curl"]
        if method != "get":
            parts.append(f"-X {method.upper()}")
        if operation.get("security") != [{}]:
            parts.append("-H 'Authorization: Bearer pbt_…'")
        if body is not None:
            example = json.dumps(self._example(body, only_required=True), ensure_ascii=False)
            parts.append(f"-H 'Content-Type: application/json' -d '{example}'")
        return " ".join([*parts, f"'{self._url}{path}'"])

    def _example(self, schema: Json, depth: int = 0, *, only_required: bool = False) -> Any:
        schema = self._resolve(schema)
        if depth > _DEEPEST:
            return "…"
        if "enum" in schema:
            return schema["enum"][0]
        for several in ("oneOf", "anyOf", "allOf"):
            if several in schema:
                return self._example(schema[several][0], depth + 1)
        kind = schema.get("type")
        kind = kind[0] if isinstance(kind, list) else kind
        if kind == "array":
            return [self._example(schema.get("items", {}), depth + 1)]
        if properties := schema.get("properties"):
            required = schema.get("required", ()) if only_required else ()
            return {
                name: self._example(field, depth + 1)
                for name, field in properties.items()
                if not required or name in required
            }
        return {} if kind == "object" else _SCALARS.get(str(kind), "…")

    def _resolve(self, schema: Json) -> Json:
        while "$ref" in schema:
            found: Any = self._document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                found = found[step.replace("~1", "/").replace("~0", "~")]
            schema = found
        return schema


def _topic(path: str) -> str:
    """The last word of the path that is no id: what the operation is about."""
    steps = [step for step in path.removeprefix("/api/v1").split("/") if step and not step.startswith("{")]
    return steps[0] if steps[0] == "health" else steps[-1]


def _words(schema: Json) -> str:
    return ", ".join(_describe(schema)) or "any value"


def _describe(schema: Json) -> Iterator[str]:
    if "enum" in schema:
        yield "one of " + ", ".join(str(value) for value in schema["enum"])
    elif isinstance(kind := schema.get("type"), str):
        yield kind
    elif isinstance(kind, list):
        yield " or ".join(kind)
    elif several := schema.get("oneOf") or schema.get("anyOf"):
        yield " or ".join(option.get("type") or option.get("$ref", "").rsplit("/")[-1] for option in several)
    for key, word in (("minimum", "at least"), ("maximum", "at most"), ("maxLength", "length at most")):
        if key in schema:
            yield f"{word} {schema[key]}"
    if schema.get("default") is not None:
        yield f"default {schema['default']}"


def _head(*names: str) -> str:
    return "<tr>" + "".join(f"<th scope='col'>{escape(name)}</th>" for name in names) + "</tr>"


def _prose(text: str) -> str:
    """Text with `code` in backticks as HTML."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(" ".join((text or "").split()), quote=False))
