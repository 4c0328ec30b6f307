"""An upstream that answers politely on any listed wire, which the first part of a path names."""

from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.prompt import Text
from endpoints_server.domain.talk.reply import Reply, Stop, StopKind, unfold
from endpoints_server.domain.wire import Style
from endpoints_server.wires.listed import WIRES
from tests.upstreams.server import Exchange, Server

STYLE = Style(id="reply_1", model="m", created_at=1_700_000_000, request_id="r", has_usage=True)
REPLY = Reply(
    id="reply_1",
    model="m",
    created_at=1_700_000_000,
    parts=(Text(text="Gladly."),),
    stop=Stop(kind=StopKind.END),
    usage=Usage(input=5, output=2),
)


class Polite(Server):
    """Says the same to everybody, streamed where the request wants it; reads no request itself."""

    def __init__(self) -> None:
        super().__init__(self._answer)

    async def _answer(self, exchange: Exchange) -> None:
        body = await exchange.read_body()
        wire = WIRES[exchange.seen.path.split("/")[1]]
        is_stream = b'"stream":true' in body or "stream" in exchange.seen.path.lower()
        if not is_stream:
            exchange.whole("200 OK", "application/json", wire.write_reply(REPLY, STYLE))
            return
        writer = wire.writer(STYLE)
        exchange.begin()
        exchange.chunk(b"".join(writer.write(event) for event in unfold(REPLY)))
        exchange.end()
