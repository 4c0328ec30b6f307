"""What certain models are known to refuse, by their names."""

import re
from functools import lru_cache

from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.wires.body import Fields, lose_fields

DRAWING = (
    *("temperature", "top_p", "frequency_penalty", "presence_penalty"),
    *("n", "logprobs", "top_logprobs", "logit_bias"),
)
"""How tokens are drawn: models that reason first leave no say in it."""

BESIDE_SEARCH = (
    *("top_k", "stop", "seed", "response_format", "user"),
    *("reasoning_effort", "reasoning"),
)
"""What models that always search refuse besides."""

REFUSED: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"\b(?:o[13]|gpt-5)\b(?!\.|-chat)"), DRAWING),
    (re.compile(r"\bgpt-4o\b.*search"), (*DRAWING, *BESIDE_SEARCH)),
    (re.compile(r"\bgemini-(?:3\.[5-9]|[4-9])\S*-flash"), ("temperature", "top_p", "top_k")),
    (re.compile(r"\bgrok-(?:3-mini|[4-9]|code)"), ("frequency_penalty", "presence_penalty")),
)
"""Models, and the fields for which their API answers 400."""


def lose_refused(fields: Fields, model: str, lose: Lose) -> None:
    """Take out what a model is known to refuse, each named as lost."""
    names = refused_by(model)
    if names and not fields.keys().isdisjoint(names):
        lose_fields(fields, names, lose)


@lru_cache(maxsize=1024)
def refused_by(model: str) -> tuple[str, ...]:
    """Name the fields that a model is known to refuse."""
    return tuple(name for named, names in REFUSED if named.search(model) for name in names)
