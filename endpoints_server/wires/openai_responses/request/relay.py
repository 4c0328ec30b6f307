"""A request for the same wire: named keys are edited, every other byte survives."""

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.talk.crossing import Loss
from endpoints_server.domain.wire import Written
from endpoints_server.wires.body import close_fields, open_fields, raw
from endpoints_server.wires.foreign_seal import is_enclosing
from endpoints_server.wires.openai_responses.request.foreign_seals import without_foreign_seals
from endpoints_server.wires.openai_responses.request.shape import shape


def relay_request(body: bytes, model: str, dialect: Dialect, _is_stream: bool) -> Written:  # noqa: FBT001
    """Set the upstream's model and shape the parameters; seals of other wires do not go along."""
    losses: dict[str, None] = {}
    fields = open_fields(body)
    fields["model"] = raw(model)
    shape(fields, dialect, losses.setdefault)
    if "input" in fields and is_enclosing(body):
        fields["input"] = without_foreign_seals(fields["input"], losses.setdefault)
    return Written(body=close_fields(fields), losses=tuple(map(Loss, losses)))
