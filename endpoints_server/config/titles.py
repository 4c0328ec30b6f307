"""The keys that say how conversations get titles, laid over those that hold everywhere."""

from msgspec import UNSET, UnsetType

from endpoints_server.config.naming import slug_of
from endpoints_server.config.schema.conversation import Conversation
from endpoints_server.config.schema.endpoint import CustomEndpoint
from endpoints_server.config.schema.settings import Endpoints, Everywhere
from endpoints_server.domain.money.price import Price
from endpoints_server.domain.title import CURRENT_MODEL, TitleRules


def title_rules_of(
    entry: CustomEndpoint, everywhere: Everywhere | UnsetType, price: Price | None = None
) -> TitleRules:
    """Compile an endpoint's rules, key by key: its own, else what holds everywhere.

    Titles are made only where the file says so: each one is a request that somebody pays for.
    """
    others: Conversation = Everywhere() if isinstance(everywhere, UnsetType) else everywhere
    timing = given(entry.title_timing, others.title_timing)
    is_on = given(entry.title_convo, others.title_convo)
    asked = entry.title_endpoint or others.title_endpoint
    method = given(entry.title_method, others.title_method)
    return TitleRules(
        is_on=is_on is True,
        timing="final" if timing == "final" else "immediate",
        is_structured=method in ("structured", "functions"),
        model=title_model_of(entry, everywhere),
        endpoint=slug_of(asked) if asked else "",
        prompt=entry.title_prompt or others.title_prompt,
        template=entry.title_prompt_template or others.title_prompt_template,
        role="system" if entry.title_message_role == "system" else "user",
        price=price,
    )


def title_model_of(entry: CustomEndpoint, everywhere: Everywhere | UnsetType) -> str:
    """Give the model that makes titles; empty for the conversation's own."""
    others = "" if isinstance(everywhere, UnsetType) else everywhere.title_model
    name = entry.title_model or others
    return "" if name == CURRENT_MODEL else name


def title_entry_of(entry: CustomEndpoint, endpoints: Endpoints) -> CustomEndpoint:
    """Find the endpoint that makes another's titles: the one named, else itself."""
    others = "" if isinstance(endpoints.all, UnsetType) else endpoints.all.title_endpoint
    wanted = slug_of(entry.title_endpoint or others)
    for each in endpoints.custom:
        if slug_of(each.name) == wanted:
            return each
    return entry


def given(here: object, everywhere: object) -> object:
    """Pick the nearest setting that is given."""
    return everywhere if here is UNSET else here
