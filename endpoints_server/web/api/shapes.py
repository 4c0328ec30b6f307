"""Models as each family of clients reads them: one of them, a page, a list."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from endpoints_server.domain.money.price import Price, Rates
from endpoints_server.web.api.listed import Listed, stale_seconds

PAGE = 20
LONGEST_PAGE = 1000
GOOGLE_PAGE = 50
GENERATION = ["generateContent", "countTokens"]
"""What may be asked of each model on Google's wire."""


def openai_model(item: Listed, created_at: int, now: int) -> dict[str, object]:
    """Tell a model in OpenAI's shape, with what other clients look for beside it."""
    told: dict[str, object] = {
        "id": item.id,
        "object": "model",
        "created": created_at,
        "owned_by": item.endpoint.slug,
        "name": item.model.description or item.model.name,
        "endpoint": item.endpoint.name,
        "requires_user_key": item.endpoint.credential.owner == "user",
        "stale_seconds": stale_seconds(item.endpoint, now),
    }
    if item.leads:
        told["leads_to"] = item.leads
    if item.model.context_tokens is not None:
        told["context_length"] = item.model.context_tokens
    if item.model.output_tokens is not None:
        told["max_output_tokens"] = item.model.output_tokens
    dialect = item.model.dialect or item.endpoint.dialect
    if dialect.thinking.is_able is not None:
        told["reasoning"] = dialect.thinking.is_able
    if dialect.turns.has_images is not None:
        told["input_modalities"] = ["text", "image"] if dialect.turns.has_images else ["text"]
    if item.model.price is not None:
        told["pricing"] = pricing(item.model.price)
    return told


def pricing(price: Price) -> dict[str, object]:
    """Tell a price as decimal strings, USD per million tokens; larger calls may have other rates.

    The highest of `tiers` that a call's input is above prices the whole of it.
    """
    told: dict[str, object] = dict(told_rates(price.rates))
    if price.tiers:
        told["tiers"] = [
            {"input_tokens_above": tier.above_tokens, **told_rates(tier.rates)}
            for tier in price.tiers
        ]
    return told


def told_rates(rates: Rates) -> dict[str, str]:
    """Tell rates as decimal strings; those that follow from others are left out."""
    told = {
        "input": rates.input,
        "output": rates.output,
        "cache_read": rates.cache_read,
        "cache_write": rates.cache_write,
        "cache_write_1h": rates.cache_write_hour,
    }
    return {name: f"{rate:f}" for name, rate in told.items() if rate is not None}


def anthropic_model(item: Listed, created_at: int) -> dict[str, object]:
    """Tell a model in Anthropic's shape."""
    return {
        "type": "model",
        "id": item.id,
        "display_name": item.model.description or item.model.name,
        "created_at": datetime.fromtimestamp(created_at, UTC).isoformat().replace("+00:00", "Z"),
    }


def anthropic_page(
    items: list[Listed], query: Mapping[str, str], created_at: int
) -> dict[str, object]:
    """Cut a page as Anthropic's clients ask for it: `limit`, `after_id`, `before_id`."""
    ids = [item.id for item in items]
    after, before = query.get("after_id", ""), query.get("before_id", "")
    start = ids.index(after) + 1 if after in ids else 0
    stop = ids.index(before) if before in ids else len(ids)
    page = items[start:stop][: page_size(query.get("limit", ""))]
    return {
        "data": [anthropic_model(item, created_at) for item in page],
        "has_more": len(items[start:stop]) > len(page),
        "first_id": page[0].id if page else None,
        "last_id": page[-1].id if page else None,
    }


def page_size(asked: str, usual: int = PAGE) -> int:
    """Read how many models a page is to hold; what is no number gives the usual."""
    return min(int(asked), LONGEST_PAGE) if asked.isascii() and asked.isdigit() else usual


def openai_list(items: Iterable[Listed], created_at: int, now: int) -> dict[str, object]:
    """Tell all models in OpenAI's shape, which knows no pages."""
    return {"object": "list", "data": [openai_model(item, created_at, now) for item in items]}


def google_model(item: Listed) -> dict[str, object]:
    """Tell a model in Google's shape."""
    title = item.model.description or item.model.name
    told: dict[str, object] = {
        "name": f"models/{item.id}",
        "baseModelId": item.id,
        "version": "",
        "displayName": title,
        "description": "",
        "supportedGenerationMethods": GENERATION,
    }
    if item.model.context_tokens is not None:
        told["inputTokenLimit"] = item.model.context_tokens
    if item.model.output_tokens is not None:
        told["outputTokenLimit"] = item.model.output_tokens
    return told


def google_page(items: list[Listed], query: Mapping[str, str]) -> dict[str, object]:
    """Cut a page as Google's clients ask for it: `pageSize`, `pageToken`, a place in the list."""
    token = query.get("pageToken") or query.get("page_token", "")
    start = int(token) if token.isascii() and token.isdigit() else 0
    size = page_size(query.get("pageSize") or query.get("page_size", ""), GOOGLE_PAGE)
    page = items[start : start + size]
    told: dict[str, object] = {"models": [google_model(item) for item in page]}
    if start + size < len(items):
        told["nextPageToken"] = str(start + size)
    return told
