"""A request's parameters in the form that an endpoint takes them in."""

from msgspec import Raw

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.parameter import NAMES, WEB_SEARCH
from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.wires.body import Fields, apply_dialect, decode_value, raw, rename
from endpoints_server.wires.openai_responses.request.fit import USUAL, fit_model, leveled
from endpoints_server.wires.openai_responses.schema import NAME, Object

FOREIGN = frozenset(NAMES[NAME])
"""Names that are another's; a request without them is renamed nothing, and pays next to nothing."""

SEARCH_TOOL: Object = {"type": "web_search"}
TRUE, FALSE = b"true", b"false"


def shape(fields: Fields, dialect: Dialect, lose: Lose) -> None:
    """Rename, lay the dialect over the request, and put into form what endpoints differ in."""
    if not FOREIGN.isdisjoint(fields):
        rename(fields, NAMES[NAME])
    apply_dialect(fields, leveled(fields, dialect), lose)
    if dialect != USUAL:
        fit_model(fields, dialect, lose)
    if WEB_SEARCH in fields:
        fit_web_search(fields)
    if dialect.is_whole and "stream" in fields:
        fields["stream"] = Raw(FALSE)
        fields.pop("stream_options", None)


def fit_web_search(fields: Fields) -> None:
    """Turn a plain wish for web search into the vendor's tool, and no wish into none."""
    is_wanted = bytes(fields.pop(WEB_SEARCH)) == TRUE
    found = decode_value(fields["tools"], "tools") if "tools" in fields else []
    tools = found if isinstance(found, list) else []
    others = [tool for tool in tools if tool != SEARCH_TOOL]
    if is_wanted or others != tools:
        fields["tools"] = raw([SEARCH_TOOL, *others] if is_wanted else others)
