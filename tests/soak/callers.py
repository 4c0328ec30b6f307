"""People and programs of all kinds: they call, ask for lists, leave early, or meet faults."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from random import Random

import httpx2

from tests.calls.asking import Got, ask, path_of, request
from tests.calls.expected import CASES, LARGE, NEWS, PAIRS
from tests.calls.places import model_of

FAULTS = [name for name in CASES if name not in {"good", *LARGE}]
READS = ("/v1/models", "/v1beta/models", "/me", "/me/usage", "/me/balance", "/readyz", "/metrics")

Ways = tuple[str, str, bool]


class Callers:
    """A mix of callers on one client; `wrong` counts what went otherwise than it should."""

    def __init__(self, client: httpx2.AsyncClient, chance: Random) -> None:
        self.client = client
        self.done: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()
        self._chance = chance

    async def call(self) -> None:
        """Do one thing of the mix."""
        mix: list[tuple[Callable[[], Awaitable[str]], int]] = [
            (self._answered, 62),
            (self._troubled, 25),
            (self._left, 10),
            (self._read, 3),
        ]
        acts, weights = zip(*mix, strict=True)
        (act,) = self._chance.choices(acts, weights)
        try:
            wrong = await act()
        except (httpx2.HTTPError, ValueError, TimeoutError) as error:
            wrong = f"{act.__name__.strip('_')}: {type(error).__name__}"
        self.done[act.__name__.strip("_")] += 1
        if wrong:
            self.wrong[wrong] += 1

    def _way(self) -> Ways:
        wire_in, wire_out = self._chance.choice(PAIRS)
        return wire_in, wire_out, self._chance.random() < 0.5

    async def _answered(self) -> str:
        wire_in, wire_out, is_stream = self._way()
        answer = await ask(self.client, wire_in, model_of(wire_out, "good"), is_stream=is_stream)
        is_right = (answer.status, answer.text, answer.errors) == (200, NEWS, ())
        return "" if is_right else told("good", answer)

    async def _troubled(self) -> str:
        """Meet a fault: whatever comes of it, it is never ours, and told at most once."""
        wire_in, wire_out, is_stream = self._way()
        behaviour = self._chance.choice(FAULTS)
        model = model_of(wire_out, behaviour)
        answer = await ask(self.client, wire_in, model, is_stream=is_stream)
        is_ours = answer.status == 500 or answer.code == "internal"
        return told(behaviour, answer) if is_ours or len(answer.errors) > 1 else ""

    async def _left(self) -> str:
        """Leave after the first piece, or before anything came."""
        wire_in, wire_out, _ = self._way()
        model = model_of(wire_out, self._chance.choice(("two_steps", "hang_after_first", "hang")))
        path = path_of(wire_in, model, is_stream=True)
        asked = self.client.stream("POST", path, json=request(wire_in, model, is_stream=True))
        try:
            async with asyncio.timeout(self._chance.uniform(0.01, 0.3)), asked as answer:
                async for _ in answer.aiter_raw():
                    break
        except TimeoutError:
            pass
        return ""

    async def _read(self) -> str:
        path = self._chance.choice(READS)
        answer = await self.client.get(path)
        return "" if answer.status_code == 200 else f"{path}: {answer.status_code}"


def told(behaviour: str, answer: Got) -> str:
    """Say what came, in few words."""
    return f"{behaviour}: {answer.status} {answer.code} {answer.text[:40]!r}"
