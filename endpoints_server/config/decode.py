"""A document without errors becomes Settings."""

from decimal import Decimal
from typing import Any

import msgspec

from endpoints_server.config.checks.shape import GONE, GONE_FLAGS
from endpoints_server.config.json_schema import FREE_PREFIX
from endpoints_server.config.schema.settings import Settings
from endpoints_server.config.text.document import Document, Path

RATES = frozenset(
    {"prompt", "completion", "input", "output", "cacheRead", "cacheWrite", "read", "write"}
)


def decode_settings(document: Document) -> Settings:
    """Decode a document in which no check found an error."""
    root: Any = document.value
    value = {key: part for key, part in root.items() if not key.startswith(FREE_PREFIX)}
    endpoints = value.get("endpoints")
    if endpoints and "custom" in endpoints:
        shared = endpoints.get("all", {})
        entries = [
            laid_under(shared, entry_of(document, number))
            for number in range(len(endpoints["custom"]))
        ]
        value["endpoints"] = endpoints | {"custom": entries}
    if "server" in value:
        value["server"] = server_of(document, value["server"])
    # what is a whole number may be written as one with a point, as it may in LibreChat
    return msgspec.convert(value, Settings, strict=False)


def server_of(document: Document, server: dict[str, Any]) -> dict[str, Any]:
    """Give the server's own block, the amounts of budgets exact."""
    place: Path = ("server",)
    kept = with_exact_budgets(document, place, server)
    if "groups" in kept:
        kept["groups"] = {
            name: with_exact_budgets(document, (*place, "groups", name), group)
            for name, group in kept["groups"].items()
        }
    return kept


def with_exact_budgets(document: Document, path: Path, home: dict[str, Any]) -> dict[str, Any]:
    """Read the amount of each budget of the server, or of a group, from its own text."""
    kept = dict(home)
    if "budgets" in kept:
        kept["budgets"] = {
            name: rule | {"usd": exact(document.texts[(*path, "budgets", name, "usd")])}
            for name, rule in kept["budgets"].items()
        }
    return kept


def laid_under(shared: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    """Lay what holds for every endpoint over one, key by key; its headers lie under the own.

    So LibreChat documents it: `endpoints.all` overrides what is shared.
    """
    merged = entry | {key: value for key, value in shared.items() if key != "baseURL"}
    own = entry.get("headers", {})
    taken = {name.lower() for name in own}
    others = shared.get("headers", {})
    headers = {name: value for name, value in others.items() if name.lower() not in taken} | own
    return merged | ({"headers": headers} if headers else {})


def entry_of(document: Document, number: int) -> dict[str, Any]:
    """Give one endpoint without keys that are gone, its rates exact."""
    path: Path = ("endpoints", "custom", number)
    entry: Any = document.get(path)
    kept = {key: value for key, value in entry.items() if key not in GONE}
    if "tokenConfig" in kept:
        kept["tokenConfig"] = {
            model: exact_rates(document, (*path, "tokenConfig", model), rates)
            for model, rates in kept["tokenConfig"].items()
        }
    if "compat" in kept:
        kept["compat"] = without_gone(kept["compat"])
    if "modelOverrides" in kept:
        kept["modelOverrides"] = {
            model: model_of(document, (*path, "modelOverrides", model), said)
            for model, said in kept["modelOverrides"].items()
        }
    models = [
        model_of(document, (*path, "models", "default", place), item)
        for place, item in enumerate(kept["models"]["default"])
    ]
    return kept | {"models": kept["models"] | {"default": models}}


def model_of(document: Document, path: Path, said: Any) -> Any:
    """Give what is said of a model without flags that are gone, its rates exact."""
    if not isinstance(said, dict):
        return said
    kept = dict(said)
    if "compat" in said:
        kept["compat"] = without_gone(said["compat"])
    if "cost" in said:
        kept["cost"] = exact_cost(document, (*path, "cost"), said["cost"])
    return kept


def without_gone(compat: dict[str, Any]) -> dict[str, Any]:
    """Leave out flags that are gone."""
    return {flag: value for flag, value in compat.items() if flag not in GONE_FLAGS}


def exact_cost(document: Document, path: Path, cost: dict[str, Any]) -> dict[str, Any]:
    """Read each rate of a cost, and of its tiers, from its own text."""
    exactly = exact_rates(document, path, cost)
    if "tiers" in exactly:
        exactly["tiers"] = [
            exact_rates(document, (*path, "tiers", number), tier)
            for number, tier in enumerate(exactly["tiers"])
        ]
    return exactly


def exact_rates(document: Document, path: Path, rates: dict[str, Any]) -> dict[str, Any]:
    """Read each rate from its own text, so that 0.1 is a tenth and nothing else."""
    return {
        key: exact(document.texts[(*path, key)]) if key in RATES else value
        for key, value in rates.items()
    }


def exact(text: str) -> Decimal:
    """Read a number's text; YAML's `0x` and `0o` are whole numbers."""
    try:
        return Decimal(text)
    except ArithmeticError:
        return Decimal(int(text, 0))
