"""The OpenAPI 3.1 document: Litestar's, with the failures as they really are."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import Litestar, Router
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, Reference, SecurityScheme, Server
from litestar.types import ControllerRouterHandler

from phonebook_server.problems import MEDIA_TYPE, ProblemDetails

BEARER: Final = "bearer"
SESSION: Final = "session"
_DESCRIPTION: Final = """\
One place for an organisation's phone contacts. Sign in with an API token: `Authorization: Bearer pbt_…`.
Every failure is `application/problem+json` (RFC 9457). Lists come a page at a time: `?cursor=&limit=`."""


class _Nowhere(Router):
    """Takes no handlers: Litestar's own documentation pages load scripts from elsewhere, so ours stand in for them."""

    def register(self, value: ControllerRouterHandler) -> list[Any]:
        return []


def openapi_config(version: str, cookie: str, url: str) -> OpenAPIConfig:
    """What Litestar is to know about the document."""
    schemes: dict[str, SecurityScheme | Reference] = {
        BEARER: SecurityScheme(type="http", scheme="bearer", description="An API token, which begins with `pbt_`."),
        SESSION: SecurityScheme(
            type="apiKey", security_scheme_in="cookie", name=cookie, description="What browsers sign in with."
        ),
    }
    return OpenAPIConfig(
        title="voip-phonebook",
        version=version,
        description=_DESCRIPTION,
        components=Components(security_schemes=schemes),
        security=[{BEARER: []}, {SESSION: []}],
        servers=[Server(url=url)],
        use_handler_docstrings=True,
        openapi_router=_Nowhere("/", route_handlers=[]),
        render_plugins=[JsonRenderPlugin()],
    )


def build_openapi(app: Litestar) -> dict[str, Any]:
    """The document as JSON-able values."""
    document: dict[str, Any] = msgspec.to_builtins(app.openapi_schema.to_schema())
    _, schemas = msgspec.json.schema_components([ProblemDetails], ref_template="#/components/schemas/{name}")
    components = document.setdefault("components", {})
    components.setdefault("schemas", {}).update(schemas)
    components["responses"] = {
        "Problem": {
            "description": "It failed; `detail` says in a sentence what happened and what to do.",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
        }
    }
    for operations in document["paths"].values():
        for operation in operations.values():
            if isinstance(operation, dict) and "responses" in operation:
                responses = operation["responses"]
                operation["responses"] = {code: found for code, found in responses.items() if int(code) < 400}
                operation["responses"]["default"] = {"$ref": "#/components/responses/Problem"}
    return document
