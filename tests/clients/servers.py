"""The servers that clients call: one before each kind of upstream, one where people bring keys."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from endpoints_server.wires.listed import WIRES
from tests.acceptance.process import Process, served
from tests.upstreams.acting import Acting
from tests.upstreams.server import Running

KEY = "the-key-of-the-client-tests"
PERSONAL_KEY = "the-key-of-a-person-with-a-key"


class Kind(Struct, frozen=True, kw_only=True):
    """A kind of upstream: the wire it speaks, what the file calls it, and the model it has."""

    wire: str
    provider: str
    base: str
    model: str


KINDS = tuple(
    kind
    for kind in (
        Kind(wire="openai_chat", provider="", base="/v1", model="demo-chat"),
        Kind(wire="anthropic_messages", provider="anthropic", base="", model="demo-messages"),
        Kind(
            wire="openai_responses",
            provider="openai-responses",
            base="/v1",
            model="demo-responses",
        ),
        Kind(wire="google_generative", provider="google", base="/v1beta", model="demo-google"),
    )
    if kind.wire in WIRES
)
PERSONAL = {
    "name": "Bring Your Own",
    "apiKey": "user_provided",
    "models": {"default": [KINDS[0].model], "fetch": False},
    "titleConvo": True,
    "tokenConfig": {KINDS[0].model: {"prompt": 0.5, "completion": 2, "context": 128000}},
}
BALANCE = {"enabled": True, "startBalance": 20000}


class Servers(Struct, frozen=True):
    """The one before every kind, and the one with balances whose people bring the other's key."""

    every: Process
    personal: Process

    def addresses(self) -> dict[str, str]:
        """Give the variables that tell a script where to go."""
        return {
            "CLIENTS_URL": self.every.url,
            "CLIENTS_KEY": KEY,
            "CLIENTS_MODELS": ",".join(kind.model for kind in KINDS),
            "CLIENTS_WIRES": ",".join(kind.wire for kind in KINDS),
            "CLIENTS_PERSONAL_URL": self.personal.url,
            "CLIENTS_PERSONAL_KEY": PERSONAL_KEY,
        }


@contextmanager
def servers(folder: Path) -> Generator[Servers]:
    """Serve both for as long as the block lasts."""
    houses = folder / "every", folder / "personal"
    with Running(Acting()) as upstream:
        lay(houses[0], [endpoint(kind, upstream.url) for kind in KINDS])
        with served(houses[0], ES_ADMIN_KEY=KEY) as every:
            lay(houses[1], [PERSONAL | {"baseURL": f"{every.url}/v1"}], balance=BALANCE)
            with served(houses[1], ES_ADMIN_KEY=PERSONAL_KEY) as personal:
                yield Servers(every, personal)


def endpoint(kind: Kind, url: str) -> dict[str, object]:
    """Write the endpoint of a kind of upstream."""
    return {
        "name": kind.wire,
        **({"provider": kind.provider} if kind.provider else {}),
        "apiKey": "the-key-of-the-upstream",
        "baseURL": url + kind.base,
        "models": {"default": [kind.model], "fetch": False},
    }


def lay(folder: Path, endpoints: list[dict[str, object]], **more: object) -> None:
    """Write a librechat.yaml; JSON is YAML."""
    folder.mkdir()
    settings = {"version": "1.3.5", "endpoints": {"custom": endpoints}, **more}
    (folder / "librechat.yaml").write_text(json.dumps(settings))


def calls_of(server: Process) -> list[dict[str, Any]]:
    """Give the calls that a server has told of; a line may still be on its way."""
    written = server.err.read_text().splitlines(keepends=True)
    lines = [json.loads(line) for line in written if line.endswith("\n")]
    return [line for line in lines if line["event"] == "call"]
