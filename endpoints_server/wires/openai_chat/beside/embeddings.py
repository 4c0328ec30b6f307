"""Embeddings: texts become vectors, and only what goes in is counted."""

from typing import Any

import msgspec
from msgspec import Raw, Struct

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.wire import Carriage, Seen, Style, Written
from endpoints_server.wires.body import DECODE_ERRORS, with_model
from endpoints_server.wires.number import tokens
from endpoints_server.wires.openai_chat.beside.input import estimate_fields
from endpoints_server.wires.openai_chat.ending import read_cost
from endpoints_server.wires.openai_chat.fault import broken, not_json, read_error
from endpoints_server.wires.openai_chat.reply_schema import Counts

NO_VECTORS = broken("The upstream sent an answer that holds no embeddings.")


class Answer(Struct, frozen=True, gc=False):
    """A whole answer; the vectors are left as their bytes."""

    data: Raw = Raw()
    model: str | None = None
    usage: Counts | None = None
    error: Any = None


answer_decoder = msgspec.json.Decoder(Answer)


def relay_request(body: bytes, model: str, _dialect: Dialect, _is_stream: bool) -> Written:  # noqa: FBT001 - the wire record's shape
    """Set the upstream's model; parameters that are configured for chats have no place here."""
    return Written(body=with_model(body, model))


def mend_reply(body: bytes, _style: Style) -> tuple[bytes, Seen]:
    """Pass the vectors on in the encoding they came in, and note the usage."""
    try:
        answer = answer_decoder.decode(body)
    except msgspec.ValidationError:
        return body, Seen(fault=NO_VECTORS)
    except DECODE_ERRORS:
        return body, Seen(fault=not_json())
    if answer.error:
        return body, Seen(fault=read_error(answer.error, body))
    if not bytes(answer.data).startswith(b"["):
        return body, Seen(fault=NO_VECTORS)
    seen = Seen(model=answer.model or "", is_ended=True)
    if answer.usage is not None:
        seen.usage = read_input(answer.usage)
        seen.reported_cost_nano_usd = read_cost(answer.usage)
    return body, seen


def read_input(counts: Counts) -> Usage | None:
    """Read what went in; some vendors tell the total alone, which is the same."""
    told = counts.total_tokens if counts.prompt_tokens is None else counts.prompt_tokens
    return None if told is None else Usage(input=tokens(told))


def estimate(body: bytes) -> int:
    """Estimate the tokens of the texts; raises Failed(bad_request)."""
    return estimate_fields(body, "input")


EMBEDDINGS = Carriage(relay_request=relay_request, mend_reply=mend_reply, estimate=estimate)
