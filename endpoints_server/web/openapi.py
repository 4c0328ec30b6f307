"""The OpenAPI document of what is asked and managed with a key: `/me`, `/admin/v1` and `/api`."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
from litestar import Litestar, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from msgspec import Struct

from endpoints_server import __version__
from endpoints_server.config.json_schema import as_number
from endpoints_server.domain.secret import Secret
from endpoints_server.web.guards import ACCESS, BODY, PUBLIC, QUERY, AnyRequest

Json = dict[str, Any]
PARTS = ("/me", "/admin/", "/api/")
REF = "#/components/schemas/{name}"
SECURITY = "clientKey"
ANYTHING = {"description": "Anything."}


class Told(Struct, frozen=True):
    """What an error says for programs: its code, whose it is, and the request it belongs to."""

    code: str
    who: str
    request_id: str


class Error(Struct, frozen=True):
    """What went wrong; `param` names the field of the request that it is about."""

    message: str
    type: str
    param: str | None
    code: str | None
    es: Told


class Refusal(Struct, frozen=True):
    """An error; clients that send `anthropic-version` get it in Anthropic's shape."""

    error: Error


def openapi_handler() -> HTTPRouteHandler:
    """Make the handler."""

    @get("/openapi.json", opt=PUBLIC)
    async def show_openapi(request: AnyRequest) -> Response[bytes]:
        """Give the OpenAPI document of the routes that people and administrators ask with a key."""
        return Response(document_of(request.app), media_type="application/json")

    return show_openapi


@cache
def document_of(app: Litestar) -> bytes:
    """Write the document once."""
    found = list(operations_of(app))
    kinds = [Refusal, *(kind for _, handler in found for kind in kinds_of(handler))]
    unique = list(dict.fromkeys(kinds))
    schemas, blocks = msgspec.json.schema_components(
        unique, schema_hook=as_schema, ref_template=REF
    )
    for block in blocks.values():
        fields = block.get("properties", {})
        fields.update({name: counted(rules) for name, rules in fields.items()})
    named = dict(zip(unique, schemas, strict=True))
    paths: dict[str, Json] = {}
    for path, handler in found:
        for method in sorted(handler.http_methods):
            paths.setdefault(plain(path), {})[method.lower()] = operation(path, handler, named)
    told = {
        "openapi": "3.1.0",
        "info": {"title": "endpoints_server", "version": __version__},
        "security": [{SECURITY: []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": blocks,
            "securitySchemes": {SECURITY: {"type": "http", "scheme": "bearer"}},
        },
    }
    return msgspec.json.encode(told)


def counted(rules: Json) -> Json:
    """Say of a decimal that has a least value what no text has: that it is a number."""
    return as_number(rules) if "minimum" in rules else rules


def operations_of(app: Litestar) -> Iterator[tuple[str, HTTPRouteHandler]]:
    """Give the routes that are told of, and what answers them."""
    for route in app.routes:
        if not isinstance(route, HTTPRoute) or not route.path.startswith(PARTS):
            continue
        for handler in route.route_handlers:
            if handler.opt.get(ACCESS) in ("key", "admin", "itself"):
                yield route.path, handler


def kinds_of(handler: HTTPRouteHandler) -> Iterable[Any]:
    """Give the shapes that a route takes and answers."""
    told = (handler.opt.get(BODY), handler.opt.get(QUERY), answer_of(handler))
    return [kind for kind in told if kind is not None]


def answer_of(handler: HTTPRouteHandler) -> Any:
    """Give the shape of an answer; None where it has no body, or is written by hand."""
    kind = get_type_hints(handler.fn).get("return")
    if get_origin(kind) is Response:
        (kind,) = get_args(kind)
    shape: Any = get_origin(kind) or kind
    return kind if isinstance(shape, type) and issubclass(shape, Struct) else None


def operation(path: str, handler: HTTPRouteHandler, named: dict[Any, Json]) -> Json:
    """Tell of one route."""
    body, query, answer = handler.opt.get(BODY), handler.opt.get(QUERY), answer_of(handler)
    fields = parameters_of(query) if query else []
    within = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in names_in(path)
    ]
    told: Json = {
        "operationId": handler.handler_name,
        "description": " ".join((handler.fn.__doc__ or "").split()),
        "parameters": [*within, *fields],
        "responses": {
            str(handler.status_code): written("Done.", named.get(answer)),
            "default": written("Refused.", named[Refusal]),
        },
    }
    if body is not None:
        told["requestBody"] = {"required": True, **written("", named[body])}
        del told["requestBody"]["description"]
    return told


def parameters_of(query: type[Struct]) -> list[Json]:
    """Tell what may stand behind the question mark."""
    (schema,), blocks = msgspec.json.schema_components([query], ref_template=REF)
    fields: Json = blocks[schema["$ref"].rpartition("/")[2]]["properties"]
    return [
        {"name": name, "in": "query", "required": False, "schema": inlined(kind, blocks)}
        for name, kind in fields.items()
    ]


def inlined(kind: Json, blocks: dict[str, Json]) -> Json:
    """Give a schema that refers to no other."""
    branches = [inlined(each, blocks) for each in kind.get("anyOf", ())]
    if branches:
        return kind | {"anyOf": branches}
    return blocks[kind["$ref"].rpartition("/")[2]] if "$ref" in kind else kind


def written(description: str, schema: Json | None) -> Json:
    """Tell of a body in JSON, or that there is none."""
    told: Json = {"description": description}
    if schema is not None:
        told["content"] = {"application/json": {"schema": schema}}
    return told


def names_in(path: str) -> list[str]:
    """Name what stands in braces in a path."""
    return [part[1:-1].partition(":")[0] for part in path.split("/") if part.startswith("{")]


def plain(path: str) -> str:
    """Write a path as OpenAPI does, without the types of what stands in braces."""
    parts = path.split("/")
    return "/".join(f"{part.partition(':')[0]}}}" if ":" in part else part for part in parts)


def as_schema(kind: type) -> Json:
    """Tell of what the encoder does not know."""
    return {"type": "string", "format": "password"} if kind is Secret else ANYTHING
