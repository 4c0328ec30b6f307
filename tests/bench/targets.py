"""What is compared: no gateway, the least gateway, and ours with everything on."""

import os
import tempfile
from asyncio import Runner
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
import uvloop
from msgspec import Struct

from endpoints_server.domain.people.access_key import RANDOM_BYTES, make_key
from tests.bench.mock import listen
from tests.bench.processes import Cores, Running, free_port, running
from tests.bench.stores import Stores, running_stores
from tests.bench.wires.chat import CHAT
from tests.bench.wires.google import GOOGLE
from tests.bench.wires.messages import MESSAGES
from tests.bench.wires.responses import RESPONSES
from tests.bench.wires.script import Script, question
from tests.bench.witness import Witnesses

Start = tuple[str, list[str], dict[str, str]]
"""How to start a server: module, arguments, settings."""
KEY = make_key(bytes(range(RANDOM_BYTES))).reveal()
MODELS = [
    "mock",
    "mock-d0-n100",
    "mock-d50-n10",
    "mock-d50-n40",
    "mock-d500-n2",
    "mock-d500-n12",
]
RULES = {
    "budgets": {
        "house": {"usd": 1_000_000, "per": "month"},
        "each": {"usd": 100_000, "per": "day", "each": "user"},
    },
    "limits": {"all": {"requestsPerMinute": 10**9, "tokensPerMinute": 10**12}},
}
RATES = {"prompt": 0.6, "completion": 2.4, "context": 128000}


class Target(Struct, frozen=True, kw_only=True):
    """One way to the upstream: which server, on which wire, to which endpoint."""

    name: str
    server: str
    script: Script = CHAT
    prefix: str = ""

    def request(self, model: str, *, is_stream: bool) -> bytes:
        """Write a whole HTTP request for a model."""
        path = self.script.path_of(self.prefix + model, is_stream=is_stream)
        body = question(self.script, self.prefix + model, is_stream=is_stream)
        head = (
            f"POST {path} HTTP/1.1\r\nhost: localhost\r\n"
            f"authorization: Bearer {KEY}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


DIRECT = Target(name="direct", server="upstream")
PASSTHROUGH = Target(name="passthrough", server="passthrough")
RELAYED = Target(name="ours", server="ours", prefix="chat/")
GATEWAYS = (DIRECT, PASSTHROUGH, RELAYED)
CROSSINGS = (
    Target(name="Messages→Chat", server="ours", script=MESSAGES, prefix="chat/"),
    Target(name="Responses→Chat", server="ours", script=RESPONSES, prefix="chat/"),
    Target(name="Google→Chat", server="ours", script=GOOGLE, prefix="chat/"),
    Target(name="Chat→Messages", server="ours", prefix="messages/"),
    Target(name="Chat→Responses", server="ours", prefix="responses/"),
    Target(name="Chat→Google", server="ours", prefix="gemini/"),
)
RULED = Target(name="rules", server="ruled", prefix="chat/")
POSTGRES = Target(name="PostgreSQL", server="postgres", prefix="chat/")
POSTGRES_RULED = Target(name="PG, rules", server="postgres, ruled", prefix="chat/")
WORKERS = Target(name="PG, 2 workers", server="workers", prefix="chat/")


class Bench(Struct, frozen=True, kw_only=True):
    """What stands while it is measured: the folder of its files, the cores, what runs the upstream
    and the load in this process, the upstream's port, what stores there are beside a file, and who
    watches the machine."""

    folder: Path
    cores: Cores
    runner: Runner
    upstream_port: int
    stores: Stores
    witnesses: Witnesses = Witnesses()


@contextmanager
def bench(folder: Path, cores: Cores) -> Iterator[Bench]:
    """Start the upstream and the stores on the generator's core, where this process is.

    The upstream and the load are one process with one loop: two would wait for each other's turns
    on their core, and every wait would look like the server's.
    """
    port = free_port()
    with running_stores() as stores, Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(listen(port))
        yield Bench(folder=folder, cores=cores, runner=runner, upstream_port=port, stores=stores)


@contextmanager
def servers(bench: Bench, targets: Iterable[Target]) -> Iterator[Mapping[str, Running]]:
    """Start the servers of targets, by name, the upstream among them."""
    names = {target.server for target in targets} - {DIRECT.server}
    with ExitStack() as stack:
        started = {name: stack.enter_context(server(bench, name)) for name in sorted(names)}
        upstream = Running(id=os.getpid(), port=bench.upstream_port, ready_seconds=0)
        yield {DIRECT.server: upstream, **started}


@contextmanager
def server(bench: Bench, name: str) -> Iterator[Running]:
    """Start one server under test on its core."""
    port = free_port()
    core, folder = bench.cores.server, bench.folder
    module, arguments, settings = SERVERS[name](bench, port)
    with running(
        module, arguments, core=core, port=port, folder=folder, settings=settings
    ) as process:
        yield process


def passthrough(bench: Bench, port: int) -> Start:
    """Say how to start the passthrough: module, arguments, settings."""
    upstream = f"http://127.0.0.1:{bench.upstream_port}"
    return "tests.bench.passthrough", [str(port), upstream], {}


def ours(bench: Bench, port: int) -> Start:
    """Say how to start ours, with a configuration file, a key and a ledger of its own."""
    return serving(bench, port, configuration(bench.upstream_port))


def ruled(bench: Bench, port: int) -> Start:
    """Say how to start ours where every call is counted by limits and paid from two budgets."""
    return serving(bench, port, configuration(bench.upstream_port) | {"server": RULES})


def on_postgres(bench: Bench, port: int) -> Start:
    """Say how to start ours on PostgreSQL."""
    return with_settings(ours(bench, port), bench.stores.database())


def ruled_on_postgres(bench: Bench, port: int) -> Start:
    """Say how to start ours on PostgreSQL, with limits and budgets."""
    return with_settings(ruled(bench, port), bench.stores.database())


def workers(bench: Bench, port: int) -> Start:
    """Say how to start two processes of ours on PostgreSQL and Redis, with limits and budgets."""
    shared = {
        **bench.stores.database(),
        **bench.stores.limits(),
        "ES_WORKERS": "2",
    }
    return with_settings(ruled(bench, port), shared)


def with_settings(start: Start, settings: Mapping[str, str]) -> Start:
    """Start with more settings."""
    module, arguments, usual = start
    return module, arguments, {**usual, **settings}


def serving(bench: Bench, port: int, file_content: Mapping[str, object]) -> Start:
    """Write the file of a server, and say how to start it."""
    folder = Path(tempfile.mkdtemp(prefix="ours-", dir=bench.folder))
    file = folder / "librechat.yaml"
    file.write_bytes(msgspec.yaml.encode(file_content))
    settings = {
        "CONFIG_PATH": str(file),
        "ES_DATA_DIR": str(folder / "data"),
        "ES_HOST": "127.0.0.1",
        "ES_PORT": str(port),
        "ES_ADMIN_KEY": KEY,
    }
    return "endpoints_server", ["serve"], settings


SERVERS = {
    "passthrough": passthrough,
    "ours": ours,
    "ruled": ruled,
    "postgres": on_postgres,
    "postgres, ruled": ruled_on_postgres,
    "workers": workers,
}


def configuration(upstream_port: int) -> dict[str, object]:
    """Write a librechat.yaml: one endpoint on each wire, every model with a price."""
    address = f"http://127.0.0.1:{upstream_port}"
    shared: dict[str, object] = {
        "apiKey": "sk-upstream",
        "baseURL": f"{address}/v1",
        "models": {"default": MODELS, "fetch": False},
        "tokenConfig": dict.fromkeys(MODELS, RATES),
    }
    endpoints = [
        {"name": "chat", **shared},
        {"name": "messages", "provider": "anthropic", **shared},
        {"name": "responses", "provider": "openai-responses", **shared},
        {"name": "gemini", "provider": "google", **shared, "baseURL": f"{address}/v1beta"},
    ]
    return {"version": "1.3.6", "endpoints": {"custom": endpoints}}
