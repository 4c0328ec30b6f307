"""What is sealed in an answer is noticed however its bytes are cut."""

import asyncio
import time

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


async def nothing() -> None:
    """Conclude nothing."""


async def deliver(witness: Witness, pieces: list[bytes]) -> None:
    await witness.start(200, [])
    for piece in pieces[:-1]:
        await witness.write(piece)
    await witness.end(pieces[-1])


@given(st.lists(st.integers(0, len(ANSWER)), max_size=8))
def test_every_seal_is_told_and_every_byte_passes(cuts: list[int]) -> None:
    kept, told = Kept(), list[bytes]()
    begins, ends = [0, *sorted(cuts)], [*sorted(cuts), len(ANSWER)]
    pieces = [ANSWER[begin:end] for begin, end in zip(begins, ends, strict=True)]
    asyncio.run(deliver(Witness(kept, told.append, nothing), pieces))
    assert kept.body == ANSWER
    assert set(told) == SEALED


def test_a_long_seal_in_small_pieces_takes_no_time() -> None:
    told = list[bytes]()
    seal = b"A" * 1_000_000
    answer = b'{"encrypted_content":"' + seal + b'"}'
    pieces = [answer[at : at + 1000] for at in range(0, len(answer), 1000)]
    began = time.process_time()
    asyncio.run(deliver(Witness(Kept(), told.append, nothing), pieces))
    assert told == [seal]
    assert time.process_time() - began < 2
