"""Whose API a model is asked for at, by the beginning of its name (docs/providers)."""

from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from endpoints_server.config.importing.litellm.values import (
    VARIABLE,
    Values,
    is_reference,
    variable_in,
)
from endpoints_server.config.importing.secrets import (
    KEYLESS,
    is_private,
    key_variable,
    variable_of,
)
from endpoints_server.config.importing.words import words
from endpoints_server.config.models_json.vendors import (
    Vendor,
    find_vendor,
    names,
    read_vendor,
    vendor_at,
)
from endpoints_server.config.problem import shown
from endpoints_server.config.text.document import Path
from endpoints_server.config.values.template import doubled

LIKE_OPENAI = frozenset({"openai", "custom_openai", "openai_like", "text-completion-openai"})
"""Prefixes of OpenAI, or with an `api_base` of anything like it (providers/openai_compatible)."""

UNSPOKEN = words(
    "bedrock bedrock_converse sagemaker sagemaker_chat vertex_ai vertex_ai_beta watsonx replicate"
    " oci snowflake predibase petals nlp_cloud palm triton clarifai github_copilot chatgpt"
    " aws_polly elevenlabs deepgram assemblyai stability recraft fal_ai voyage infinity jina_ai"
    " cohere_rerank auto_router custom"
)
"""Prefixes of what speaks no wire of ours."""

BEGINNINGS = {
    "claude": "anthropic",
    "gpt-": "openai",
    "chatgpt-": "openai",
    "o1": "openai",
    "o3": "openai",
    "o4": "openai",
    "ft:": "openai",
    "text-embedding-": "openai",
    "deepseek-": "deepseek",
}
"""Names that LiteLLM knows without a prefix (litellm/litellm_core_utils/get_llm_provider_logic)."""

NATIVE = ("anthropic", "gemini")
"""Vendors that LiteLLM speaks to on a wire of their own; all others as to OpenAI."""

AZURE_PATH = "/openai/v1"
AZURE_HOSTS = (".azure.com", ".azure.us", ".azure.cn")
PATHS = ("/v1/messages", "/chat/completions", "/responses")


class Refused(Exception):
    """A model that can be no part of an endpoint; says why, and where that is to be seen."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path


class Provider(Struct, frozen=True, kw_only=True):
    """Who serves a model: the name upstream, the entry without its models, and the vendor."""

    model: str
    entry: dict[str, Any]
    vendor: Vendor | None


def provider_of(values: Values, params: Path) -> Provider:
    """Find who serves a model; raises Refused where nobody does that is spoken to here."""
    named = values.text((*params, "model"))
    if not named:
        raise Refused(params, "`litellm_params` lacks `model`")
    prefix, model = split(values, params, named)
    if prefix in UNSPOKEN:
        raise Refused((*params, "model"), f"the API of {shown(prefix)} is not spoken here")
    base = base_of(values, params)
    literal = values.text((*params, base))
    if prefix != "azure" and values.at((*params, "api_version")) is not None:
        message = "`api_version` has no counterpart: the address says which it is"
        values.report.warn((*params, "api_version"), message)
    is_own = prefix in LIKE_OPENAI and bool(literal)
    vendor = (
        vendor_at(literal) if is_own else find_vendor("openai" if prefix in LIKE_OPENAI else prefix)
    )
    if vendor is None and not literal:
        message = f"no vendor {shown(prefix)} is known, and no `api_base` says where it is"
        raise Refused((*params, "model"), message)
    if vendor is None and not is_own:
        message = f"{shown(prefix)} is not known: it is taken for an API like OpenAI's"
        values.report.warn((*params, "model"), message)
    is_responses = model.startswith("responses/")
    entry = entry_of(values, params, base, prefix, vendor)
    if literal and (is_own or vendor is None or vendor.id not in NATIVE):
        entry.pop("provider", None)
    if is_responses:
        entry["provider"] = "openai-responses"
    return Provider(model=model.removeprefix("responses/"), entry=entry, vendor=vendor)


def split(values: Values, params: Path, named: str) -> tuple[str, str]:
    """Tell the prefix from the model's own name; some names need no prefix."""
    given = values.text((*params, "custom_llm_provider"))
    if given:
        return given, named.removeprefix(f"{given}/")
    prefix, slash, rest = named.partition("/")
    is_known = prefix in LIKE_OPENAI | UNSPOKEN or find_vendor(prefix) is not None
    if slash and (is_known or not offering(named)):
        if not rest:
            raise Refused((*params, "model"), "`model` names a provider and no model")
        return prefix, rest
    found = beginning(named) or offering(named)
    if not found and values.at((*params, "api_base")) is None:
        message = "`model` does not say whose it is: write it as `provider/model`"
        raise Refused((*params, "model"), message)
    return found or "openai", named


def beginning(model: str) -> str:
    """Find the vendor whose models have names that begin so."""
    return next((vendor for start, vendor in BEGINNINGS.items() if model.startswith(start)), "")


def offering(model: str) -> str:
    """Find the vendor that has a model of this name."""
    vendors = map(read_vendor, sorted(names()))
    return next((each.id for each in vendors if any(m["name"] == model for m in each.models)), "")


def base_of(values: Values, params: Path) -> str:
    """Tell under which of its two names an address stands."""
    return "base_url" if values.at((*params, "api_base")) is None else "api_base"


def entry_of(
    values: Values, params: Path, base: str, prefix: str, vendor: Vendor | None
) -> dict[str, Any]:
    """Give an endpoint without its models."""
    facts = vendor.entry if vendor else {}
    literal = values.text((*params, base))
    address = address_of(values, params, base, prefix, vendor)
    entry: dict[str, Any] = {
        key: facts[key] for key in ("provider", "headers", "compat") if key in facts
    }
    return {
        **entry,
        "name": name_of(prefix, literal, vendor),
        "apiKey": key_of(values, params, prefix, vendor),
        "baseURL": address,
    }


def name_of(prefix: str, literal: str, vendor: Vendor | None) -> str:
    """Name an endpoint after its vendor, or after the host of an address that is no vendor's."""
    if vendor is not None:
        return vendor.name
    return host_of(literal) or (prefix if prefix not in LIKE_OPENAI else "OpenAI-compatible")


def host_of(literal: str) -> str:
    """Give the host of an address, empty where there is none."""
    try:
        return urlsplit(literal).hostname or ""
    except ValueError:
        return ""


def address_of(values: Values, params: Path, base: str, prefix: str, vendor: Vendor | None) -> str:
    """Write the address as this server takes it."""
    literal = values.text((*params, base))
    variable = variable_in(literal)
    if prefix == "azure":
        return azure_address(values, params, base)
    if not literal:
        usual = vendor.entry.get("baseURL", "") if vendor else ""
        if not usual:
            raise Refused(params, "`api_base` is wanted: the address is one's own")
        return str(usual)
    address = f"${{{variable}}}" if variable else public(values, (*params, base), literal, prefix)
    for path in PATHS:
        address = address.removesuffix(path)
    if vendor is not None and vendor.id == "azure" and not address.endswith(AZURE_PATH):
        message = f"this is not Azure's v1 API: see that the address ends in `{AZURE_PATH}`"
        values.report.warn((*params, base), message)
    is_ollama = vendor is not None and vendor.id == "ollama"
    return with_path(address, "/v1") if is_ollama else address


def azure_address(values: Values, params: Path, base: str) -> str:
    """Write the address of a resource of Azure's: that of its API without versions."""
    literal = values.text((*params, base))
    variable = "AZURE_API_BASE" if not literal else variable_in(literal)
    if values.at((*params, "api_version")) is not None:
        message = "`api_version` is not needed: the address is that of Azure's v1 API"
        values.report.note((*params, "api_version"), message)
    if variable:
        message = f"`{variable}` is to end in neither a path nor a slash: `{AZURE_PATH}` follows it"
        values.report.note((*params, base), message)
        return f"${{{variable}}}{AZURE_PATH}"
    if not is_azure(literal):
        message = f"this is no address of Azure's own: see that it has `{AZURE_PATH}`"
        values.report.warn((*params, base), message)
    root = literal.partition("/openai/")[0]
    return with_path(public(values, (*params, base), root, "azure"), AZURE_PATH)


def with_path(address: str, path: str) -> str:
    """Give an address that ends in a path."""
    bare = address.rstrip("/")
    return bare if bare.endswith(path) else bare + path


def public(values: Values, path: Path, literal: str, prefix: str) -> str:
    """Write an address, or a variable in its place where it holds what may be a secret."""
    is_open = "@" in literal or "?" in literal
    if is_open or any(is_private("", part) for part in literal.split("/")[3:]):
        stem = variable_of(host_of(literal) or prefix, "api", "base")
        return values.secrets.hide(literal, path, stem)
    return doubled(literal)


def is_elsewhere(literal: str, vendor: Vendor | None) -> bool:
    """Say whether an address is another than those of the vendor; Azure's are people's own."""
    if vendor is not None and vendor.id == "azure":
        return not is_reference(literal or VARIABLE) and not is_azure(literal)
    return bool(literal) and vendor_at(literal) != vendor


def is_azure(literal: str) -> bool:
    """Say whether an address is one of Azure's own."""
    return host_of(literal).endswith(AZURE_HOSTS)


def usual_variables(prefix: str, vendor: Vendor | None) -> tuple[str, ...]:
    """Name the variables that a key is in where the file says nothing of it."""
    if prefix == "azure":
        return ("AZURE_API_KEY",)
    return vendor.variables if vendor else ()


def usual_variable_of(model: object) -> str:
    """Name the variable that the key of a model is in by its prefix alone; empty without one."""
    named = model if isinstance(model, str) else ""
    prefix = beginning(named) or named.partition("/")[0]
    vendor = find_vendor("openai" if prefix in LIKE_OPENAI else prefix)
    return next(iter(usual_variables(prefix, vendor)), "")


def key_of(values: Values, params: Path, prefix: str, vendor: Vendor | None) -> str:
    """Refer to the key by a variable, the usual one where the file names none."""
    path: Path = (*params, "api_key")
    text = values.text(path)
    literal = values.text((*params, base_of(values, params)))
    if variable_in(text):
        return f"${{{variable_in(text)}}}"
    if text.lower() in KEYLESS:
        return "none"
    usual = usual_variables(prefix, vendor)
    if is_elsewhere(literal, vendor):
        usual = ()
    if text:
        stem = usual[0] if usual else key_variable(host_of(literal) or prefix, literal)
        return values.secrets.hide(text, path, stem)
    if usual:
        values.report.note(params, f"no `api_key` stands here: the key is taken from `{usual[0]}`")
        return f"${{{usual[0]}}}"
    if literal:
        values.report.note(params, "no `api_key` stands here, so none is sent to this address")
    return "none"
