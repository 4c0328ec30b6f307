"""The endpoint that an example calls, asked in the way in which the example asks."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode, urlsplit

from endpoints_server.config.models_json.vendors import Vendor, find_vendor
from endpoints_server.config.schema.wire import USUAL_WIRE
from endpoints_server.config.schema.wire import WIRES as WIRE_NAMES
from endpoints_server.desk.adding.credential import Presented, presented
from endpoints_server.desk.adding.proposal import (
    Proposal,
    Variable,
    Wish,
    in_order,
    literal,
    names_in,
    with_variables,
)
from endpoints_server.desk.adding.thinking import thinking_fields
from endpoints_server.samples.draft import Draft
from endpoints_server.wires.listed import WIRES

OBJECTS = {
    "openai-responses": ("text", "reasoning"),
    "anthropic": ("output_config",),
    "google": ("generationConfig",),
}
"""What a wire keeps in objects that the caller fills too: fields are laid into them, not over."""

REWRITING = ("thinkingFormat", "supportsReasoningEffort")
"""What gives an effort another form than that in which an example sends it."""

UNNAMED = "New endpoint"


def from_draft(draft: Draft, wish: Wish) -> Proposal:
    """Propose an endpoint as an example draws it."""
    vendor = find_vendor(draft.vendor) if draft.vendor else None
    missing = tuple(missing_of(draft, wish))
    if missing:
        return Proposal(entry={}, missing=missing)
    name = wish.name or name_of(draft, vendor)
    key = presented(draft, name, vendor)
    entry = {
        "name": name,
        "provider": "" if WIRE_NAMES[str(draft.wire)] == USUAL_WIRE else draft.wire,
        "apiKey": key.key,
        "baseURL": address_of(draft),
        "authHeader": key.has_bearer,
        "headers": headers_of(draft, key),
        "models": models_of(draft, wish, vendor),
        "addParams": literal({**laid_in(draft), **thinking_fields(draft)}),
        "compat": compat_of(draft, vendor),
    }
    return Proposal(
        entry=in_order(entry),
        variables=(*key.variables, *variables_of(entry, key)),
        notes=(*key.notes, *notes_of(draft)),
    )


def missing_of(draft: Draft, wish: Wish) -> Iterator[str]:
    """Name what an example does not say, and nothing can stand in for."""
    if not draft.wire:
        yield "wire"
    if not draft.base_url:
        yield "base_url"
    if not draft.upstream_model and not wish.models:
        yield "model"


def name_of(draft: Draft, vendor: Vendor | None) -> str:
    """Name an endpoint after its vendor, or after its host."""
    if vendor:
        return vendor.name
    try:
        host = urlsplit(str(draft.base_url)).hostname or ""
    except ValueError:
        host = ""
    return UNNAMED if not host or "$" in host else host.removeprefix("api.")


def address_of(draft: Draft) -> str:
    """Write the address with the part of its query that must stay; variables remain variables."""
    address = with_variables(str(draft.base_url))
    query = urlencode(draft.query).replace("$", "$$")
    return f"{address}?{query}" if query else address


def headers_of(draft: Draft, key: Presented) -> dict[str, str]:
    """Write the headers that the wire does not send anyway, and those of the key."""
    usual = WIRES[WIRE_NAMES[str(draft.wire)]].headers
    sent = {name.lower(): value for name, value in usual.items()}
    own = {
        name: written(value)
        for name, value in draft.headers.items()
        if sent.get(name.lower()) != value
    }
    return own | key.headers


def written(value: str) -> str:
    """Write the value of a header, which is no command and holds no variable but `${NAME}`."""
    text = with_variables(value)
    return f"${text}" if text.startswith("!") else text


def models_of(draft: Draft, wish: Wish, vendor: Vendor | None) -> dict[str, object]:
    """List the models of the example, or those wished for."""
    named = wish.models or (str(draft.upstream_model), *draft.other_models)
    is_listing = bool(vendor and vendor.entry.get("models", {}).get("fetch"))
    models: dict[str, object] = {"default": literal(list(dict.fromkeys(named)))}
    return models | ({"fetch": True} if is_listing else {})


def laid_in(draft: Draft) -> dict[str, object]:
    """Write what the example sends with each call, laid into objects where the wire has them."""
    objects = OBJECTS.get(str(draft.wire), ())
    fields: dict[str, object] = {}
    for name, value in draft.request_params.items():
        if name in objects and isinstance(value, Mapping):
            fields |= {f"{name}.{inner}": part for inner, part in value.items()}
        else:
            fields[name] = value
    return fields


def compat_of(draft: Draft, vendor: Vendor | None) -> dict[str, object]:
    """Take what is known of how a vendor's API deviates, if it is the API of the example."""
    facts = vendor.entry if vendor else {}
    wire = WIRE_NAMES[facts.get("provider", USUAL_WIRE)]
    if wire != WIRE_NAMES[str(draft.wire)]:
        return {}
    idle = REWRITING if draft.thinking_mode == "openai-effort" else ()
    return {flag: said for flag, said in facts.get("compat", {}).items() if flag not in idle}


def variables_of(entry: Mapping[str, object], key: Presented) -> Iterator[Variable]:
    """Say which variables stand in the address and the headers."""
    known = {each.name for each in key.variables}
    for name in names_in(str(entry["baseURL"])):
        yield Variable(name, "a part of the address")
    headers = entry["headers"]
    for value in headers.values() if isinstance(headers, dict) else ():
        yield from (Variable(name, "a header") for name in names_in(value) if name not in known)


def notes_of(draft: Draft) -> Iterator[str]:
    """Say what of an example an endpoint does not keep."""
    if draft.max_tokens is not None:
        yield f"`{draft.max_tokens_field}` is left to callers, who say how long answers may be"
