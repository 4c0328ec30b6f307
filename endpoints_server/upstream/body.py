"""What a transport and an answer are to whoever asks, whichever transport it is."""

from asyncio import AbstractEventLoop
from collections.abc import Mapping
from typing import Protocol


class Body(Protocol):
    """The status, the headers (lower-case names), and the decoded bytes of one answer."""

    status: int
    headers: Mapping[str, str]

    @property
    def is_begun(self) -> bool:
        """Say whether any byte has arrived."""

    @property
    def is_spent(self) -> bool:
        """Say whether everything has arrived and been read."""

    @property
    def is_whole(self) -> bool:
        """Say whether everything has arrived, read or not."""

    async def read(self) -> bytes:
        """Give all that has arrived since the last read, waiting for it; empty at the end.

        May be cancelled and called again. What arrived before a failure is given before the
        failure is raised.
        """

    def close(self) -> None:
        """Let go of the connection; one whose answer is not whole is cut at once."""


class Asking(Protocol):
    """Sends requests, in the time of `loop`."""

    loop: AbstractEventLoop

    async def exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        connect_seconds: float | None,
    ) -> Body:
        """Answer once the status and headers are in."""
