"""A caller's body goes on to the same wire: named keys are edited, nested bytes survive."""

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.talk.crossing import Loss
from endpoints_server.domain.wire import Written
from endpoints_server.wires.anthropic_messages.request.fit import fit_model, shape
from endpoints_server.wires.body import close_fields, open_fields, raw


def relay_request(body: bytes, model: str, dialect: Dialect, is_stream: bool) -> Written:  # noqa: FBT001 - the wire record's shape
    """Edit a caller's own body.

    What a model refuses is taken out, and named, only where the endpoint's own additions may have
    caused it; what the caller combined is for the upstream to judge.
    """
    losses: dict[str, None] = {}
    fields = open_fields(body)
    fields["model"] = raw(model)
    if is_stream or "stream" in fields:
        fields["stream"] = raw(is_stream)
    shape(fields, model, dialect, losses.setdefault)
    if dialect.add or dialect.defaults:
        fit_model(fields, model, losses.setdefault)
    return Written(body=close_fields(fields), losses=tuple(map(Loss, losses)))
