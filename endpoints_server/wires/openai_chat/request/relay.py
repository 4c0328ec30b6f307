"""A request for the same wire: named keys are edited, every other byte survives."""

from msgspec import Raw

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.talk.crossing import Loss
from endpoints_server.domain.wire import Written
from endpoints_server.wires.body import Fields, close_fields, inner_fields, open_fields, raw
from endpoints_server.wires.openai_chat.request.shape import shape


def relay_request(body: bytes, model: str, dialect: Dialect, is_stream: bool) -> Written:  # noqa: FBT001
    """Set the upstream's model, ask a stream for its counts, then shape the parameters."""
    losses: dict[str, None] = {}
    fields = open_fields(body)
    fields["model"] = raw(model)
    if is_stream and dialect.has_stream_usage:
        ask_for_usage(fields)
    shape(fields, model, dialect, losses.setdefault)
    return Written(body=close_fields(fields), losses=tuple(map(Loss, losses)))


def ask_for_usage(fields: Fields) -> None:
    """Ask a stream for its counts."""
    options = inner_fields(fields, "stream_options") or {}
    options["include_usage"] = Raw(b"true")
    fields["stream_options"] = Raw(close_fields(options))
