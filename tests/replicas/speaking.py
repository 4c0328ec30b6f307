"""An upstream that counts, and answers at once, or as a stream that takes as long as it is told."""

import asyncio
import math
from itertools import count

from tests.upstreams.request import Request
from tests.upstreams.server import Exchange, Server

SLOWLY = "x-seconds"
"""What a caller writes into its prompt for a stream that takes its time."""
PIECES = 10
HELD = math.inf
"""As long as the upstream holds its streams."""
LOOK_SECONDS = 0.5
LOOKS_A_PIECE = 4
CALL_NANO_USD = 15_000
"""What a call costs: seven tokens in, four out, at a USD and two a million."""
CALL_TOKENS = 11


class Speaking(Server):
    """Speaks Chat Completions and Messages; `most_at_once` is how many it ever served together.

    Streams of no length are held until `is_holding` is no longer so.
    """

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.count = self.at_once = self.most_at_once = 0
        self.is_holding = True

    async def _answer(self, exchange: Exchange) -> None:
        await exchange.read_body()
        self.seen.clear()
        self.count += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self._speak(Request(exchange, 0))
        finally:
            self.at_once -= 1

    async def _speak(self, request: Request) -> None:
        seconds = seconds_in(request.exchange.seen.body)
        if not seconds:
            request.answer()
            return
        request.exchange.begin()
        opening, text = request.speech.opening(), request.speech.texts(["word "])
        for piece in opening:
            request.exchange.chunk(piece)
        if seconds == HELD:
            await self._hold(request.exchange, text[0])
        else:
            for _ in range(PIECES):
                await asyncio.sleep(seconds / PIECES)
                request.exchange.chunk(text[0])
        for piece in [*request.speech.closing(), *request.speech.end()]:
            request.exchange.chunk(piece)
        request.exchange.end()

    async def _hold(self, exchange: Exchange, piece: bytes) -> None:
        for look in count():
            if not look % LOOKS_A_PIECE:
                exchange.chunk(piece)
            await asyncio.sleep(LOOK_SECONDS)
            if not self.is_holding:
                return


def seconds_in(body: bytes) -> float:
    """Read how long a stream is to take."""
    _, mark, rest = body.partition(SLOWLY.encode() + b"=")
    return float(rest.split(b";", 1)[0]) if mark else 0.0
