"""A request's parameters in the form that an endpoint takes them in."""

from msgspec import Raw

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.parameter import NAMES, WEB_SEARCH
from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.wires.body import Fields, apply_dialect, rename
from endpoints_server.wires.openai_responses.request.fit import USUAL, fit_model, leveled
from endpoints_server.wires.openai_responses.schema import NAME
from endpoints_server.wires.web_search import SearchTool, fit_web_search

FOREIGN = frozenset(NAMES[NAME])
"""Names that are another's; a request without them is renamed nothing, and pays next to nothing."""

SEARCH = SearchTool(plain={"type": "web_search"}, type_start="web_search")


def shape(fields: Fields, dialect: Dialect, lose: Lose) -> None:
    """Rename, lay the dialect over the request, and put into form what endpoints differ in."""
    if not FOREIGN.isdisjoint(fields):
        rename(fields, NAMES[NAME])
    apply_dialect(fields, leveled(fields, dialect), lose)
    if dialect != USUAL:
        fit_model(fields, dialect, lose)
    if WEB_SEARCH in fields or WEB_SEARCH in dialect.drop:
        fit_web_search(fields, SEARCH)
    if dialect.is_whole and "stream" in fields:
        fields["stream"] = Raw(b"false")
        fields.pop("stream_options", None)
