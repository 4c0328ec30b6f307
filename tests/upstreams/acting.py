"""An upstream for real clients: in every wire it calls the tool that fits, then says what it heard.

It decides and speaks as the demo does, which shares no code with our wires.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Protocol

from anthropic.types.beta.message_create_params import MessageCreateParamsBase
from openai.types.chat.completion_create_params import CompletionCreateParamsBase
from openai.types.responses.response_create_params import ResponseCreateParamsBase

from endpoints_server.demo import anthropic_messages, openai_chat
from endpoints_server.demo.answer import Answer, Ask, answer, words_of
from endpoints_server.demo.refusal import Refusal, bad_request
from tests.upstreams import acting_google, acting_responses
from tests.upstreams.server import Exchange, Server

PAUSE_SECONDS = 0.002
"""Between two pieces, so that they are read as more than one."""
SAMPLING = {"temperature", "top_p", "top_k"}
"""What the latest SDK of Messages has no field for, and the version of the wire before it has."""
METADATA = {"client_metadata"}
"""What OpenAI's own coding client sends beside what its SDK knows."""
FIELDS = {
    "/v1/chat/completions": CompletionCreateParamsBase.__annotations__.keys() | {"stream"},
    "/v1/responses": ResponseCreateParamsBase.__annotations__.keys() | {"stream", *METADATA},
    "/v1/messages": MessageCreateParamsBase.__annotations__.keys() | {"stream", *SAMPLING},
}
RESULT = re.compile(rb'"(?:tool_call_id|tool_use_id|call_id)": ?"([^"]+)"')
LETTER = "Say to the letter: "
END = "(end of it)"
"""What stands between these two is the answer, to clients that offer no tools."""


class Speech(Protocol):
    """How one wire is understood and spoken."""

    def read_request(self, body: bytes) -> Ask: ...
    def write_reply(self, ask: Ask, said: Answer) -> bytes: ...
    def write_stream(self, ask: Ask, said: Answer) -> Iterator[bytes]: ...
    def write_refusal(self, refusal: Refusal) -> bytes: ...


class Acting(Server):
    """Answers any key, in the wire that the path belongs to; what was asked is in `seen`.

    It is strict: a field that its wire does not know, a result without its call, or reasoning
    under a seal that is not its own, is refused.
    """

    def __init__(self) -> None:
        super().__init__(self._answer)

    async def _answer(self, exchange: Exchange) -> None:
        body = await exchange.read_body()
        path = exchange.seen.path.partition("?")[0]
        speech = speech_of(path)
        try:
            refuse_unknown_fields(path, body)
            ask = speech.read_request(body)
            refuse_strange_results(body)
        except Refusal as refusal:
            status = f"{refusal.status} {HTTPStatus(refusal.status).phrase}"
            exchange.whole(status, "application/json", speech.write_refusal(refusal))
            return
        said = decide(ask)
        if not ask.is_stream:
            exchange.whole("200 OK", "application/json", speech.write_reply(ask, said))
            return
        exchange.begin()
        for piece in speech.write_stream(ask, said):
            exchange.chunk(piece)
            await asyncio.sleep(PAUSE_SECONDS)
        exchange.end()


def refuse_strange_results(body: bytes) -> None:
    """Refuse a result that names no call of its own request; Google's names are optional."""
    strange = [name for name in RESULT.findall(body) if body.count(b'"%b"' % name) < 2]
    if strange:
        raise bad_request(f"There is no call {strange[0].decode()} for this result.")


def refuse_unknown_fields(path: str, body: bytes) -> None:
    """Refuse what the official SDK of a wire has no field for."""
    unknown = set(json.loads(body)) - FIELDS.get(path, acting_google.FIELDS)
    if unknown:
        raise bad_request(f"Unknown fields: {', '.join(sorted(unknown))}")


def speech_of(path: str) -> Speech:
    """Choose the wire by the path."""
    match path:
        case "/v1/messages":
            return anthropic_messages
        case "/v1/responses":
            return acting_responses
        case "/v1/chat/completions":
            return openai_chat
        case _:
            return acting_google.Google(path)


def decide(ask: Ask) -> Answer:
    """Say what was asked for to the letter, or what the demo would."""
    _, found, rest = ask.words.partition(LETTER)
    if found and not ask.offers:
        return Answer(text=words_of(rest.partition(END)[0]))
    return answer(ask)
