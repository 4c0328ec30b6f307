"""How endpoints are named in addresses, and which names are taken."""

import re
import unicodedata
from hashlib import blake2s

BUILT_IN = frozenset(
    {
        "azureOpenAI",
        "openAI",
        "google",
        "anthropic",
        "assistants",
        "azureAssistants",
        "agents",
        "custom",
        "bedrock",
    }
)
"""Names of LibreChat's own endpoints, which it finds before any of the file's."""
LOWERED = frozenset(map(str.lower, BUILT_IN))

OTHERS = re.compile(r"[^a-z0-9]+")


def slug_of(name: str) -> str:
    """Spell a name for addresses and headers: lower case, runs of other characters become `-`.

    Accents are dropped; a name without any plain letter or digit gets one made from its hash.
    """
    plain = unicodedata.normalize("NFKD", name.lower())
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    slug = OTHERS.sub("-", letters).strip("-")
    return slug or "endpoint-" + blake2s(name.encode("utf-8", "replace"), digest_size=4).hexdigest()


def is_built_in(name: str) -> bool:
    """Say whether a name is that of a built-in endpoint, letter for letter."""
    return name in BUILT_IN


def is_like_built_in(name: str) -> bool:
    """Say whether nothing but case and space keep a name from being a built-in endpoint's."""
    return name.strip().lower() in LOWERED
