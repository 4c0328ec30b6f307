"""What LiteLLM's file says of a model: windows, abilities, prices (proxy/custom_pricing)."""

import re
from decimal import Decimal
from typing import Any

from msgspec import Struct

from endpoints_server.config.importing.litellm.values import Values, plain
from endpoints_server.config.importing.secrets import is_private
from endpoints_server.config.importing.words import words
from endpoints_server.config.problem import shown
from endpoints_server.config.text.document import Path
from endpoints_server.config.values.template import doubled

MILLION = 1_000_000
LARGEST_RATE = Decimal(10) ** 9
RATES = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cacheRead": "cache_read_input_token_cost",
    "cacheWrite": "cache_creation_input_token_cost",
}
ABOVE = re.compile(rf"({'|'.join(RATES.values())})_above_([0-9]{{1,6}})k_tokens")
"""A rate of the whole call once more goes in (model_prices_and_context_window.json)."""

KNOWN = words(
    "max_input_tokens max_output_tokens max_tokens supports_vision supports_reasoning mode"
)
SERVED_MODES = ("chat", "completion", "embedding", "responses")
UNSAID = frozenset({"id", "version", "db_model", "created_at", "updated_at", "litellm_provider"})
"""Keys of `model_info` that tell nothing of a model."""

TOLD = {
    "base_model": "prices are found by the model's own name; where it has none, write `cost`",
    "access_groups": "budgets and keys here are not held by access groups",
    "metadata": "nothing here reads it",
    "team_id": "make a group (`group add`)",
}


class Facts(Struct, frozen=True, kw_only=True):
    """A model in the keys of the YAML, and whether it is of a kind that is served."""

    item: dict[str, Any]
    is_served: bool = True


def facts_of(values: Values, params: Path, info: Path) -> Facts:
    """Gather what is said of a model; `litellm_params` win over `model_info`."""
    item: dict[str, Any] = {}
    said = values.mapping(info)
    window = values.whole((*info, "max_input_tokens"))
    longest = values.whole((*info, "max_output_tokens"))
    legacy = values.whole((*info, "max_tokens")) if longest is None else None
    item |= {"contextWindow": window} if window else {}
    item |= {"maxTokens": longest or legacy} if longest or legacy else {}
    if isinstance(said.get("supports_reasoning"), bool):
        item["reasoning"] = said["supports_reasoning"]
    if isinstance(said.get("supports_vision"), bool):
        item["input"] = ["text", "image"] if said["supports_vision"] else ["text"]
    item |= description_of(values, (*info, "description"))
    mode = said.get("mode", "chat")
    if mode == "responses":
        item["provider"] = "openai-responses"
    for key in said:
        tell_of(values, info, key)
    cost = cost_of(values, params, info)
    return Facts(item=item | ({"cost": cost} if cost else {}), is_served=mode in SERVED_MODES)


def description_of(values: Values, path: Path) -> dict[str, str]:
    """Give what is written of a model, unless there is a key in it."""
    text = values.text(path)
    if any(is_private("", word) for word in text.split()):
        values.report.warn(path, "`description` is left out: it may hold a key")
        return {}
    return {"description": doubled(text)} if text else {}


def tell_of(values: Values, info: Path, key: str) -> None:
    """Say of a key of `model_info` that nothing comes of it."""
    if key in KNOWN | UNSAID or key == "description" or is_rate(key):
        return
    why = TOLD.get(key, "nothing here asks for it")
    values.report.note((*info, key), f"{shown(key)} has no counterpart: {why}")


def is_rate(key: str) -> bool:
    """Say whether a key is a price per token."""
    return key in RATES.values() or bool(ABOVE.fullmatch(key))


def cost_of(values: Values, params: Path, info: Path) -> dict[str, Any]:
    """Give what a model costs in USD per million tokens; empty where too little is said."""
    rates = {ours: rate(values, params, info, theirs) for ours, theirs in RATES.items()}
    known = {ours: plain(found) for ours, found in rates.items() if found is not None}
    if values.mapping(info).get("mode") == "embedding" and "input" in known:
        known = {"input": known["input"], "output": 0} | known
    if not known and not any(map(is_rate, [*values.mapping(params), *values.mapping(info)])):
        return {}
    if not {"input", "output"} <= known.keys():
        home = params if any(map(is_rate, values.mapping(params))) else info
        message = "a price wants both `input_cost_per_token` and `output_cost_per_token`"
        values.report.warn(home, f"{message}; what is said here is left out")
        return {}
    tiers = tiers_of(values, params, info, known)
    return known | ({"tiers": tiers} if tiers else {})


def tiers_of(
    values: Values, params: Path, info: Path, usual: dict[str, Any]
) -> list[dict[str, Any]]:
    """Give the rates of larger calls; what a tier does not say is as it is without it."""
    tiers: dict[int, dict[str, Any]] = {}
    for key in [*values.mapping(info), *values.mapping(params)]:
        found = ABOVE.fullmatch(key)
        amount = rate(values, params, info, key) if found else None
        if found and amount is not None:
            ours = next(name for name, theirs in RATES.items() if theirs == found.group(1))
            tiers.setdefault(int(found.group(2)) * 1000, dict(usual))[ours] = plain(amount)
    return [{"inputTokensAbove": above} | tiers[above] for above in sorted(tiers)]


def rate(values: Values, params: Path, info: Path, key: str) -> Decimal | None:
    """Read a rate per token as one per million."""
    home = params if key in values.mapping(params) else info
    per_token = values.number((*home, key))
    if per_token is None:
        return None
    if per_token > LARGEST_RATE:
        values.report.warn((*home, key), f"`{key}` is no price of one token; it is left out")
        return None
    return per_token * MILLION
