"""One connection to Redis, over which all ask at once: answers come in the order of questions.

The client's own connections take one question each, and cost several times as much for it as Redis
takes to answer.
"""

import asyncio
from asyncio import Future, Protocol, Transport
from collections import deque
from collections.abc import Sequence
from typing import Any, cast

from hiredis import HiredisError, Reader, pack_command

from endpoints_server.store.redis.patience import Patience

Argument = str | bytes | int | float
Command = Sequence[Argument]


class Line(Protocol):
    """Open from when it is connected until it is lost, which it is where an answer is late."""

    def __init__(self) -> None:
        self._reader = Reader()
        self._waiting: deque[Future[Any]] = deque()
        self._transport: Transport | None = None
        self._patience = Patience(self._first, self._give_up)

    @property
    def is_open(self) -> bool:
        """Whether anything may be asked."""
        return self._transport is not None

    def ask(self, command: Command) -> Future[Any]:
        """Send a command; gives what will be answered.

        That raises HiredisError for what Redis refuses, ConnectionError where the line is lost, and
        TimeoutError where it is given up; asking what cannot be written raises ValueError.
        """
        answer: Future[Any] = asyncio.get_running_loop().create_future()
        if self._transport is None:
            answer.set_exception(ConnectionError("the connection is closed"))
            return answer
        packed = pack_command(tuple(command))  # type: ignore[arg-type]  # it is said of one
        self._waiting.append(answer)
        self._transport.write(packed)
        self._patience.begin()
        return answer

    def close(self) -> None:
        """Hang up."""
        self._lose(ConnectionError("the connection was closed"))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        try:
            while (found := self._reader.gets()) is not False and self._waiting:
                resolve(self._waiting.popleft(), found)
        except HiredisError as error:  # that is no answer at all
            self._lose(ConnectionError(str(error)))

    def connection_lost(self, exc: Exception | None) -> None:
        self._lose(ConnectionError(f"the connection was lost: {exc or 'Redis hung up'}"))

    def _first(self) -> Future[Any] | None:
        return self._waiting[0] if self._waiting else None

    def _give_up(self) -> None:
        self._lose(TimeoutError("no answer in time"))

    def _lose(self, error: OSError) -> None:
        transport, self._transport = self._transport, None
        self._patience.end()
        if transport is not None:
            transport.abort()
        while self._waiting:
            resolve(self._waiting.popleft(), error)


def resolve(answer: Future[Any], found: object) -> None:
    """Give an answer to whoever waits for it still."""
    if answer.done():
        return
    if isinstance(found, Exception):
        answer.set_exception(found)
    else:
        answer.set_result(found)
