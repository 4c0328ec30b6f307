"""How much a caller of this wire wants thought, at the levels that the model has."""

from endpoints_server.domain.dialect import ThinkingRules
from endpoints_server.domain.talk.crossing import Lose
from endpoints_server.domain.talk.effort import fit_level, has_off, level_for
from endpoints_server.wires.body import Fields, add_field, decode_value, inner_fields, lose_fields

EFFORT = "output_config.effort"


def fit_effort(fields: Fields, rules: ThinkingRules, lose: Lose) -> None:
    """Put the effort into the model's own word for a level that it has.

    A budget becomes the effort that comes near it where the model finds its own amount, and what
    cannot be switched off is not.
    """
    thinking = decode_value(fields["thinking"]) if "thinking" in fields else None
    asked = effort_of(fields)
    match thinking:
        case {"type": "disabled"} if not has_off(rules):
            lose_fields(fields, ("thinking",), lose)
        case {"budget_tokens": int(tokens)} if rules.is_adaptive and not asked:
            asked = level_for(tokens)
        case _:  # an effort says it all, or nothing does
            pass
    if not asked or rules.is_able is False:
        return
    level = fit_level(asked, rules)
    if level != asked:
        lose(EFFORT)
    if level != "off":
        add_field(fields, EFFORT, rules.levels.get(level) or level)


def effort_of(fields: Fields) -> str:
    """Read the effort; empty where there is none, or something else in its place."""
    effort = (inner_fields(fields, "output_config") or {}).get("effort")
    said = decode_value(effort) if effort is not None else None
    return said if isinstance(said, str) else ""
