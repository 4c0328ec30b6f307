"""How much to think, in the forms of LibreChat's dialect: flat, as an object, or a gateway's."""

from msgspec import Raw

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.wires.body import Fields, close_fields, decode_value, inner_fields, raw
from endpoints_server.wires.family import family_for

BESIDE_EFFORT = ("reasoning_summary", "reasoning_mode", "reasoning_context")
"""LibreChat's names for what only a whole reasoning object can say."""


def lose_beside_effort(fields: Fields, form: str | None, lose: Lose) -> None:
    """Take out what is said beside an effort where there is no object to say it in."""
    for name in BESIDE_EFFORT:
        if form != "object" and fields.pop(name, None) is not None:
            lose(name)


def fit_reasoning(fields: Fields, model: str, dialect: Dialect, lose: Lose) -> None:
    """Ask for reasoning in the one form that the endpoint takes, or not at all."""
    form = dialect.thinking.form
    effort = fields.pop("reasoning_effort", None)
    wish = inner_fields(fields, "reasoning") or {}
    if form != "none" and effort is not None and bytes(effort) != b"null":
        wish.setdefault("effort", effort)
    fields.pop("reasoning", None)
    if form == "none" and (effort is not None or wish):
        lose("reasoning")
    if form == "gateway" and effort is not None and len(wish) == 1:
        fit_verbosity(fields, wish, model, dialect)
    if form in ("object", "gateway") and wish:
        fields["reasoning"] = Raw(close_fields(wish))
    if form == "effort" and "effort" in wish:
        fields["reasoning_effort"] = wish["effort"]


def fit_verbosity(fields: Fields, wish: Fields, model: str, dialect: Dialect) -> None:
    """Say an effort as a verbosity to a model that finds its own amount of thinking."""
    family = family_for(model, dialect)
    if family.thinking not in ("either", "adaptive") or "effort" not in wish:
        return
    effort = decode_value(wish.pop("effort"), "reasoning_effort")
    if effort == "none":
        return
    wish["enabled"] = Raw(b"true")
    highest = "max" if family.thinking == "either" else "xhigh"
    verbosity = {"minimal": "low", "xhigh": highest}.get(str(effort), effort)
    fields.setdefault("verbosity", raw(verbosity))
