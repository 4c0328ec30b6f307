"""The endpoint that an example calls, asked in the way in which the example asks."""

from collections.abc import Collection, Iterator, Mapping
from urllib.parse import urlencode

from endpoints_server.config.headers import Template, read_template
from endpoints_server.config.models_json.vendors import Vendor, find_vendor
from endpoints_server.config.parameters.vendor import host_of
from endpoints_server.config.schema.wire import USUAL_WIRE
from endpoints_server.config.schema.wire import WIRES as WIRE_NAMES
from endpoints_server.desk.adding.credential import Presented, presented
from endpoints_server.desk.adding.proposal import Proposal, Variable, Wish, in_order, literal
from endpoints_server.desk.adding.thinking import thinking_fields
from endpoints_server.desk.adding.variables import Naming, names_in, reference
from endpoints_server.samples.draft import Draft
from endpoints_server.samples.keys.find import is_real
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
PART = "a part of the address"


def from_draft(draft: Draft, wish: Wish, in_use: Collection[str]) -> Proposal:
    """Propose an endpoint as an example draws it, with none of the variables in use for others."""
    vendor = find_vendor(draft.vendor) if draft.vendor else None
    missing = tuple(missing_of(draft, wish))
    if missing:
        return Proposal(entry={}, missing=missing)
    naming = naming_of(draft, wish, in_use)
    key = presented(draft, naming)
    entry = {
        "name": naming.endpoint,
        "provider": "" if WIRE_NAMES[str(draft.wire)] == USUAL_WIRE else draft.wire,
        "apiKey": key.key,
        "baseURL": address_of(draft, naming),
        "authHeader": key.has_bearer,
        "headers": headers_of(draft, key),
        "models": models_of(draft, wish, vendor),
        "addParams": literal({**laid_in(draft), **thinking_fields(draft)}),
        "compat": compat_of(draft, vendor),
    }
    of_address = [Variable(name, PART) for name in names_in(str(entry["baseURL"]))]
    return Proposal(
        entry=in_order(entry),
        variables=(*key.variables, *of_address),
        notes=(*key.notes, *notes_of(draft, naming)),
    )


def naming_of(draft: Draft, wish: Wish, in_use: Collection[str]) -> Naming:
    """Name the endpoint, and say whose its variables may be: nobody's on an open line."""
    vendor = find_vendor(draft.vendor) if draft.vendor else None
    is_private = draft.is_local or str(draft.base_url).startswith("https://")
    return Naming(
        endpoint=wish.name or name_of(draft, vendor),
        vendor=vendor if is_private else None,
        in_use=in_use,
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
    """Name an endpoint after its vendor, or after its host, unless a key is in that."""
    if vendor:
        return vendor.name
    host = host_of(draft.base_url or "")
    is_name = host and "$" not in host and not any(map(is_real, host.split(".")))
    return host.removeprefix("api.") if is_name else UNNAMED


def address_of(draft: Draft, naming: Naming) -> str:
    """Write the address with the part of its query that must stay; variables remain variables."""
    address = str(draft.base_url)
    written = address.replace("$", "$$")
    for name, read in naming.fit(address).items():
        written = written.replace(f"${reference(name)}", reference(read))
    query = urlencode(draft.query).replace("$", "$$")
    return f"{written}?{query}" if query else written


def headers_of(draft: Draft, key: Presented) -> dict[str, str]:
    """Write the headers that the wire does not send anyway, and those of the key."""
    usual = WIRES[WIRE_NAMES[str(draft.wire)]].headers
    sent = {name.lower(): value for name, value in usual.items()}
    own = {
        name: as_text(value)
        for name, value in draft.headers.items()
        if sent.get(name.lower()) != value and not is_filled_in(value)
    }
    return own | key.headers


def as_text(value: str) -> str:
    """Write the value of a header, which is no command and holds no variable."""
    text = str(literal(value))
    return f"${text}" if text.startswith("!") else text


def is_filled_in(value: str) -> bool:
    """Say whether a header would tell the upstream who calls, or has another such placeholder."""
    return read_template(value) != Template(pieces=(value,))


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


def notes_of(draft: Draft, naming: Naming) -> Iterator[str]:
    """Say what of an example an endpoint does not keep."""
    for name in dict.fromkeys(unread(draft, naming)):
        yield f"{name}, which the example reads, is in use for another, and is not sent there"
    for name in (each for each, value in draft.headers.items() if is_filled_in(value)):
        yield f"the header `{name}` is left out, as it has a placeholder"
    if draft.max_tokens is not None:
        yield f"`{draft.max_tokens_field}` is left to callers, who say how long answers may be"


def unread(draft: Draft, naming: Naming) -> Iterator[str]:
    """Name the variables of an example that are not read for its endpoint."""
    if draft.api_key_env and not naming.may_read(draft.api_key_env):
        yield draft.api_key_env
    fit = naming.fit(str(draft.base_url))
    yield from (name for name, read in fit.items() if read != name)
