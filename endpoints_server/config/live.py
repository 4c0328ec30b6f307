"""The current Catalog, and the file it comes from, watched."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace
from watchfiles import awatch

from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.load import load
from endpoints_server.config.prices import PriceBook
from endpoints_server.config.problem import Level, Problem
from endpoints_server.domain.catalog import Catalog, catalog_of

DEBOUNCE_MILLISECONDS = 200
POLL_SECONDS = 1.0

EMPTIED = "the file is empty; what was served before is still served"

Fingerprint = tuple[int, ...]


class Attempt(Struct, frozen=True, kw_only=True):
    """What came of reading the file once; `catalog` is None where it cannot be used."""

    problems: tuple[Problem, ...]
    catalog: Catalog | None = None


class Live:
    """Holds the Catalog that is served; swaps it whole when the file changes and compiles.

    `current` is read without locks by calls; `problems` are those of the last attempt. After every
    attempt that changed something to say, `on_attempt` gets it, on the loop.
    """

    def __init__(
        self,
        path: Path,
        environ: Mapping[str, str],
        prices: PriceBook,
        *,
        version_key: bytes = b"",
        on_attempt: Callable[[Attempt], None] = lambda _: None,
    ) -> None:
        self.current: Catalog = catalog_of((), "none")
        self.problems: tuple[Problem, ...] = ()
        self._path = path
        self._environ = environ
        self._prices = prices
        self._version_key = version_key
        self._on_attempt = on_attempt
        self._seen: Fingerprint = ()
        self._beside: Path | None = None
        self._lock = asyncio.Lock()

    def start(self) -> bool:
        """Read the file at once, for a server that is not serving yet; True if it can be used."""
        self._seen = self.fingerprint()
        return self.adopt(self.attempt())

    async def reload(self) -> bool:
        """Read the file in a thread and serve it if it compiles; True if it was adopted."""
        async with self._lock:
            self._seen = await asyncio.to_thread(self.fingerprint)
            return self.adopt(await asyncio.to_thread(self.attempt))

    async def watch(self, stop: asyncio.Event) -> None:
        """Reload whenever the file has changed, until `stop` is set.

        The folder is watched, so that renames and swapped links are seen; where that cannot be
        done, or sees nothing, as on some network mounts, the file is looked at every second.
        """
        while not stop.is_set():
            try:
                await self.follow(stop)
            except (OSError, RuntimeError):
                await wait(stop, POLL_SECONDS)
                await self.reload_if_changed()

    async def follow(self, stop: asyncio.Event) -> None:
        """Reload on each change in the folders that hold the files and what they link to.

        Returns where these are no longer the folders that are watched.
        """
        folders = self.folders()
        changes = awatch(
            *folders,
            stop_event=stop,
            debounce=DEBOUNCE_MILLISECONDS,
            recursive=False,
            rust_timeout=int(POLL_SECONDS * 1000),
            yield_on_timeout=True,
        )
        async for _ in changes:
            await self.reload_if_changed()
            if self.folders() != folders:
                return

    def folders(self) -> set[Path]:
        """Give the folders that hold the files and what they link to."""
        files = [self._path, self._beside] if self._beside else [self._path]
        found = {path.absolute().parent for path in files} | {
            path.resolve().parent for path in files
        }
        return {folder for folder in found if folder.is_dir()}

    def fingerprint(self) -> Fingerprint:
        """Tell one state of the files from another."""
        beside = fingerprint(self._beside) if self._beside else ()
        return fingerprint(self._path) + beside

    async def reload_if_changed(self) -> None:
        """Reload unless the file is the one that was last read."""
        if await asyncio.to_thread(self.fingerprint) != self._seen:
            await self.reload()

    def attempt(self) -> Attempt:
        """Read and compile the file; a file emptied under a running server is not believed."""
        loaded = load(self._path, self._environ, self._version_key)
        self.look_beside(loaded.beside)
        if loaded.settings is None:
            return Attempt(problems=loaded.problems)
        if loaded.is_empty and self.current.endpoints:
            return Attempt(
                problems=(replace(loaded.problems[0], message=EMPTIED, level=Level.ERROR),)
            )
        catalog = compile_catalog(loaded.settings, loaded.version, self._prices)
        return Attempt(problems=loaded.problems, catalog=catalog)

    def look_beside(self, path: Path | None) -> None:
        """Watch another file too; what was read of it is what it is now."""
        if path != self._beside:
            self._beside = path
            self._seen = self.fingerprint()

    def adopt(self, attempt: Attempt) -> bool:
        """Serve what compiled; keep what is served where nothing did."""
        self.problems = attempt.problems
        if attempt.catalog is not None:
            self.current = attempt.catalog
        self._on_attempt(attempt)
        return attempt.catalog is not None


def fingerprint(path: Path) -> Fingerprint:
    """Tell one state of a file from another, links followed; empty where there is none."""
    try:
        state = path.stat()
    except (OSError, ValueError):
        return ()
    return (state.st_dev, state.st_ino, state.st_mtime_ns, state.st_size)


async def wait(stop: asyncio.Event, seconds: float) -> None:
    """Wait for an event, but no longer than so many seconds."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
