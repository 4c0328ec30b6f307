"""What runs in this process, as Redis is to know it, and the sign that the process lives."""

from collections import Counter
from collections.abc import Iterable

from endpoints_server.domain.rules.window import Claim, Measure
from endpoints_server.store.redis.server import Away, RedisServer

ALIVE_SECONDS = 20
"""After how long without a beat a process is taken for dead, and nothing runs in it any more."""
KEPT_SECONDS = 86400
"""As long as a call may run, for all that Redis knows: see TAKE."""
PREFIX = "es:counted:"


def key_of(name: str, measure: Measure) -> str:
    """Name what Redis keeps of one counter."""
    return f"{PREFIX}{measure.value}:{name}"


def alive(owner: str) -> str:
    """Name the sign of life of a process."""
    return f"es:alive:{owner}"


class Underway:
    """Counts as Redis does, and tells it where it may have forgotten, or was not heard."""

    def __init__(self, server: RedisServer, owner: str) -> None:
        self.tellings = 0
        """How often Redis was told anew; whoever is asked about meanwhile counts as running."""
        self._server = server
        self._owner = owner
        self._running: Counter[str] = Counter()
        self._is_sure = False
        self._told_over = 0

    def begin(self, claims: Iterable[Claim]) -> None:
        """Count what Redis is about to be asked for, as if it admitted it."""
        self._add(claims, 1)

    def end(self, claims: Iterable[Claim]) -> None:
        """Count out what Redis refused, or is about to be told of that it is over."""
        self._add(claims, -1)

    def doubt(self) -> None:
        """Note that Redis may count something else."""
        self._is_sure = False

    async def beat(self) -> None:
        """Say that this process lives, and what runs in it if need be; raises Away."""
        sign = ("SET", alive(self._owner), 1, "EX", ALIVE_SECONDS)
        if await self._server.ask(*sign, "XX") is None:  # it has forgotten
            self.doubt()
            await self._server.ask(*sign)
        if self._told_over != self._server.connections:  # who answers now may know less
            self._told_over = self._server.connections
            self.doubt()
        if not self._is_sure:
            self._is_sure = True  # until somebody doubts it again
            await self._tell()

    async def leave(self) -> None:
        """Be dead to the others; raises Away."""
        await self._server.ask("DEL", alive(self._owner))

    async def _tell(self) -> None:
        for name in list(self._running):
            self.tellings += 1
            try:
                await self._tell_of(name)
            except Away:
                self.doubt()
                raise

    async def _tell_of(self, name: str) -> None:
        key, count = key_of(name, Measure.CONCURRENT), self._running[name]
        if count:
            await self._server.ask("HSET", key, self._owner, count)
            await self._server.ask("EXPIRE", key, KEPT_SECONDS)
        else:
            del self._running[name]
            await self._server.ask("HDEL", key, self._owner)

    def _add(self, claims: Iterable[Claim], times: int) -> None:
        for claim in claims:
            if claim.measure is Measure.CONCURRENT:
                self._running[claim.name] += times * claim.amount
