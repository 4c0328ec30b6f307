"""What is sealed in an answer is noticed however its bytes are cut."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from endpoints_server.calls.delivery import Headers
from endpoints_server.calls.routing.binding import Witness

ANSWER = (
    rb'data: {"type":"content_block_start","content_block":{"type":"thinking","signature":""}}'
    b"\n\n"
    rb'data: {"delta":{"type":"signature_delta","signature":"EqQB\/w=="}}'
    b"\n\n"
    rb'data: {"type":"redacted_thinking", "data": "r1"}'
    b"\n\n"
    rb'{"id":"rs_1","encrypted_content" : "gAAA","summary":[]}'
    rb'{"thoughtSignature":"CiQ","text":"say \"signature\":\"none\" aloud"}'
    rb'{"type":"reasoning.encrypted","data":"x9"}{"signature":"~es.unsealed"}'
)
SEALED = {rb"EqQB\/w==", b"r1", b"gAAA", b"CiQ", b"x9"}


class Kept:
    """A Delivery that keeps what came."""

    def __init__(self) -> None:
        self.is_started = False
        self.body = b""

    async def start(self, status: int, headers: Headers) -> None:
        self.is_started = True

    async def write(self, body: bytes) -> None:
        self.body += body

    async def end(self, body: bytes) -> None:
        self.body += body


@given(st.lists(st.integers(0, len(ANSWER)), max_size=8))
def test_every_seal_is_told_and_every_byte_passes(cuts: list[int]) -> None:
    kept, told = Kept(), list[bytes]()
    witness = Witness(kept, told.append)

    async def deliver() -> None:
        await witness.start(200, [])
        begin = 0
        for cut in sorted(cuts):
            await witness.write(ANSWER[begin:cut])
            begin = cut
        await witness.end(ANSWER[begin:])

    asyncio.run(deliver())
    assert kept.body == ANSWER
    assert set(told) == SEALED
