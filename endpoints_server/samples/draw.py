"""A request becomes the draft of the endpoint that would answer it."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.domain.vendors import Vendors
from endpoints_server.samples.draft import Auth, Draft, KeyKind
from endpoints_server.samples.keys.find import has_key_in_path
from endpoints_server.samples.keys.kind import judge
from endpoints_server.samples.keys.reference import variable_in
from endpoints_server.samples.meaning.capabilities import read_capabilities
from endpoints_server.samples.meaning.credential import (
    Credential,
    basic,
    default_auth,
    read_headers,
)
from endpoints_server.samples.meaning.model import is_stand_in, model_of
from endpoints_server.samples.meaning.native import translate
from endpoints_server.samples.meaning.parameters import (
    flatten_extra,
    read_limit,
    read_parameters,
)
from endpoints_server.samples.meaning.place import UNSUPPORTED, Place, read_place
from endpoints_server.samples.meaning.thinking import read_thinking
from endpoints_server.samples.meaning.vendor import has_retired, vendor_of
from endpoints_server.samples.request import Request
from endpoints_server.samples.warning import (
    MAX_TOKENS_NOT_POSITIVE,
    MODEL_IS_PLACEHOLDER,
    MODEL_RETIRED,
)

ANTHROPIC_VERSION = ("anthropic-version", "2023-06-01")


class Drawn(Struct, frozen=True, kw_only=True):
    """A draft, the kind of its key, and what a reader should know; or why there is none."""

    draft: Draft = Draft()
    key: KeyKind = KeyKind.NONE
    error: str | None = None
    warnings: tuple[str, ...] = ()


def draw(request: Request, vendors: Vendors) -> Drawn:
    """Draw up the endpoint that a request goes to."""
    place = read_place(request.url, request.wire)
    credential = credential_of(request, place)
    warnings = (*request.warnings, *place.warnings, *credential.warnings)
    if place.error is not None or not request.is_chat:
        error = place.error if request.is_chat else UNSUPPORTED
        return Drawn(error=error, key=credential.kind, warnings=warnings)
    body = flatten_extra(translate(request.body) if place.is_native else request.body)
    name = place.model or request.model or body.get("model")
    wire = place.wire or request.wire or "openai"
    model = model_of(name, wire)
    draft = Draft(
        wire=wire,
        base_url=base_of(place),
        upstream_model=model,
        other_models=tuple(each for each in request.others if model_of(each, wire)),
        auth=credential.auth,
        api_key_env=credential.variable,
        vendor=vendor_of(place, vendors, body, model),
        capabilities={**read_capabilities(body), **request.capabilities},
        headers=headers_of(credential.headers, wire),
        query={**place.query, **request.query},
        is_stream=stream_of(request, place, body),
        is_local=place.is_local,
    )
    said = {
        MODEL_IS_PLACEHOLDER: isinstance(name, str) and is_stand_in(name),
        MODEL_RETIRED: has_retired(draft.vendor, model, vendors),
        MAX_TOKENS_NOT_POSITIVE: read_limit(body).is_refused,
    }
    more = (code for code, holds in said.items() if holds)
    return Drawn(draft=with_settings(draft, body), key=credential.kind, warnings=(*warnings, *more))


def with_settings(draft: Draft, body: Mapping[str, Any]) -> Draft:
    """Give a draft what the body sets for each call: thinking, the limit, parameters."""
    thinking = read_thinking(body, draft.wire, draft.vendor)
    limit = read_limit(thinking.rest)
    return replace(
        draft,
        thinking_mode=thinking.mode,
        thinking=thinking.set,
        request_params=read_parameters(thinking.rest),
        max_tokens=limit.tokens,
        max_tokens_field=limit.field,
    )


def credential_of(request: Request, place: Place) -> Credential:
    """Find the key: in a header, in the address, or as a client is given it."""
    found = read_headers(request.headers)
    if found.auth.header is not None:
        return found
    if place.login is not None:
        login = basic("Authorization", place.login)
        return replace(login, headers=found.headers, warnings=(*found.warnings, *login.warnings))
    if request.key is None and place.query_key is None:
        return replace(found, auth=default_auth(place.wire)) if request.is_bare else found
    key = request.key if request.key is not None else place.query_key or ""
    usual = default_auth(place.wire or request.wire)
    auth = Auth(request.key_header, request.scheme) if request.key_header else usual
    return replace(found, auth=auth, kind=judge(key), variable=variable_in(key))


def base_of(place: Place) -> str | None:
    """Give the base URL, unless it is yet to be filled in, or has a key in it."""
    is_stand_in = place.base_url.startswith("<")
    return None if is_stand_in or has_key_in_path(place.base_url) else place.base_url or None


def headers_of(headers: Mapping[str, str], wire: str) -> dict[str, str]:
    """Give the extra headers, with the one that the Messages API cannot do without."""
    if wire != "anthropic" or any(name.lower() == ANTHROPIC_VERSION[0] for name in headers):
        return dict(headers)
    return {ANTHROPIC_VERSION[0]: ANTHROPIC_VERSION[1], **headers}


def stream_of(request: Request, place: Place, body: Mapping[str, Any]) -> bool | None:
    """Say whether the example streams, where it says so."""
    stated = body.get("stream")
    if isinstance(stated, bool):
        return stated
    return place.is_stream if request.is_stream is None else request.is_stream
