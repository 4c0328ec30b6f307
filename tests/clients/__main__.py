"""Run real clients against the served demo, and print what came of it: `make test-clients`."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from tests.acceptance.process import Process, served, variables
from tests.clients.install import NotInstalled, install, version_of

SCRIPTS = Path(__file__).with_name("npm")
SHARED = {"journey.mjs"}
KEY = "the-key-of-the-client-tests"
PERSONAL_KEY = "the-key-of-a-person-with-a-key"
MODELS = "demo-chat,demo-messages"
PERSONAL_YAML = """\
version: 1.3.5
balance: {{enabled: true, startBalance: 20000}}
endpoints:
  custom:
    - name: Bring Your Own
      apiKey: user_provided
      baseURL: {url}/v1
      models: {{default: [demo-chat], fetch: false}}
      titleConvo: true
      tokenConfig: {{demo-chat: {{prompt: 0.5, completion: 2, context: 128000}}}}
"""
PATIENCE_SECONDS = 120.0
MARK = "told "
"""What a line for us begins with; clients print lines of their own too."""
LONGEST_TEXT = 48
HEADS = ("client", "wire", "model", "journey", "finished", "text")


class Told(Struct, frozen=True, kw_only=True):
    """A line that a client printed: the journey it made, and the words it ended with."""

    client: str
    wire: str
    model: str
    what: str
    is_finished: bool
    text: str


class Servers(Struct, frozen=True):
    """The demo, and a server with balances whose people bring their own key for the demo."""

    demo: Process
    personal: Process

    def addresses(self) -> dict[str, str]:
        """Give the variables that tell a client where to go."""
        return {
            "CLIENTS_URL": self.demo.url,
            "CLIENTS_KEY": KEY,
            "CLIENTS_MODELS": MODELS,
            "CLIENTS_PERSONAL_URL": self.personal.url,
            "CLIENTS_PERSONAL_KEY": PERSONAL_KEY,
        }


class Outcome(Struct, frozen=True):
    """What a client told, and what went wrong."""

    told: list[Told]
    complaints: list[str]


def main() -> int:
    """Run every client; 1 where a journey was not finished, 0 also where there is no node."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        say("skipped: the clients need node and npm, and one of them is not here")
        return 0
    try:
        home = install(npm, SCRIPTS)
    except NotInstalled as error:
        say(f"The clients could not be installed:\n{error}")
        return 1
    with tempfile.TemporaryDirectory(prefix="clients-") as name:
        with servers(Path(name)) as both:
            outcomes = [run(both, node, script) for script in scripts_of(home)]
        broken = [line for each in (both.demo, both.personal) for line in calls_broken_at(each)]
    say(table(row_of(home, told) for outcome in outcomes for told in outcome.told))
    complaints = [line for outcome in outcomes for line in outcome.complaints] + broken
    say("\n".join(complaints))
    return 1 if complaints else 0


def say(text: str) -> None:
    """Print."""
    if text:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


@contextmanager
def servers(folder: Path) -> Generator[Servers]:
    """Serve both for as long as the block lasts."""
    houses = folder / "demo", folder / "personal"
    for house in houses:
        house.mkdir()
    with served(houses[0], ES_ADMIN_KEY=KEY) as demo:
        (houses[1] / "librechat.yaml").write_text(PERSONAL_YAML.format(url=demo.url))
        with served(houses[1], ES_ADMIN_KEY=PERSONAL_KEY) as personal:
            yield Servers(demo, personal)


def scripts_of(home: Path) -> list[Path]:
    """List the clients, one script each."""
    names = {script.name for script in SCRIPTS.glob("*.mjs")} - SHARED
    return [home / name for name in sorted(names)]


def run(both: Servers, node: str, script: Path) -> Outcome:
    """Run one client to its end."""
    try:
        done = subprocess.run(
            [node, str(script)],
            env=variables(both.demo.folder, **both.addresses()),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Outcome([], [f"{script.name}: not done after {PATIENCE_SECONDS:.0f} seconds"])
    lines = [line for line in done.stdout.splitlines() if line.startswith(MARK)]
    told = [msgspec.json.decode(line.removeprefix(MARK), type=Told) for line in lines]
    complaints = complaints_of(told)
    if done.returncode or not told:
        complaints.append(f"ended with {done.returncode}:\n{done.stderr}")
    return Outcome(told, [f"{script.name}: {complaint}" for complaint in complaints])


def complaints_of(told: Iterable[Told]) -> list[str]:
    """Name the journeys that were not finished."""
    return [
        f"{each.what} of {each.model} on {each.wire} was not finished: {each.text!r}"
        for each in told
        if not each.is_finished
    ]


def calls_broken_at(server: Process) -> list[str]:
    """Name the calls that a server did not see through to their end."""
    lines = [json.loads(line) for line in server.err.read_text().splitlines()]
    calls: list[dict[str, Any]] = [line for line in lines if line["event"] == "call"]
    if not calls:
        return [f"{server.folder.name}: nobody called"]
    return [
        f"{server.folder.name}: a call of {call['model']} on {call['wire']} was {call['outcome']}"
        for call in calls
        if call["outcome"] != "delivered"
    ]


def row_of(home: Path, told: Told) -> tuple[str, ...]:
    """Write what a client told as a line of the table."""
    client = f"{told.client} {version_of(home, told.client)}".strip()
    flat = " ".join(told.text.split())
    text = flat if len(flat) <= LONGEST_TEXT else f"{flat[:LONGEST_TEXT]}…"
    finished = "yes" if told.is_finished else "NO"
    return (client, told.wire, told.model, told.what, finished, text)


def table(rows: Iterable[tuple[str, ...]]) -> str:
    """Lay out lines in columns."""
    lines = [HEADS, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = (
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        for line in lines
    )
    return "\n".join(line.rstrip() for line in padded)


if __name__ == "__main__":
    sys.exit(main())
