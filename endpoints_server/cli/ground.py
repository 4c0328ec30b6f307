"""What a command stands on: the environment, the configuration, the store."""

import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct
from uuid_utils import uuid7

from endpoints_server.cli.outcome import Complaint, Outcome, warn
from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.environment import Environment, read_environment, with_dotenv
from endpoints_server.config.load import Loaded, load, load_bytes
from endpoints_server.config.prices import open_price_book
from endpoints_server.config.problem import Level, render
from endpoints_server.demo.catalog import demo_yaml
from endpoints_server.desk.changes.noting import Hand, in_hands_of
from endpoints_server.domain.catalog import Catalog
from endpoints_server.store.changes.port import Actor, Via
from endpoints_server.store.keyring.ring import Ring, open_ring
from endpoints_server.store.open import open_store
from endpoints_server.store.ports import Store
from endpoints_server.store.sql.opening import Opening

EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104  it is only recognised here, not listened on
UNSERVED = "http://127.0.0.1:0"
"""Where the demo is while nobody serves it."""


class Ground(Struct, frozen=True, kw_only=True):
    """The environment as read, and the variables that the configuration may use.

    `is_demo` says that there is no file and the demo stands in for it.
    """

    environment: Environment
    environ: Mapping[str, str]
    is_demo: bool = False


def stand(*, wants_demo: bool = False) -> Ground:
    """Read the environment, and find out whether there is a file to serve.

    Raises Failed for a wrong variable, and Complaint where a file was named that is not there.
    """
    environment, environ = read_surroundings()
    is_missing = not environment.config_path.exists()
    if is_missing and environment.has_config and not wants_demo:
        raise Complaint(
            Outcome.CONFIGURATION_INVALID,
            f"There is no file '{environment.config_path}', which CONFIG_PATH or ES_CONFIG names. "
            "Correct the name, or see the demo: endpoints-server demo",
        )
    return Ground(environment=environment, environ=environ, is_demo=wants_demo or is_missing)


def read_surroundings() -> tuple[Environment, Mapping[str, str]]:
    """Read the environment and the `.env` file; warnings go to stderr."""
    environ = with_dotenv(os.environ)
    environment, warnings = read_environment(environ)
    for warning in warnings:
        warn(warning)
    return environment, environ


def read_catalog(ground: Ground, demo_address: str = UNSERVED) -> Catalog:
    """Compile the configuration without serving it.

    Raises Complaint with every problem where it cannot be used.
    """
    loaded = load_ground(ground, demo_address)
    if loaded.settings is None:
        raise Complaint(
            Outcome.CONFIGURATION_INVALID, refusal(loaded, ground.environment.config_path)
        )
    return compile_catalog(loaded.settings, loaded.version, open_price_book())


def load_ground(ground: Ground, demo_address: str) -> Loaded:
    """Read the file, or the demo's text."""
    if ground.is_demo:
        return load_bytes(demo_yaml(demo_address).encode(), ground.environ, "demo")
    return load(ground.environment.config_path, ground.environ)


def refusal(loaded: Loaded, path: Path) -> str:
    """Say why a configuration is not used: every error with its place."""
    errors = [render(each) for each in loaded.problems if each.level is Level.ERROR]
    return "\n".join([f"The configuration '{path}' cannot be used.", *errors])


@asynccontextmanager
async def opened_store(known: Environment | None = None) -> AsyncIterator[tuple[Store, Ring]]:
    """Open the store and the key ring that the environment names, and close them again.

    The environment is read, with its warnings, where it is not `known`.
    """
    environment = known or read_surroundings()[0]
    ring = open_ring(environment.data_dir, environment.secret_keys)
    url = environment.database_url
    opening = Opening(redis_url=environment.redis_url)
    store = await open_store(environment.data_dir, url.reveal() if url else "", opening)
    try:
        actor = Actor(via=Via.COMMAND)
        yield in_hands_of(Hand(actor=actor, now=now, identify=identify), store), ring
    finally:
        await store.close()


def address_of(environment: Environment, port: int) -> str:
    """Give an address that works on this machine."""
    host = "127.0.0.1" if environment.host in EVERYWHERE else environment.host
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def identify() -> str:
    """Draw an id that sorts by time."""
    return uuid7().hex


def now() -> int:
    """Give the time in microseconds since 1970."""
    return time.time_ns() // 1000
