"""What a command asks a model, as the request that a server would get."""

from msgspec import Struct

from endpoints_server.calls.call import Inbound
from endpoints_server.calls.exchange import Exchange
from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.secret import Secret
from endpoints_server.domain.talk.prompt import Message, Prompt, Role, Text
from endpoints_server.domain.wire import Operation, Wire


class Question(Struct, frozen=True, kw_only=True):
    """What is asked, and in which wire; of an `endpoint` where the model's name does not say."""

    model: str
    text: str
    wire: Wire
    endpoint: str = ""
    ceiling_tokens: int | None = None


def inbound_of(question: Question, key: Secret, exchange: Exchange) -> Inbound:
    """Say what the server would know of such a request; a stream is one of events."""
    wire = question.wire
    return Inbound(
        wire=wire,
        operation=Operation.CHAT,
        headers={"authorization": f"Bearer {key.reveal()}"},
        endpoint_name=question.endpoint,
        query="alt=sse" if wire.is_named_by_path else "",
        request_id=exchange.identify(),
        started_at=exchange.now(),
        started=exchange.timer(),
        model=question.model if wire.is_named_by_path else "",
        is_stream=True if wire.is_named_by_path else None,
    )


async def read_body(question: Question, limit_bytes: int) -> bytes:
    """Write the question in its wire; raises Failed where it is larger than a server takes."""
    body = body_of(question)
    if len(body) > limit_bytes:
        raise Failed(Fault(kind=Kind.TOO_LARGE, message="The text is too large to be sent."))
    return body


def body_of(question: Question) -> bytes:
    """Say the question in its wire."""
    prompt = Prompt(
        model=question.model,
        messages=(Message(role=Role.USER, parts=(Text(text=question.text),)),),
        ceiling_tokens=question.ceiling_tokens,
        is_stream=True,
        has_stream_usage=True,
    )
    return question.wire.write_request(prompt, Dialect()).body
