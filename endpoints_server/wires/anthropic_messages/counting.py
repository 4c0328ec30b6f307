"""Counting the tokens of a request: carried where the endpoint counts, told by us where not."""

import msgspec
from msgspec import Raw, Struct

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.money.estimate import estimate_tokens
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.crossing import Loss
from endpoints_server.domain.talk.prompt import texts_of
from endpoints_server.domain.wire import Carriage, Seen, Style, Written
from endpoints_server.wires.anthropic_messages.fault import NOT_JSON, broken, read_error
from endpoints_server.wires.anthropic_messages.request.foreign_seals import lose_foreign_seals
from endpoints_server.wires.anthropic_messages.request.read_request import read_request
from endpoints_server.wires.body import DECODE_ERRORS, close_fields, open_fields, raw
from endpoints_server.wires.decode import is_null

NO_COUNT = broken("The upstream sent an answer that is no count of tokens.")


class Counted(Struct, frozen=True):
    """The answer."""

    input_tokens: int | None = None
    error: Raw = Raw()


def relay_request(body: bytes, model: str, dialect: Dialect, _is_stream: bool) -> Written:  # noqa: FBT001 - the wire record's shape
    """Set the upstream's model; parameters that are configured for chats have no place here."""
    losses: dict[str, None] = {}
    fields = open_fields(body)
    fields["model"] = raw(model)
    lose_foreign_seals(fields, dialect.thinking, losses.setdefault)
    return Written(body=close_fields(fields), losses=tuple(map(Loss, losses)))


def mend_reply(body: bytes, _style: Style) -> tuple[bytes, Seen]:
    """Pass the count on; to have counted uses nothing."""
    try:
        told = msgspec.json.decode(body, type=Counted)
    except msgspec.ValidationError:
        return body, Seen(fault=NO_COUNT)
    except DECODE_ERRORS:
        return body, Seen(fault=NOT_JSON)
    if not is_null(told.error):
        return body, Seen(fault=read_error(body))
    if told.input_tokens is None:
        return body, Seen(fault=NO_COUNT)
    return body, Seen(usage=Usage(), is_ended=True)


def estimate(body: bytes) -> int:
    """Estimate the tokens of a request; raises Failed(bad_request)."""
    return estimate_tokens(texts_of(read_request(body)))


COUNTING = Carriage(
    relay_request=relay_request,
    mend_reply=mend_reply,
    estimate=estimate,
    counted="input_tokens",
)
