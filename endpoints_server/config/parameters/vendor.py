"""What is known of vendors: whose an endpoint is, and what its API is peculiar in."""

import re
from urllib.parse import urlsplit

from msgspec import UNSET

from endpoints_server.config.schema.endpoint import CustomEndpoint

BRANDS: dict[str, tuple[str, ...]] = {
    "openai": ("chatgpt", "gpt"),
    "azure": ("azureopenai",),
    "anthropic": ("claude",),
    "google": ("gemini", "gemma", "palm", "vertex", "vertexai"),
    "bedrock": ("awsbedrock",),
    "anyscale": (),
    "apipie": (),
    "cohere": (),
    "deepseek": (),
    "fireworks": (),
    "groq": (),
    "helicone": (),
    "huggingface": (),
    "lemonade": ("amdlemonade", "lemonadeserver"),
    "mistral": ("mistralai",),
    "mlx": (),
    "moonshot": ("kimi", "moonshotai"),
    "ollama": (),
    "openrouter": (),
    "perplexity": (),
    "qwen": (),
    "shuttleai": (),
    "together": ("togetherai",),
    "unify": (),
    "vercel": (),
    "xai": ("grok",),
}
"""Brands, and what else each is called; case and separators do not count."""

HOSTS = {
    "api.openai.com": "openai",
    "api.anthropic.com": "anthropic",
    "api.mistral.ai": "mistral",
    "api.groq.com": "groq",
    "api.cohere.ai": "cohere",
    "api.cohere.com": "cohere",
    "api.deepseek.com": "deepseek",
    "api.fireworks.ai": "fireworks",
    "api.moonshot.ai": "moonshot",
    "api.perplexity.ai": "perplexity",
    "api.together.xyz": "together",
    "api.x.ai": "xai",
    "openrouter.ai": "openrouter",
    "ai-gateway.vercel.sh": "vercel",
}
OLDER_CEILING_HOSTS = frozenset(
    {
        "api.mistral.ai",
        "api.deepseek.com",
        "api.moonshot.ai",
        "api.perplexity.ai",
        "api.cohere.ai",
        "api.cohere.com",
        "api.fireworks.ai",
        "api.together.xyz",
    }
)
"""Hosts whose API has only the older name of the token ceiling, `max_tokens`."""

BY_SPELLING = {name: brand for brand, others in BRANDS.items() for name in (brand, *others)}
SEPARATORS = re.compile(r"[\s._-]+")


def brand_of(entry: CustomEndpoint) -> str:
    """Find an endpoint's brand: by its icon, its host, its provider, its name; empty for none."""
    return (
        brand_named(entry.icon_url)
        or HOSTS.get(host_of(entry.base_url), "")
        or brand_named(entry.provider if isinstance(entry.provider, str) else "")
        or brand_named(entry.name)
    )


def is_of(entry: CustomEndpoint, vendor: str) -> bool:
    """Say whether an entry is a vendor's: by its parameter set, its name or its address."""
    set_name = entry.params.default_params_endpoint
    if set_name in ("anthropic", "google") or entry.provider is not UNSET:
        return False
    return set_name == vendor or vendor in entry.name.lower() or vendor in entry.base_url.lower()


def has_older_ceiling(entry: CustomEndpoint) -> bool:
    """Say whether an API has only the older name of the token ceiling."""
    return host_of(entry.base_url) in OLDER_CEILING_HOSTS


def brand_named(text: str) -> str:
    """Read a text as a brand; empty for texts that are none."""
    return BY_SPELLING.get(SEPARATORS.sub("", text.lower()), "")


def host_of(address: str) -> str:
    """Give the host of an address; empty where it has none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
