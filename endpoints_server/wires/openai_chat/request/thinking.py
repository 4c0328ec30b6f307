"""Anthropic's own controls of thinking, which gateways take on this wire too."""

import math

from msgspec import Raw

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.parameter import CEILINGS, OWN_WORDS
from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.wires.body import Fields, decode_value, raw, rename, set_field
from endpoints_server.wires.family import Family, family_for

EFFORT, DISPLAY = OWN_WORDS
"""LibreChat's names; the API has them inside objects, and not for every model."""

THINKING = frozenset({"thinking", EFFORT, DISPLAY})
OWN_KEYS = frozenset({"budget_tokens", "display"})
USUAL_BUDGET = 2000
SHARE_OF_CEILING = 0.9


def fit_thinking(fields: Fields, model: str, dialect: Dialect, lose: Lose) -> None:
    """Complete `thinking` and `effort` for the model; what names its own type is left alone."""
    family = family_for(model, dialect)
    if EFFORT in fields and family.thinking != "unknown":
        fit_effort(fields, family, lose)
    if DISPLAY in fields and family.thinking != "unknown":
        rename(fields, {DISPLAY: "thinking.display"})
    if "thinking" not in fields:
        return
    asked = decode_value(fields["thinking"], "thinking")
    if asked is False:
        del fields["thinking"]
        if family.has_off_switch and family.thinking != "unknown":
            fields["thinking"] = raw({"type": "disabled"})
    elif asked is True:
        fields["thinking"] = completed({}, fields, family, lose)
    elif isinstance(asked, dict) and "type" not in asked and asked.keys() & OWN_KEYS:
        fields["thinking"] = completed(asked, fields, family, lose)


def fit_effort(fields: Fields, family: Family, lose: Lose) -> None:
    """Put an effort where the API has it; a model that takes none loses it."""
    effort = fields.pop(EFFORT)
    if family.thinking not in ("either", "adaptive"):
        lose(EFFORT)
        return
    set_field(fields, "output_config.effort", effort)
    fields.setdefault("thinking", Raw(b"{}" if DISPLAY in fields else b"true"))


def completed(asked: dict[str, object], fields: Fields, family: Family, lose: Lose) -> Raw:
    """Give thinking the type that the model takes, and a budget within the ceiling."""
    if family.thinking in ("either", "adaptive"):
        if "budget_tokens" in asked:
            lose("thinking.budget_tokens")
        shown = {"display": "summarized"} if family.thinking == "adaptive" else {}
        said = {name: value for name, value in asked.items() if name != "budget_tokens"}
        return raw({"type": "adaptive", **shown, **said})
    budget = asked.get("budget_tokens", USUAL_BUDGET)
    ceilings = [decode_value(fields[name], name) for name in CEILINGS if name in fields]
    for ceiling in ceilings:
        if isinstance(ceiling, int) and isinstance(budget, int) and budget > ceiling:
            budget = math.floor(ceiling * SHARE_OF_CEILING)
            lose("thinking.budget_tokens")
    return raw({"type": "enabled", **asked, "budget_tokens": budget})
