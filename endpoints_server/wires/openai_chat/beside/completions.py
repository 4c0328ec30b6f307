"""Completions: a text goes on, as it was asked for before there were chats."""

import msgspec

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.wire import Carriage, Seen, Style, Written
from endpoints_server.wires.body import DECODE_ERRORS, close_fields, open_fields, raw
from endpoints_server.wires.openai_chat.beside.input import estimate_fields
from endpoints_server.wires.openai_chat.beside.text_chunk import decode_text, note
from endpoints_server.wires.openai_chat.beside.text_mender import TextMender
from endpoints_server.wires.openai_chat.fault import broken, not_json, read_error
from endpoints_server.wires.openai_chat.request.relay import ask_for_usage

NO_CHOICE = broken("The upstream sent an answer that completes nothing.")


def relay_request(body: bytes, model: str, dialect: Dialect, is_stream: bool) -> Written:  # noqa: FBT001 - the wire record's shape
    """Set the upstream's model and ask a stream for its counts.

    Parameters that are configured for chats have no place here.
    """
    fields = open_fields(body)
    fields["model"] = raw(model)
    if is_stream and dialect.has_stream_usage:
        ask_for_usage(fields)
    return Written(body=close_fields(fields))


def mend_reply(body: bytes, _style: Style) -> tuple[bytes, Seen]:
    """Pass a whole answer on as it is."""
    try:
        chunk = decode_text(body)
    except msgspec.ValidationError:
        return body, Seen(fault=NO_CHOICE)
    except DECODE_ERRORS:
        return body, Seen(fault=not_json())
    if chunk.error:
        return body, Seen(fault=read_error(chunk.error, body))
    if chunk.choices is None:
        return body, Seen(fault=NO_CHOICE)
    seen = Seen(is_ended=True)
    note(seen, chunk)
    return body, seen


def estimate(body: bytes) -> int:
    """Estimate the tokens of the text; raises Failed(bad_request)."""
    return estimate_fields(body, "prompt", "suffix")


COMPLETIONS = Carriage(
    relay_request=relay_request, mend_reply=mend_reply, estimate=estimate, mender=TextMender
)
