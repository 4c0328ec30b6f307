"""The whole server on a port of its own, in a thread, for clients that know nothing of tests."""

import asyncio
import threading
from collections.abc import Coroutine, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from litestar.types import ASGIApp

from endpoints_server.app.build import build
from endpoints_server.app.parts import Parts, open_parts
from endpoints_server.cli.protocol import ShorterProtocol
from endpoints_server.config.environment import Environment
from endpoints_server.domain.money.entry import Entry
from endpoints_server.domain.secret import Secret

KEY = "a-key-that-the-tests-chose"
START_SECONDS = 30.0

T = TypeVar("T")


class Serving:
    """A running server: its address, a key that it accepts, its file, and its ledger."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.config = folder / "librechat.yaml"
        self.data_dir = folder / "data"
        self.environ = environ
        self.key = KEY
        self.url = ""
        self.started = threading.Event()
        self.failure: BaseException | None = None
        self.loop: asyncio.AbstractEventLoop
        self.parts: Parts
        self.server: uvicorn.Server

    @property
    def headers(self) -> dict[str, str]:
        """What a request needs to be let in."""
        return {"authorization": f"Bearer {self.key}"}

    def run(self) -> None:
        """Serve until told to stop; a failure to start is kept for who waits."""
        try:
            asyncio.run(self.serve())
        except BaseException as error:  # noqa: BLE001 - told to the thread that waits
            self.failure = error
        finally:
            self.started.set()

    async def serve(self) -> None:
        """Open the parts, build the application, and serve it."""
        environment = Environment(
            config_path=self.config, data_dir=self.data_dir, admin_key=Secret(self.key)
        )
        async with open_parts(environment, self.environ) as parts:
            if not parts.live.current.endpoints:
                raise RuntimeError("\n".join(map(str, parts.live.problems)))
            self.loop, self.parts = asyncio.get_running_loop(), parts
            self.server = server_of(build(parts, ""))
            await self.serve_started()

    async def serve_started(self) -> None:
        """Serve, and say when the port is open."""
        serving = asyncio.create_task(self.server.serve())
        while not self.server.started and not serving.done():  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0.005)
        port = self.server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.started.set()
        await serving

    def ask(self, question: Coroutine[Any, Any, T]) -> T:
        """Run something on the server's own loop."""
        return asyncio.run_coroutine_threadsafe(question, self.loop).result(START_SECONDS)

    def entries(self, request_id: str) -> list[Entry]:
        """Give what the ledger holds of a call."""
        return self.ask(self.parts.store.ledger.find_entries(request_id))

    def latest(self, limit: int = 1) -> list[Entry]:
        """Give the newest entries, newest first."""
        return self.ask(self.settled(limit))

    async def settled(self, limit: int) -> list[Entry]:
        """Wait for the ledger's writer, then read."""
        await self.parts.store.ledger.drain()
        return await self.parts.store.ledger.list_entries(limit=limit)


def server_of(app: ASGIApp) -> uvicorn.Server:
    """Make the server process' heart, on a free port."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            port=0,
            loop="none",
            http=ShorterProtocol,
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=2,
        )
    )


@contextmanager
def serving(
    yaml: str, folder: Path, environ: Mapping[str, str] | None = None
) -> Generator[Serving]:
    """Serve a configuration for as long as the block lasts."""
    running = Serving(folder, environ or {})
    running.config.write_text(yaml)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    running.started.wait(START_SECONDS)
    if running.failure is not None or not running.url:
        raise RuntimeError("the server did not start") from running.failure
    try:
        yield running
    finally:
        running.server.should_exit = True
        thread.join(START_SECONDS)
