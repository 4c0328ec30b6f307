"""How endpoints are named in addresses, and which names are taken."""

import re
import unicodedata
from hashlib import blake2s

BUILT_IN = frozenset(
    {
        "azureopenai",
        "openai",
        "google",
        "anthropic",
        "assistants",
        "azureassistants",
        "agents",
        "custom",
        "bedrock",
    }
)
"""Names of LibreChat's own endpoints, which it finds before any of the file's."""

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
    """Say whether a name, in any case, is that of a built-in endpoint."""
    return name.strip().lower() in BUILT_IN
