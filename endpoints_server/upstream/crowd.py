"""So many calls to an endpoint at once, so many waiting in turn, and no more."""

import asyncio
from asyncio import Future, get_running_loop
from collections import deque

from endpoints_server.domain.endpoint import Cap, Endpoint
from endpoints_server.domain.fault import Failed, Fault, Kind


class Crowd:
    """Counts the calls at those endpoints that have a cap, in this process."""

    def __init__(self) -> None:
        self._doors: dict[str, Door] = {}

    async def enter(self, endpoint: Endpoint, seconds_left: float) -> None:
        """Take a place, waiting for one if need be; raises Failed(no_route) where there is none.

        Nobody waits for longer than they have. Who entered leaves again.
        """
        if endpoint.cap is None:
            return
        door = self._doors.get(endpoint.slug)
        if door is None:
            door = self._doors[endpoint.slug] = Door()
        if not await door.enter(endpoint.cap, seconds_left):
            raise Failed(full(endpoint, endpoint.cap))

    def leave(self, endpoint: Endpoint) -> None:
        """Give a place to the first who waits for one."""
        door = self._doors.get(endpoint.slug)
        if endpoint.cap is not None and door is not None:
            door.leave(endpoint.cap)

    def inside(self, slug: str) -> int:
        """Tell how many calls an endpoint with a cap has at this moment."""
        door = self._doors.get(slug)
        return 0 if door is None else door.inside


class Door:
    """The places of one endpoint, and who waits for one."""

    __slots__ = ("_waiting", "inside")

    def __init__(self) -> None:
        self.inside = 0
        self._waiting: deque[Future[None]] = deque()

    async def enter(self, cap: Cap, seconds_left: float) -> bool:
        """Take a place; False where all are taken, and too many wait or none comes in time."""
        self._let_in(cap)
        if self.inside < cap.calls:
            self.inside += 1
            return True
        if len(self._waiting) >= cap.waiting:
            return False
        turn = get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(min(cap.wait_seconds, seconds_left)):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():  # the place came at the same moment
                self.leave(cap)
            elif turn in self._waiting:
                self._waiting.remove(turn)
            if not isinstance(error, TimeoutError):
                raise
            return False
        return True

    def leave(self, cap: Cap) -> None:
        """Free a place."""
        self.inside -= 1
        self._let_in(cap)

    def _let_in(self, cap: Cap) -> None:
        """Give places to those who wait; there may be more or fewer of them than before."""
        while self._waiting and self.inside < cap.calls:
            turn = self._waiting.popleft()
            if not turn.done():
                self.inside += 1
                turn.set_result(None)


def full(endpoint: Endpoint, cap: Cap) -> Fault:
    """Say that an endpoint has all the calls it may have."""
    return Fault(
        kind=Kind.NO_ROUTE,
        code="endpoint_busy",
        message=f"The endpoint '{endpoint.name}' has {cap.calls} calls at this moment, which is as "
        "many as it may have. Try again shortly.",
        retry_after_seconds=max(1.0, cap.wait_seconds),
    )
