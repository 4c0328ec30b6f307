"""LibreChat's built-in endpoints become entries: OpenAI, Anthropic, Google (.env.example)."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from endpoints_server.config.expand import USER_PROVIDED
from endpoints_server.config.importing.librechat.variables import Variables
from endpoints_server.config.models_json.vendors import read_vendor
from endpoints_server.config.schema.conversation import Conversation
from endpoints_server.config.text.document import Document, Path
from endpoints_server.config.values.template import doubled

SHARED = frozenset(field.encode_name for field in msgspec.structs.fields(Conversation))
"""Keys that a built-in endpoint has as every other."""

LISTED = "ENDPOINTS"
"""Names the endpoints that are on; all are where it is not set."""


class Kind(Struct, frozen=True, kw_only=True):
    """A built-in endpoint: its vendor, and the variables that configure it."""

    name: str
    vendor: str
    key: str
    address: str
    models: str


KINDS = (
    Kind(
        name="openAI",
        vendor="openai",
        key="OPENAI_API_KEY",
        address="OPENAI_REVERSE_PROXY",
        models="OPENAI_MODELS",
    ),
    Kind(
        name="anthropic",
        vendor="anthropic",
        key="ANTHROPIC_API_KEY",
        address="ANTHROPIC_REVERSE_PROXY",
        models="ANTHROPIC_MODELS",
    ),
    Kind(
        name="google",
        vendor="gemini",
        key="GOOGLE_KEY",
        address="GOOGLE_REVERSE_PROXY",
        models="GOOGLE_MODELS",
    ),
)


class Made(Struct, frozen=True, kw_only=True):
    """An entry that is to be added, and what it was made of: a place of the file, or a variable."""

    entry: dict[str, Any]
    place: Path = ()
    variable: str = ""
    aliases: dict[str, str] = {}


def built_ins(document: Document, variables: Variables) -> Iterator[Made]:
    """Make an entry of each built-in endpoint that the file or a variable configures."""
    switched = variables.words(LISTED)
    for kind in KINDS:
        place: Path = ("endpoints", kind.name)
        if variables.text(kind.address) == USER_PROVIDED:
            continue
        is_said = isinstance(document.get(place), dict)
        if (is_said or kind.key in variables.found) and (not switched or kind.name in switched):
            entry = entry_of(kind, document.get(place), variables)
            is_set = kind.key in variables.found
            yield Made(entry=entry, place=place, variable=kind.key if is_set else "")


def entry_of(kind: Kind, block: Any, variables: Variables) -> dict[str, Any]:
    """Write one built-in endpoint as an entry."""
    vendor = read_vendor(kind.vendor)
    said = block if isinstance(block, dict) else {}
    entry: dict[str, Any] = {
        key: vendor.entry[key] for key in ("provider", "compat") if key in vendor.entry
    }
    is_elsewhere = kind.address in variables.found
    if is_elsewhere:
        entry.pop("compat", None)
    address = f"${{{kind.address}}}" if is_elsewhere else vendor.entry["baseURL"]
    entry |= {
        "name": vendor.name,
        "apiKey": key_of(kind, variables),
        "baseURL": said.get("baseURL") or address,
        "models": models_of(kind, variables),
    }
    headers = headers_of(kind, said, variables)
    entry |= {"headers": headers} if headers else {}
    if kind.name == "google" and variables.text("GOOGLE_AUTH_HEADER").lower() == "true":
        entry["authHeader"] = True
    return entry | {key: value for key, value in said.items() if key in SHARED}


def key_of(kind: Kind, variables: Variables) -> str:
    """Refer to the key; people bring theirs where they do so there, or where no key is set."""
    said = variables.text(kind.key)
    if said == USER_PROVIDED:
        return USER_PROVIDED
    return f"${{{kind.key}}}" if said else f"${{{kind.key}:-{USER_PROVIDED}}}"


def models_of(kind: Kind, variables: Variables) -> dict[str, Any]:
    """List the models that a variable names, else those of the vendor, fetched with a key."""
    named = variables.words(kind.models)
    if named:
        return {"default": [doubled(name) for name in named]}
    known = [model["name"] for model in read_vendor(kind.vendor).models]
    is_house = variables.text(kind.key) not in ("", USER_PROVIDED)
    return {"default": known} | ({"fetch": True} if is_house else {})


def headers_of(kind: Kind, said: dict[str, Any], variables: Variables) -> dict[str, Any]:
    """Give the headers of the block, and the one of OpenAI's organization."""
    own = said.get("headers")
    headers: dict[str, Any] = dict(own) if isinstance(own, dict) else {}
    if kind.name == "openAI" and "OPENAI_ORGANIZATION" in variables.found:
        return {"OpenAI-Organization": "${OPENAI_ORGANIZATION}"} | headers
    return headers
