"""Limits over all processes, counted in Redis at one stroke; by each process alone without it.

The clock that counts is that of Redis: a process tells only how long ago something was.

Every process also counts its own calls, so that it does not begin from nothing when it is left
alone, and so that what it runs at this moment can be told anew to a Redis that lost it.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

from endpoints_server.domain.rules.window import Claim, Counters, Measure, Room, Verdict
from endpoints_server.store.redis.scripts import CLOSE, TAKE
from endpoints_server.store.redis.server import Argument, Away, RedisServer

BEAT_SECONDS = 5.0
ALIVE_SECONDS = 20
"""After how long without a beat a process is taken for dead, and nothing runs in it any more."""
PREFIX = "es:counted:"
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

    def __init__(self, server: RedisServer, owner: str, clock: Callable[[], int]) -> None:
        self._server = server
        self._owner = owner
        self._clock = clock
        self._alone = Counters()
        self._names: set[str] = set()
        self._ended: list[Ended] = []
        self._telling: asyncio.TimerHandle | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._is_closed = False
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._run())

    async def take(self, claims: Sequence[Claim], now: int) -> Verdict:
        values: list[Argument] = [now - self._clock(), self._owner]
        for claim in claims:
            values += [claim.measure.value, claim.amount, claim.limit, int(claim.is_binding)]
            if claim.measure is Measure.CONCURRENT:  # though nobody hears what came of it
                self._names.add(claim.name)
        try:
            answer = await self._server.run(TAKE, keys_of(claims), values)
        except Away:
            return self._alone.take(claims, now)
        verdict = verdict_of(claims, answer)
        if verdict.is_admitted:
            for claim in claims:
                self._alone.add(claim, now)
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
            await self._server.ask("DEL", alive(self._owner))

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
        now = self._clock()
        values: list[Argument] = [0, self._owner]
        for claim, at, tokens in ended:
            values += [claim.measure.value, claim.amount, tokens, at - now]
        with suppress(Away):  # the next beat tells what still runs; tokens leave within a minute
            await self._server.run(CLOSE, keys_of([claim for claim, _, _ in ended]), values)

    async def _run(self) -> None:
        await self._server.connect()
        while not self._is_closed:
            with suppress(Away):
                await self._beat()
            await asyncio.sleep(BEAT_SECONDS)

    async def _beat(self) -> None:
        """Say that this process lives, and what runs in it."""
        await self._server.ask("SET", alive(self._owner), 1, "EX", ALIVE_SECONDS)
        for name in list(self._names):
            count = self._alone.running.get(name, 0)
            await self._server.ask("HSET", key_of(name, Measure.CONCURRENT), self._owner, count)
            if not count:
                self._names.discard(name)


def keys_of(claims: Sequence[Claim]) -> list[str]:
    """Name what Redis keeps of each claim."""
    return [key_of(claim.name, claim.measure) for claim in claims]


def key_of(name: str, measure: Measure) -> str:
    """Name what Redis keeps of one counter."""
    return f"{PREFIX}{measure.value}:{name}"


def alive(owner: str) -> str:
    """Name the sign of life of a process."""
    return f"es:alive:{owner}"


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
