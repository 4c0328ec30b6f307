"""What every block of the file has in common: spelling, strictness and the types of keys."""

from typing import Annotated

from msgspec import Meta, Struct

SPELLINGS = {
    "api_key": "apiKey",
    "base_url": "baseURL",
    "icon_url": "iconURL",
    "open_ai": "openAI",
    "azure_open_ai": "azureOpenAI",
}


def spell(field: str) -> str:
    """Spell a field as the file does: `title_model` is `titleModel`, `base_url` is `baseURL`."""
    if field in SPELLINGS:
        return SPELLINGS[field]
    first, *rest = field.split("_")
    return first + "".join(word.capitalize() for word in rest)


class Block(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename=spell):
    """A mapping whose keys are all known; never prints what it holds."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


NonEmpty = Annotated[str, Meta(min_length=1)]
MOST = 10**12
"""More than there ever is of anything that is counted, and little enough for every database."""
MOST_SECONDS = 10**9
Natural = Annotated[int, Meta(ge=0, le=MOST)]
Positive = Annotated[int, Meta(gt=0, le=MOST)]
Seconds = Annotated[float, Meta(gt=0, le=MOST_SECONDS)]
WholeSeconds = Annotated[int, Meta(gt=0, le=MOST_SECONDS)]
