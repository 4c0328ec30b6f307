"""A caller's body goes on to the same wire: named keys are edited, nested bytes survive."""

from endpoints_server.domain.dialect import Dialect, ThinkingRules
from endpoints_server.domain.talk.crossing import Loss
from endpoints_server.domain.wire import Written
from endpoints_server.wires.anthropic_messages.request.beta import beta_header, betas_of
from endpoints_server.wires.anthropic_messages.request.blocks import fit_blocks
from endpoints_server.wires.anthropic_messages.request.effort import fit_effort
from endpoints_server.wires.anthropic_messages.request.fit import JUDGED, fit_model, fit_own, shape
from endpoints_server.wires.anthropic_messages.request.foreign_seals import lose_foreign_seals
from endpoints_server.wires.body import close_fields, open_fields, raw
from endpoints_server.wires.family import family_for


def relay_request(body: bytes, model: str, dialect: Dialect, is_stream: bool) -> Written:  # noqa: FBT001 - the wire record's shape
    """Edit a caller's own body.

    What a model is known to refuse is taken out, and named; what stays goes on as it was written.
    Seals of other wires do not go along.
    """
    losses: dict[str, None] = {}
    fields = open_fields(body)
    fields["model"] = raw(model)
    if is_stream or "stream" in fields:
        fields["stream"] = raw(is_stream)
    shape(fields, model, dialect, losses.setdefault)
    fit_blocks(fields, dialect, losses.setdefault)
    lose_foreign_seals(fields, dialect.thinking, losses.setdefault)
    if is_said(dialect.thinking):
        fit_effort(fields, dialect.thinking, losses.setdefault)
    if dialect.add or dialect.defaults or is_said(dialect.thinking):
        fit_model(fields, family_for(model, dialect), losses.setdefault)
    elif not JUDGED.isdisjoint(fields):
        fit_own(fields, family_for(model, dialect), losses.setdefault)
    return Written(
        body=close_fields(fields),
        losses=tuple(map(Loss, losses)),
        headers=beta_header(betas_of(fields, dialect)),
    )


def is_said(rules: ThinkingRules) -> bool:
    """Say whether it is configured how the model thinks."""
    return rules.is_able is False or rules.is_adaptive or bool(rules.levels)
