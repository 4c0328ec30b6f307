"""What is compared: no gateway, the least gateway, and ours with everything on."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from endpoints_server.domain.people.access_key import RANDOM_BYTES, make_key
from tests.bench.processes import Cores, Running, free_port, running
from tests.bench.script import CHAT, MESSAGES, Script, question

KEY = make_key(bytes(range(RANDOM_BYTES))).reveal()
MODELS = [
    "mock",
    "mock-d0-n100",
    "mock-d50-n10",
    "mock-d50-n40",
    "mock-d500-n2",
    "mock-d500-n12",
]
RATES = {"prompt": 0.6, "completion": 2.4, "context": 128000}


class Target(Struct, frozen=True, kw_only=True):
    """One way to the upstream: which server, on which wire, to which endpoint."""

    name: str
    server: str
    script: Script = CHAT
    prefix: str = ""

    def request(self, model: str, *, is_stream: bool) -> bytes:
        """Write a whole HTTP request for a model."""
        body = question(self.script, self.prefix + model, is_stream=is_stream)
        head = (
            f"POST {self.script.path} HTTP/1.1\r\nhost: localhost\r\n"
            f"authorization: Bearer {KEY}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


DIRECT = Target(name="direct", server="upstream")
PASSTHROUGH = Target(name="passthrough", server="passthrough")
RELAYED = Target(name="ours", server="ours", prefix="chat/")
TRANSLATED = Target(name="ours, translated", server="ours", script=MESSAGES, prefix="chat/")
RULED = Target(name="ours, with rules", server="ruled", prefix="chat/")
USUAL = (DIRECT, PASSTHROUGH, RELAYED, TRANSLATED, RULED)
OTHERS = (
    Target(name="ours, Messages", server="ours", script=MESSAGES, prefix="native/"),
    Target(name="ours, to Messages", server="ours", prefix="native/"),
)


class Bench(Struct, frozen=True, kw_only=True):
    """What stands while it is measured: the folder of its files, the cores, the upstream."""

    folder: Path
    cores: Cores
    upstream: Running


@contextmanager
def bench(folder: Path, cores: Cores) -> Iterator[Bench]:
    """Start the upstream on the generator's core."""
    port = free_port()
    module = "tests.bench.mock"
    with running(module, [str(port)], core=cores.generator, port=port, folder=folder) as upstream:
        yield Bench(folder=folder, cores=cores, upstream=upstream)


@contextmanager
def servers(bench: Bench) -> Iterator[Mapping[str, Running]]:
    """Start the servers under test, by name, the upstream among them."""
    with ExitStack() as stack:
        started = {name: stack.enter_context(server(bench, name)) for name in SERVERS}
        yield {"upstream": bench.upstream, **started}


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


def passthrough(bench: Bench, port: int) -> tuple[str, list[str], dict[str, str]]:
    """Say how to start the passthrough: module, arguments, settings."""
    upstream = f"http://127.0.0.1:{bench.upstream.port}"
    return "tests.bench.passthrough", [str(port), upstream], {}


def ours(bench: Bench, port: int) -> tuple[str, list[str], dict[str, str]]:
    """Say how to start ours, with a configuration file, a key and a ledger of its own."""
    return serving(bench, port, configuration(bench.upstream.port))


def ruled(bench: Bench, port: int) -> tuple[str, list[str], dict[str, str]]:
    """Say how to start ours where every call is counted by limits and paid from two budgets."""
    rules = {
        "budgets": {
            "house": {"usd": 1_000_000, "per": "month"},
            "each": {"usd": 100_000, "per": "day", "each": "user"},
        },
        "limits": {"all": {"requestsPerMinute": 10**9, "tokensPerMinute": 10**12}},
    }
    return serving(bench, port, configuration(bench.upstream.port) | {"server": rules})


def serving(
    bench: Bench, port: int, file_content: Mapping[str, object]
) -> tuple[str, list[str], dict[str, str]]:
    """Write the file of a server, and say how to start it."""
    folder = bench.folder / f"ours-{port}"
    folder.mkdir()
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


SERVERS = {"passthrough": passthrough, "ours": ours, "ruled": ruled}


def configuration(upstream_port: int) -> dict[str, object]:
    """Write a librechat.yaml: one endpoint on each wire, every model with a price."""
    address = f"http://127.0.0.1:{upstream_port}/v1"
    shared: dict[str, object] = {
        "apiKey": "sk-upstream",
        "baseURL": address,
        "models": {"default": MODELS, "fetch": False},
        "tokenConfig": dict.fromkeys(MODELS, RATES),
    }
    endpoints = [{"name": "chat", **shared}, {"name": "native", "provider": "anthropic", **shared}]
    return {"version": "1.3.6", "endpoints": {"custom": endpoints}}
