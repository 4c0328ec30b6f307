"""One item of `model_list`: a name that callers use, and one place where it is served."""

from decimal import Decimal
from typing import Any

from msgspec import Struct

from endpoints_server.config.importing.litellm.facts import facts_of
from endpoints_server.config.importing.litellm.parameters import (
    deadlines_of,
    dropped_of,
    headers_of,
    sampling_of,
)
from endpoints_server.config.importing.litellm.provider import Provider, Refused, provider_of
from endpoints_server.config.importing.litellm.rules import Rules, rules_of
from endpoints_server.config.importing.litellm.values import Values
from endpoints_server.config.schema.wire import USUAL_WIRE, WIRES
from endpoints_server.config.text.document import Path
from endpoints_server.config.values.template import doubled

STAR = "*"
LEAST_WEIGHT, MOST_WEIGHT = Decimal("0.001"), Decimal(1_000_000)


class Deployment(Struct, frozen=True, kw_only=True):
    """A model of an upstream under a name of LiteLLM's.

    `entry` is its endpoint without models, `settings` what is different of that under `server`.
    """

    name: str
    place: Path
    model: str
    entry: dict[str, Any]
    settings: dict[str, Any]
    item: dict[str, Any]
    known: tuple[str, ...] = ()
    order: int | None = None
    weight: Decimal | None = None
    rules: Rules = Rules()

    @property
    def is_open(self) -> bool:
        """Whether it stands for all that its upstream has."""
        return STAR in self.model


def deployment_of(values: Values, place: Path) -> Deployment:
    """Read one item; raises Refused where nothing can come of it."""
    name = values.text((*place, "model_name"))
    params: Path = (*place, "litellm_params")
    if not name:
        raise Refused(place, "it lacks `model_name`")
    if not isinstance(values.at(params), dict):
        raise Refused(place, "it lacks `litellm_params`")
    facts = facts_of(values, params, (*place, "model_info"))
    if not facts.is_served:
        raise Refused((*place, "model_info", "mode"), "models of this mode are not served here")
    provider = provider_of(values, params)
    rules = rules_of(values, params)
    return Deployment(
        name=name,
        place=place,
        model=provider.model,
        entry=completed(values, params, provider),
        settings=settings_of(values, params),
        item=item_of(values, params, provider, facts.item),
        known=tuple(each["name"] for each in provider.vendor.models) if provider.vendor else (),
        order=values.whole((*params, "order")),
        weight=weight_of(values, params, rules),
        rules=rules,
    )


def completed(values: Values, params: Path, provider: Provider) -> dict[str, Any]:
    """Give the endpoint with its headers and with what is taken out of requests."""
    entry = dict(provider.entry)
    headers = entry.get("headers", {}) | headers_of(values, params, entry["name"])
    dropped = dropped_of(values, params)
    entry |= {"headers": headers} if headers else {}
    return entry | ({"dropParams": dropped} if dropped else {})


def settings_of(values: Values, params: Path) -> dict[str, Any]:
    """Give what is different of an endpoint under `server.endpoints`."""
    deadlines = deadlines_of(values, params)
    return {"timeouts": deadlines} if deadlines else {}


def item_of(
    values: Values, params: Path, provider: Provider, facts: dict[str, Any]
) -> dict[str, Any]:
    """Give the model as an item of `models.default`."""
    wire = facts.get("provider", provider.entry.get("provider", USUAL_WIRE))
    is_openai = WIRES[wire] in ("openai_chat", "openai_responses")
    longest = values.whole((*params, "max_tokens"))
    longest = longest or values.whole((*params, "max_completion_tokens"))
    item = {"name": doubled(provider.model)} | facts
    item |= {"maxTokens": longest} if longest else {}
    fields = sampling_of(values, params, is_openai=is_openai)
    return item | ({"samplingParams": fields} if fields else {})


def weight_of(values: Values, params: Path, rules: Rules) -> Decimal | None:
    """Give its share among those of one name: `weight`, else its rates (docs/routing)."""
    said = values.number((*params, "weight"))
    found = said if said is not None else rules.requests or rules.tokens
    if found is None:
        return None
    if not LEAST_WEIGHT <= found <= MOST_WEIGHT:
        message = f"`weight` is from {LEAST_WEIGHT} to {MOST_WEIGHT} here; the nearest is written"
        values.report.warn((*params, "weight"), message)
    return min(max(Decimal(found), LEAST_WEIGHT), MOST_WEIGHT)
