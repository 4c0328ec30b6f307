"""The demo upstream on the loopback interface: HTTP/1.1 in, answers of either wire out."""

import asyncio
import socket
from asyncio import StreamReader, StreamWriter
from collections.abc import Iterable
from http import HTTPStatus

from httptools import HttpParserError, HttpRequestParser
from msgspec import Struct

from endpoints_server.demo import anthropic_messages, openai_chat
from endpoints_server.demo.answer import answer
from endpoints_server.demo.catalog import KEY
from endpoints_server.demo.refusal import Refusal

DELAY_SECONDS = 0.02
"""Between two pieces of a stream: quick, and slow enough to be seen."""
READ_BYTES = 65536
LARGEST_BODY_BYTES = 64 * 1024 * 1024


class Request(Struct):
    """A request as the parser fills it; header names are lower case."""

    method: str = ""
    path: str = ""
    headers: dict[str, str] = {}
    body: bytearray = bytearray()
    is_complete: bool = False
    is_kept_alive: bool = True

    def on_url(self, url: bytes) -> None:
        """Take the target, without its query."""
        self.path += url.decode("latin-1").partition("?")[0]

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self.body += body

    def on_message_complete(self) -> None:
        """Know that this was all."""
        self.is_complete = True


class Reply(Struct):
    """What is answered: a whole body, or the pieces of a stream."""

    status: int = 200
    body: bytes = b""
    pieces: Iterable[bytes] | None = None


class DemoUpstream:
    """Listens on a port of its own from the beginning, so that its address is known at once."""

    def __init__(self, delay_seconds: float = DELAY_SECONDS) -> None:
        self.delay_seconds = delay_seconds
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """The address that the demo's configuration names."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    async def start(self) -> None:
        """Begin to answer."""
        self._server = await asyncio.start_server(self.converse, sock=self._socket)

    async def close(self) -> None:
        """Stop listening, and break off what is being answered."""
        if self._server is not None:
            self._server.close()
        self._socket.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def converse(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Answer one connection's requests, one after the other."""
        task = asyncio.current_task()
        if task is None:
            return
        self._open.add(task)
        try:
            while (request := await read_request(reader)) is not None:
                await self.send(writer, reply_to(request))
                if not request.is_kept_alive:
                    break
        except (ConnectionError, HttpParserError, asyncio.CancelledError):
            return  # whoever asked is gone or speaks no HTTP, or the server closes
        finally:
            self._open.discard(task)
            writer.close()

    async def send(self, writer: StreamWriter, reply: Reply) -> None:
        """Write an answer; a stream goes out piece by piece."""
        status = f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}\r\n"
        if reply.pieces is None:
            head = f"content-type: application/json\r\ncontent-length: {len(reply.body)}\r\n\r\n"
            writer.write((status + head).encode() + reply.body)
            await writer.drain()
            return
        head = (
            "content-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        writer.write((status + head).encode())
        for piece in reply.pieces:
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            await writer.drain()
            await asyncio.sleep(self.delay_seconds)
        writer.write(b"0\r\n\r\n")
        await writer.drain()


async def read_request(reader: StreamReader) -> Request | None:
    """Read the next request of a connection; None where there is none."""
    request = Request(headers={}, body=bytearray())
    parser = HttpRequestParser(request)
    while not request.is_complete:
        received = await reader.read(READ_BYTES)
        if not received or len(request.body) > LARGEST_BODY_BYTES:
            return None
        parser.feed_data(received)
    request.method = parser.get_method().decode()
    request.is_kept_alive = parser.should_keep_alive()
    return request


def reply_to(request: Request) -> Reply:
    """Answer a request in the wire that its path belongs to."""
    try:
        return dispatch(request)
    except Refusal as refusal:
        wire = anthropic_messages if is_anthropic(request) else openai_chat
        return Reply(status=refusal.status, body=wire.write_refusal(refusal))


def is_anthropic(request: Request) -> bool:
    """Say whether a request is of the Anthropic wire, by its path or its version header."""
    return request.path.startswith("/v1/messages") or "anthropic-version" in request.headers


def dispatch(request: Request) -> Reply:
    """Find out what is asked for; raises Refusal."""
    if not is_credential(request):
        raise Refusal(401, "authentication_error", "The demo wants the key of its configuration.")
    body = bytes(request.body)
    match request.method, request.path:
        case "POST", "/v1/chat/completions":
            return chat(body)
        case "POST", "/v1/messages":
            return messages(body)
        case "POST", "/v1/messages/count_tokens":
            ask = anthropic_messages.read_request(body, is_count=True)
            return Reply(body=anthropic_messages.write_count(ask))
        case "GET", "/v1/models":
            wire = anthropic_messages if is_anthropic(request) else openai_chat
            return Reply(body=wire.write_models())
        case method, path:
            raise Refusal(404, "not_found_error", f"The demo has nothing at {method} {path}.")


def is_credential(request: Request) -> bool:
    """Say whether a request shows the demo's key, in either of the usual headers."""
    shown = request.headers.get("authorization", "").removeprefix("Bearer ")
    return KEY in (shown, request.headers.get("x-api-key"))


def chat(body: bytes) -> Reply:
    """Answer a Chat Completions request."""
    ask = openai_chat.read_request(body)
    said = answer(ask)
    if ask.is_stream:
        return Reply(pieces=openai_chat.write_stream(ask, said))
    return Reply(body=openai_chat.write_reply(ask, said))


def messages(body: bytes) -> Reply:
    """Answer a Messages request."""
    ask = anthropic_messages.read_request(body)
    said = answer(ask)
    if ask.is_stream:
        return Reply(pieces=anthropic_messages.write_stream(ask, said))
    return Reply(body=anthropic_messages.write_reply(ask, said))
