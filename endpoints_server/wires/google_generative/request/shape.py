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
    decode_value,
    has_field,
    open_fields,
    raw,
    rename,
    set_field,
)
from endpoints_server.wires.google_generative.request.fit import fit_model
from endpoints_server.wires.google_generative.request.foreign_seals import lose_foreign_seals
from endpoints_server.wires.google_generative.schema import NAME

FOREIGN = frozenset(NAMES[NAME])
"""Names that are another's; a request without them is renamed nothing, and pays next to nothing."""

CEILING = "generationConfig.maxOutputTokens"
SEARCH = "googleSearch"
SEARCH_TOOL: dict[str, object] = {SEARCH: {}}
SEARCH_NAMES = {SEARCH, "google_search"}


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
    if dialect.ceiling_tokens is not None and not has_field(fields, CEILING):
        size = sum(len(bytes(value)) for value in fields.values())
        ceiling = usual_ceiling(dialect, (CEILING,), size)
        if ceiling is not None:
            set_field(fields, CEILING, raw(ceiling))
    if WEB_SEARCH in fields or WEB_SEARCH in dialect.drop:
        fit_web_search(fields)


def fit_web_search(fields: Fields) -> None:
    """Offer the API's own search tool where it is wished for, else none."""
    is_wanted = WEB_SEARCH in fields and bytes(fields.pop(WEB_SEARCH)) == b"true"
    tools = decode_value(fields["tools"], "tools") if "tools" in fields else []
    if not isinstance(tools, list):
        return
    others = [tool for tool in tools if not is_search(tool)]
    if is_wanted and len(others) == len(tools):
        fields["tools"] = raw([*tools, SEARCH_TOOL])
    elif not is_wanted and others:
        fields["tools"] = raw(others)
    elif not is_wanted:
        fields.pop("tools", None)


def is_search(tool: object) -> bool:
    """Say whether a tool is the API's own web search and nothing else."""
    return isinstance(tool, dict) and bool(tool) and tool.keys() <= SEARCH_NAMES
