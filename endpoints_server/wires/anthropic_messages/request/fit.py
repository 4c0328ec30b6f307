"""A request's fields in the form that a model takes, once the configuration has had its say."""

import math

import msgspec
from msgspec import Raw

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.parameter import NAMES, WEB_SEARCH
from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.wires.anthropic_messages.request.offer import fit_offer
from endpoints_server.wires.anthropic_messages.request.thinking import (
    LOWEST_TOP_P,
    SMALLEST_BUDGET,
)
from endpoints_server.wires.anthropic_messages.schema import NAME, Object
from endpoints_server.wires.body import (
    Fields,
    add_field,
    apply_dialect,
    decode_value,
    inner_fields,
    lose_fields,
    raw,
    rename,
)
from endpoints_server.wires.family import Family, family_for
from endpoints_server.wires.web_search import SearchTool, fit_web_search

FOREIGN = frozenset(NAMES[NAME])
"""Names that are another's; a request without them is renamed nothing, and pays next to nothing."""

CEILING = "max_tokens"
EFFORT = "output_config.effort"
DRAWING = ("temperature", "top_p", "top_k")
JUDGED = frozenset({"thinking", *DRAWING})
"""The fields that a model may refuse whatever else is asked."""

OFF = b'"disabled"'
BEYOND_HIGH = (b'"xhigh"', b'"max"')
SEARCH = SearchTool(
    plain={"type": "web_search_20250305", "name": "web_search"}, type_start="web_search_"
)
USUAL_BUDGET = 2000
SHARE_OF_CEILING = 0.9


def shape(fields: Fields, model: str, dialect: Dialect, lose: Lose) -> None:
    """Rename, lay the dialect over the request, and put into form what the API has for it.

    A ceiling that is dropped becomes the most the model writes, as the API demands one.
    """
    if not FOREIGN.isdisjoint(fields):
        if "effort" in fields and family_for(model, dialect).thinking in ("either", "adaptive"):
            fields.setdefault("thinking", Raw(b"{}"))
        rename(fields, NAMES[NAME])
    apply_dialect(fields, dialect, lose)
    if dialect.turns.opening and "system" not in fields:
        fields["system"] = raw(dialect.turns.opening)
    if WEB_SEARCH in fields or WEB_SEARCH in dialect.drop:
        fit_web_search(fields, SEARCH)
    stop = fields.get("stop_sequences")
    if stop is not None and bytes(stop).startswith(b'"'):
        fields["stop_sequences"] = raw([decode_value(stop, "stop_sequences")])
    thinking = fields.get("thinking")
    if thinking is not None and b'"type"' not in bytes(thinking):
        fit_thinking(fields, family_for(model, dialect), lose)
    if dialect.is_whole and "stream" in fields:
        fields["stream"] = Raw(b"false")
    if CEILING in dialect.drop:
        fields[CEILING] = raw(family_for(model, dialect).ceiling_tokens)
    fit_offer(fields, dialect, lose)


def fit_model(fields: Fields, family: Family, lose: Lose) -> None:
    """Take out what the model refuses, each named as lost; unknown models are left alone."""
    thinking = fit_thinking(fields, family, lose)
    if family.thinking == "unknown":
        return
    if family.has_off_switch and OFF in bytes(fields.get("thinking", b"")):
        fit_effort_without(fields, lose)
    if family.thinking in ("none", "budget"):
        lose_fields(fields, (EFFORT,), lose)
    if family.thinking == "adaptive" and not family.has_sampling:
        lose_fields(fields, DRAWING, lose)
    elif thinking:
        fit_beside_thinking(fields, lose)


def fit_own(fields: Fields, family: Family, lose: Lose) -> None:
    """Take out of a request that is all its caller's what the model refuses in any case.

    How one thing goes with another is left to the API, as betas change that.
    """
    kind = bytes((inner_fields(fields, "thinking") or {}).get("type", b""))
    if family.thinking == "none" and kind in (b'"enabled"', b'"adaptive"'):
        lose_fields(fields, ("thinking",), lose)
    if family.thinking == "adaptive" and kind == b'"enabled"':
        fit_thinking(fields, family, lose)
    if family.thinking == "adaptive" and not family.has_sampling:
        lose_fields(fields, DRAWING, lose)


def fit_effort_without(fields: Fields, lose: Lose) -> None:
    """Keep an effort to what is taken where thinking is off."""
    effort = (inner_fields(fields, "output_config") or {}).get("effort")
    if effort is not None and bytes(effort) in BEYOND_HIGH:
        lose(EFFORT)
        add_field(fields, EFFORT, "high")


def fit_thinking(fields: Fields, family: Family, lose: Lose) -> bool:
    """Bring `thinking` into the form that the family takes; says whether the model will think."""
    asked = decode_value(fields["thinking"], "thinking") if "thinking" in fields else None
    match asked:
        case {"type": "disabled", **rest} if family.has_off_switch and not rest:
            return False
        case None | False | {"type": "disabled"}:
            fields.pop("thinking", None)
            if asked is not None and family.has_off_switch:
                fields["thinking"] = raw({"type": "disabled"})
            return False
        case True:
            wish: Object = {}
        case dict():
            wish = dict(asked)
        case _:  # not for us to judge
            return True
    if family.thinking == "none":
        lose_fields(fields, ("thinking",), lose)
        return False
    fitted = formed(wish, family, lose)
    if fitted["type"] == "enabled" and not fit_budget(fitted, fields, lose):
        lose_fields(fields, ("thinking",), lose)
        return False
    if fitted != asked:
        fields["thinking"] = raw(fitted)
    return True


def formed(wish: Object, family: Family, lose: Lose) -> Object:
    """Give thinking the type that the family takes, and a budget where it takes one."""
    usual = "adaptive" if family.thinking in ("either", "adaptive") else "enabled"
    kind = str(wish.get("type") or ("enabled" if "budget_tokens" in wish else usual))
    if kind == "enabled" and family.thinking == "adaptive":
        kind = "adaptive"
    elif kind == "adaptive" and family.thinking == "budget":
        lose("thinking.adaptive")
        kind = "enabled"
    fitted: Object = {"type": kind} | {k: v for k, v in wish.items() if k != "type"}
    if kind == "enabled":
        fitted.setdefault("budget_tokens", USUAL_BUDGET)
    elif fitted.pop("budget_tokens", None) is not None:
        lose("thinking.budget_tokens")
    return fitted


def fit_budget(fitted: Object, fields: Fields, lose: Lose) -> bool:
    """Keep the budget below the ceiling; says whether any room is left to think in."""
    ceiling = decode_value(fields[CEILING], CEILING) if CEILING in fields else None
    budget = fitted["budget_tokens"]
    if not isinstance(ceiling, int) or not isinstance(budget, int) or budget < ceiling:
        return True
    smaller = math.floor(ceiling * SHARE_OF_CEILING)
    if smaller < SMALLEST_BUDGET:
        return False
    lose("thinking.budget_tokens")
    fitted["budget_tokens"] = smaller
    return True


def fit_beside_thinking(fields: Fields, lose: Lose) -> None:
    """Take out how tokens are drawn where that is refused beside thinking."""
    if number_of(fields.get("temperature")) not in (None, 1):
        lose_fields(fields, ("temperature",), lose)
    lose_fields(fields, ("top_k",), lose)
    top_p = number_of(fields.get("top_p"))
    if top_p is not None and top_p < LOWEST_TOP_P:
        lose_fields(fields, ("top_p",), lose)


def number_of(value: Raw | None) -> float | None:
    """Read a number; None for anything else."""
    if value is None:
        return None
    try:
        return msgspec.json.decode(value, type=float)
    except msgspec.DecodeError:
        return None
