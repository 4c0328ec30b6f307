"""A request's parameters in the form that an endpoint and a model take them in."""

import re
from functools import lru_cache

from msgspec import Raw

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.parameter import CEILINGS, NAMES, WEB_SEARCH
from endpoints_server.domain.talk.ceiling import usual_ceiling
from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.wires.body import (
    Fields,
    apply_dialect,
    decode_value,
    raw,
    rename,
)
from endpoints_server.wires.openai_chat.ending import NAME
from endpoints_server.wires.openai_chat.request.ask import ask, is_asked_anew, leveled
from endpoints_server.wires.openai_chat.request.offer import fit_offer
from endpoints_server.wires.openai_chat.request.reasoning import fit_reasoning, lose_beside_effort
from endpoints_server.wires.openai_chat.request.refused import lose_refused
from endpoints_server.wires.openai_chat.request.thinking import THINKING, fit_thinking
from endpoints_server.wires.openai_chat.request.turns import fit_turns

FOREIGN = frozenset(NAMES[NAME])
"""Names that are another's; a request without them is renamed nothing, and pays next to nothing."""

OLDER, NEWER = CEILINGS
TAKES_NEWER = re.compile(r"(?:^|/)(?:o\d|gpt-[5-9])", re.IGNORECASE)
"""Models that refuse the older name of the ceiling."""

TRUE, FALSE = b"true", b"false"
WEB_PLUGIN = {"id": "web"}


def shape(fields: Fields, model: str, dialect: Dialect, lose: Lose) -> None:
    """Rename, lay the dialect over the request, and put into form what endpoints differ in."""
    is_whole = dialect.is_whole or is_whole_asked(fields)
    if not FOREIGN.isdisjoint(fields):
        lose_beside_effort(fields, dialect.thinking.form, lose)
        rename(fields, NAMES[NAME])
    apply_dialect(fields, leveled(fields, dialect), lose)
    lose_refused(fields, model, lose)
    if dialect.ceiling_tokens is not None:
        lay_ceiling(fields, dialect)
    fit_ceiling(fields, model, dialect)
    if is_asked_anew(dialect.thinking):
        ask(fields, dialect, lose)
    elif dialect.thinking.form is not None:
        fit_reasoning(fields, model, dialect, lose)
    if not THINKING.isdisjoint(fields):
        fit_thinking(fields, model, dialect, lose)
    if WEB_SEARCH in fields:
        fit_web_search(fields, dialect)
    fit_turns(fields, dialect, lose)
    fit_offer(fields, dialect, lose)
    if is_whole and "stream" in fields:
        fields["stream"] = Raw(FALSE)
        fields.pop("stream_options", None)


def lay_ceiling(fields: Fields, dialect: Dialect) -> None:
    """Ask for the model's own ceiling where the caller asked for none."""
    if any(name in fields for name in CEILINGS):
        return
    size = sum(len(bytes(value)) for value in fields.values())
    ceiling = usual_ceiling(dialect, CEILINGS, size)
    if ceiling is not None:
        fields[OLDER] = raw(ceiling)


def fit_ceiling(fields: Fields, model: str, dialect: Dialect) -> None:
    """Put the token ceiling under the one name that the endpoint or the model takes."""
    if OLDER not in fields and (dialect.ceiling_name is None or NEWER not in fields):
        return
    wanted = dialect.ceiling_name or (NEWER if takes_newer(model) else None)
    if wanted is None:
        return
    other = OLDER if wanted == NEWER else NEWER
    value = fields.pop(other, None)
    if value is not None:
        fields.setdefault(wanted, value)


@lru_cache(maxsize=1024)
def takes_newer(model: str) -> bool:
    """Say whether a model is known to refuse the older name of the ceiling."""
    return bool(TAKES_NEWER.search(model))


def is_whole_asked(fields: Fields) -> bool:
    """Say whether the caller wants whole answers from the endpoint, in LibreChat's words."""
    is_off = bytes(fields.get("disableStreaming", b"")) == TRUE
    return is_off or bytes(fields.get("streaming", b"")) == FALSE


def fit_web_search(fields: Fields, dialect: Dialect) -> None:
    """Turn a plain wish for web search into what the endpoint has for it, and no wish into none."""
    asked = bytes(fields[WEB_SEARCH])
    if asked not in (TRUE, FALSE, b"null"):
        return  # a vendor's own field of that name
    del fields[WEB_SEARCH]
    if asked == FALSE:
        fields.pop("web_search_options", None)
    if asked != TRUE:
        return
    if dialect.web_search == "options":
        fields.setdefault("web_search_options", Raw(b"{}"))
        return
    plugins = decode_value(fields["plugins"], "plugins") if "plugins" in fields else []
    others = [each for each in plugins if each != WEB_PLUGIN] if isinstance(plugins, list) else []
    fields["plugins"] = raw([*others, WEB_PLUGIN])
