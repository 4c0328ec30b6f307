"""The keys that say how conversations get titles; those that hold everywhere are among them."""

from collections.abc import Iterable

from endpoints_server.config.naming import slug_of
from endpoints_server.config.schema.endpoint import CustomEndpoint
from endpoints_server.domain.money.price import Price
from endpoints_server.domain.title import CURRENT_MODEL, TitleRules


def title_rules_of(entry: CustomEndpoint, price: Price | None = None) -> TitleRules:
    """Compile an endpoint's rules.

    Titles are made only where the file says so: each one is a request that somebody pays for.
    """
    return TitleRules(
        is_on=entry.title_convo is True,
        timing="final" if entry.title_timing == "final" else "immediate",
        is_structured=entry.title_method in ("structured", "functions"),
        model=title_model_of(entry),
        endpoint=slug_of(entry.title_endpoint) if entry.title_endpoint else "",
        prompt=entry.title_prompt,
        template=entry.title_prompt_template,
        role="system" if entry.title_message_role == "system" else "user",
        price=price,
    )


def title_model_of(entry: CustomEndpoint) -> str:
    """Give the model that makes titles; empty for the conversation's own."""
    return "" if entry.title_model == CURRENT_MODEL else entry.title_model


def title_entry_of(entry: CustomEndpoint, entries: Iterable[CustomEndpoint]) -> CustomEndpoint:
    """Find the endpoint that makes another's titles: the one named, else itself."""
    wanted = slug_of(entry.title_endpoint)
    return next((each for each in entries if slug_of(each.name) == wanted), entry)
