"""Counting the tokens of a request: carried where the endpoint counts, told by us where not."""

import msgspec
from msgspec import Raw, Struct

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.money.estimate import estimate_tokens
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.crossing import Loss
from endpoints_server.domain.talk.prompt import texts_of
from endpoints_server.domain.wire import Carriage, Seen, Style, Written
from endpoints_server.wires.body import (
    DECODE_ERRORS,
    close_fields,
    inner_fields,
    open_fields,
    raw,
)
from endpoints_server.wires.google_generative.decode import is_there, open_object
from endpoints_server.wires.google_generative.fault import NOT_JSON, broken, read_error
from endpoints_server.wires.google_generative.request.foreign_seals import lose_foreign_seals
from endpoints_server.wires.google_generative.request.read import read_request

NO_COUNT = broken("The upstream sent an answer that is no count of tokens.")
WHOLE = "generateContentRequest"
"""The field for a whole request; without it a body holds the conversation alone."""


class Counted(Struct, frozen=True, rename="camel"):
    """The answer; a count of zero is not told."""

    total_tokens: int = 0
    error: Raw = Raw()


def relay_request(body: bytes, model: str, _dialect: Dialect, _is_stream: bool) -> Written:  # noqa: FBT001 - the wire record's shape
    """Name the upstream's model where a whole request stands in the body, which must name it.

    Seals of other wires do not go along.
    """
    losses: dict[str, None] = {}
    fields = open_fields(body)
    lose_foreign_seals(fields, losses.setdefault)
    for name in (WHOLE, "generate_content_request"):
        inner = inner_fields(fields, name)
        if inner is not None:
            inner["model"] = raw(f"models/{model}")
            lose_foreign_seals(inner, losses.setdefault)
            fields[name] = Raw(close_fields(inner))
    return Written(body=close_fields(fields), losses=tuple(map(Loss, losses)))


def mend_reply(body: bytes, _style: Style) -> tuple[bytes, Seen]:
    """Pass the count on; to have counted uses nothing."""
    try:
        told = msgspec.json.decode(body, type=Counted)
    except msgspec.ValidationError:
        return body, Seen(fault=NO_COUNT)
    except DECODE_ERRORS:
        return body, Seen(fault=NOT_JSON)
    if is_there(told.error):
        return body, Seen(fault=read_error(body))
    return body, Seen(usage=Usage(), is_ended=True)


def estimate(body: bytes) -> int:
    """Estimate the tokens of a request; raises Failed(bad_request)."""
    whole = open_object(body, "").get(WHOLE)
    return estimate_tokens(texts_of(read_request(bytes(whole) if whole else body)))


COUNTING = Carriage(
    relay_request=relay_request,
    mend_reply=mend_reply,
    estimate=estimate,
    counted="totalTokens",
)
