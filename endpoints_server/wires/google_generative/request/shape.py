"""A request's fields under the names of the API, once the configuration has had its say."""

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.parameter import NAMES, WEB_SEARCH
from endpoints_server.domain.talk.ceiling import usual_ceiling
from endpoints_server.domain.talk.crossing import Lose, Loss
from endpoints_server.domain.wire import Written
from endpoints_server.wires.body import (
    Fields,
    apply_dialect,
    close_fields,
    has_field,
    open_fields,
    raw,
    rename,
    set_field,
)
from endpoints_server.wires.google_generative.request.fit import fit_model
from endpoints_server.wires.google_generative.request.foreign_seals import lose_foreign_seals
from endpoints_server.wires.google_generative.schema import NAME
from endpoints_server.wires.web_search import SearchTool, fit_web_search

FOREIGN = frozenset(NAMES[NAME])
"""Names that are another's; a request without them is renamed nothing, and pays next to nothing."""

CEILING = "generationConfig.maxOutputTokens"
SEARCH = SearchTool(
    plain={"googleSearch": {}},
    names=frozenset(
        {"googleSearch", "google_search", "googleSearchRetrieval", "google_search_retrieval"}
    ),
    is_first=False,
)

INSTRUCTED = frozenset({"systemInstruction", "system_instruction", "cachedContent"})
"""Fields that hold instructions, or may."""


def relay_request(body: bytes, model: str, dialect: Dialect, _is_stream: bool) -> Written:  # noqa: FBT001 - the wire record's shape
    """Edit a caller's own body; the model and the streaming are in the path, not here.

    Seals of other wires do not go along.
    """
    losses: dict[str, None] = {}
    fields = open_fields(body)
    if "model" in fields:
        fields["model"] = raw(f"models/{model}")
    shape(fields, dialect, losses.setdefault)
    fit_model(fields, dialect, losses.setdefault)
    lose_foreign_seals(fields, losses.setdefault)
    return Written(body=close_fields(fields), losses=tuple(map(Loss, losses)))


def shape(fields: Fields, dialect: Dialect, lose: Lose) -> None:
    """Rename, lay the dialect over the request, and put into form what the API has for it."""
    if not FOREIGN.isdisjoint(fields):
        rename(fields, NAMES[NAME])
    apply_dialect(fields, dialect, lose)
    if dialect.turns.opening and INSTRUCTED.isdisjoint(fields):
        fields["systemInstruction"] = raw({"parts": [{"text": dialect.turns.opening}]})
    if dialect.ceiling_tokens is not None and not has_field(fields, CEILING):
        size = sum(len(bytes(value)) for value in fields.values())
        ceiling = usual_ceiling(dialect, (CEILING,), size)
        if ceiling is not None:
            set_field(fields, CEILING, raw(ceiling))
    if WEB_SEARCH in fields or WEB_SEARCH in dialect.drop:
        fit_web_search(fields, SEARCH)
