"""Limits over all processes, counted in Redis at one stroke; by each process alone without it.

The clock that counts is that of Redis: a process tells only how long ago something was.

Every process also counts its own calls, so that it does not begin from nothing when it is left
alone, and so that what it runs at this moment can be told anew to a Redis that lost it.
"""

import asyncio
from asyncio import CancelledError
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

from endpoints_server.domain.rules.window import Claim, Counters, Measure, Room, Verdict
from endpoints_server.store.redis.line import Argument
from endpoints_server.store.redis.scripts import CLOSE, TAKE
from endpoints_server.store.redis.server import Away, RedisServer
from endpoints_server.store.redis.underway import Underway, key_of

BEAT_SECONDS = 5.0
GATHER_SECONDS = 0.005
"""How long ends are gathered that make no room but for tokens."""
CORRECTED = frozenset({Measure.TOKENS, Measure.CONCURRENT})
"""What the end of a call changes anything about."""


class Ended(NamedTuple):
    """A claim of a call that is over: when it was counted (microseconds), and tokens used."""

    claim: Claim
    at: int
    tokens: int


class RedisLimits:
    """Counters in Redis; `owner` names this process, `clock` gives microseconds since 1970."""

    def __init__(
        self,
        server: RedisServer,
        owner: str,
        clock: Callable[[], int],
        beat_seconds: float = BEAT_SECONDS,
    ) -> None:
        self._server = server
        self._owner = owner
        self._clock = clock
        self._beat_seconds = beat_seconds
        self._alone = Counters()
        self._underway = Underway(server, owner)
        self._told_too_much = asyncio.Event()
        self._ended: list[Ended] = []
        self._telling: asyncio.TimerHandle | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._is_closed = False
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._run())

    async def take(self, claims: Sequence[Claim], now: int) -> Verdict:
        tellings, is_admitted = self._underway.tellings, False
        self._underway.begin(claims)
        try:
            verdict = await self._ask(claims, now)
            is_admitted = verdict.is_admitted
        finally:
            if not is_admitted:
                self._underway.end(claims)
                if tellings != self._underway.tellings:
                    self._underway.doubt()
                    self._told_too_much.set()
        return verdict

    def close(self, claims: Sequence[Claim], at: int, tokens: int) -> None:
        self._alone.close(claims, at, tokens)
        ended = [Ended(claim, at, tokens) for claim in claims if claim.measure in CORRECTED]
        if not ended:
            return
        self._ended += ended
        if any(each.claim.measure is Measure.CONCURRENT for each in ended):
            self._tell_ends()
        elif self._telling is None:
            self._telling = self._loop.call_later(GATHER_SECONDS, self._tell_ends)

    async def stop(self) -> None:
        """Let the last ends be told, and be dead to the others."""
        self._is_closed = True
        self._tell_ends()
        self._task.cancel()
        await asyncio.wait({self._task, *self._closing}, timeout=1)
        with suppress(Away):
            await self._underway.leave()

    async def _ask(self, claims: Sequence[Claim], now: int) -> Verdict:
        values: list[Argument] = [now - self._clock(), self._owner]
        for claim in claims:
            values += [claim.measure.value, claim.amount, claim.limit, int(claim.is_binding)]
        try:
            answer = await self._server.run(TAKE, keys_of(claims), values)
        except Away:
            self._underway.doubt()
            return self._alone.take(claims, now)
        except CancelledError:
            self._underway.doubt()
            raise
        verdict = verdict_of(claims, answer)
        if verdict.is_admitted:
            for claim in claims:
                self._alone.add(claim, now)
        return verdict

    def _tell_ends(self) -> None:
        """Tell of everything that has ended, in one command."""
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None
        ended, self._ended = self._ended, []
        if ended:
            task = self._loop.create_task(self._close(ended))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def _close(self, ended: list[Ended]) -> None:
        now, claims = self._clock(), [each.claim for each in ended]
        values: list[Argument] = [0, self._owner]
        for claim, at, tokens in ended:
            values += [claim.measure.value, claim.amount, tokens, at - now]
        self._underway.end(claims)
        try:
            await self._server.run(CLOSE, keys_of(claims), values)
        except Away:  # tokens leave within a minute
            self._underway.doubt()

    async def _run(self) -> None:
        await self._server.connect()
        while not self._is_closed:
            self._told_too_much.clear()
            with suppress(Away):
                await self._underway.beat()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told_too_much.wait(), self._beat_seconds)


def keys_of(claims: Sequence[Claim]) -> list[str]:
    """Name what Redis keeps of each claim."""
    return [key_of(claim.name, claim.measure) for claim in claims]


def verdict_of(claims: Sequence[Claim], answer: list[int]) -> Verdict:
    """Read what the script says: the place of the claim that refused, or 0, then rooms."""
    refused, *numbers = answer
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    if refused:
        left, free_after = next(pairs)
        room = Room(claim=claims[refused - 1], left=left, free_after=free_after)
        return Verdict(is_admitted=False, rooms=(room,))
    rooms = (
        Room(claim=claim, left=left, free_after=free_after)
        for claim, (left, free_after) in zip(claims, pairs, strict=True)
    )
    return Verdict(is_admitted=True, rooms=tuple(rooms))
