"""Replicas of the real command on one PostgreSQL and one Redis, behind nginx."""

from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from endpoints_server.store.keyring.ring_file import draw_key
from tests.acceptance.process import Process
from tests.calls.places import config, endpoint
from tests.replicas.nginx import nginx_before
from tests.upstreams.server import Server

KEY = "a-key-that-the-tests-chose"
LINGER_SECONDS = 1
KEPT_SECONDS = 0.8
"""How long nginx keeps a connection to a replica: less than replicas linger, as it should be."""
START_SECONDS = 120.0
"""Many start at once, on however few cores."""
WIRES = ("chat", "messages")


class Fleet:
    """Replicas that follow one file; `url` is nginx's, which chooses among them."""

    def __init__(self, folder: Path, count: int, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self.config = folder / "librechat.yaml"
        shared = {
            "ES_ADMIN_KEY": KEY,
            "ES_LOG_LEVEL": "warning",
            "ES_LINGER_SECONDS": str(LINGER_SECONDS),
            "CONFIG_PATH": str(self.config),
            **environ,
        }
        self.replicas = [replica(folder / f"replica{each}", shared) for each in range(count)]
        self.url = ""

    def start(self) -> None:
        """Start all at once, and wait until every one answers."""
        for each in self.replicas:
            each.start(is_awaited=False)
        for each in self.replicas:
            each.await_answer(START_SECONDS)

    def client(self, key: str = KEY) -> httpx.Client:
        """Make a client of nginx."""
        return httpx.Client(base_url=self.url, headers={"x-api-key": key}, timeout=30)

    def said(self) -> str:
        """Give all that all replicas have said."""
        return "\n".join(each.said() for each in self.replicas)


def replica(folder: Path, environ: Mapping[str, str]) -> Process:
    """Make one, with a data dir of its own."""
    folder.mkdir()
    return Process(folder, **environ)


def file_of(upstream: Server, **server: object) -> str:
    """Write a file with a model on each of two wires."""
    endpoints = [endpoint(wire, wire, upstream.url, [f"{wire}-model"]) for wire in WIRES]
    return config(endpoints, server)


@contextmanager
def fleet_of(
    count: int, folder: Path, text: str, database_url: str, redis_url: str
) -> Generator[Fleet]:
    """Serve with so many replicas for as long as the block lasts."""
    environ = {
        "ES_DATABASE_URL": database_url,
        "ES_REDIS_URL": redis_url,
        "ES_SECRET_KEYS": draw_key(),
    }
    fleet = Fleet(folder, count, environ)
    fleet.config.write_text(text)
    with ExitStack() as stack:
        for each in fleet.replicas:
            stack.callback(each.end)
        fleet.start()
        ports = [each.port for each in fleet.replicas]
        fleet.url = stack.enter_context(nginx_before(folder, ports, KEPT_SECONDS))
        yield fleet
