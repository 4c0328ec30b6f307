"""Clients that are commands: each is set up as `connect` says, asked once, and heard out."""

import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from endpoints_server.demo.answer import COMMAND
from endpoints_server.desk.connect.guide import Block
from tests.clients.install import Clients, npm_version, python_version
from tests.clients.servers import KEY, KINDS
from tests.clients.settings import settings
from tests.clients.told import Told
from tests.upstreams.acting import END, LETTER

QUESTION = "How much is 6 times 7? Use a tool."
RAN = "6 times 7 is 42"
"""What the command that the upstream asks for prints; the command itself does not hold it."""
GREETED = "inside"
"""A word that the answer to a greeting holds, in a piece of its own."""
FILE = "answer.txt"
EDIT = f"{LETTER}{FILE}\n```\n{RAN}\n```\n{END}"
PATIENCE_SECONDS = 120.0
PROVIDERS = {
    "openai_chat": "es-chat",
    "anthropic_messages": "es-messages",
    "openai_responses": "es-responses",
    "google_generative": "es-google",
}
"""What the guides of clients with one provider a wire call them."""
assert RAN not in COMMAND

Command = Callable[[Clients, str, str], list[str]]


class Program(Struct, frozen=True, kw_only=True):
    """A command: its guide, its package, the wires it speaks, and how it is asked.

    `command` writes the words of the command for a wire and a model, none where the settings are
    a command themselves; `proof` is what must come of it, in `file` where that is named, else on
    the standard output.
    """

    guide: str
    package: str
    source: str
    wires: tuple[str, ...]
    command: Command
    what: str = "tool loop"
    proof: str = RAN
    file: str = ""
    environ: dict[str, str] = {}

    @property
    def version(self) -> str:
        """The version that is pinned; that of the machine where it is none of ours."""
        match self.source:
            case "npm":
                return npm_version(self.package)
            case "":
                return "(this machine's)"
            case lock:
                return python_version(lock, self.package)


def script(package: str, path: str, *words: str) -> Command:
    """Ask a command from npm that is a script; braces in the words are filled in."""

    def command(clients: Clients, wire: str, model: str) -> list[str]:
        filled = [each.format(provider=PROVIDERS[wire], model=model) for each in words]
        return [clients.node, str(clients.package(package) / path), *filled]

    return command


def binary(package: str, path: str, *words: str) -> Command:
    """Ask a command from npm that is a binary."""

    def command(clients: Clients, wire: str, model: str) -> list[str]:
        return script(package, path, *words)(clients, wire, model)[1:]

    return command


def python(name: str, *words: str) -> Command:
    """Ask a command from PyPI."""

    def command(clients: Clients, wire: str, model: str) -> list[str]:
        filled = [each.format(provider=PROVIDERS[wire], model=model) for each in words]
        return [str(clients.pythons[name].with_name(filled[0])), *filled[1:]]

    return command


LLM_VERSION = python_version("others", "llm")
PROGRAMS = (
    Program(
        guide="curl",
        package="",
        source="",
        wires=("openai_chat", "anthropic_messages", "openai_responses", "google_generative"),
        command=lambda *_: [],
        what="stream",
        proof=GREETED,
    ),
    Program(
        guide="claude-code",
        package="@anthropic-ai/claude-code",
        source="npm",
        wires=("anthropic_messages",),
        command=script(
            *("@anthropic-ai/claude-code", "cli-wrapper.cjs"),
            *("-p", QUESTION, "--allowedTools", "Bash"),
        ),
    ),
    Program(
        guide="codex",
        package="@openai/codex",
        source="npm",
        wires=("openai_responses",),
        command=script(
            *("@openai/codex", "bin/codex.js", "exec", "--skip-git-repo-check"),
            *("--dangerously-bypass-approvals-and-sandbox", QUESTION),
        ),
    ),
    Program(
        guide="opencode",
        package="opencode-linux-x64",
        source="npm",
        wires=("openai_chat", "anthropic_messages", "openai_responses", "google_generative"),
        command=binary(
            *("opencode-linux-x64", "bin/opencode", "run", "-m", "{provider}/{model}", QUESTION)
        ),
        environ={"OPENCODE_DISABLE_AUTOUPDATE": "1", "OPENCODE_DISABLE_MODELS_FETCH": "1"},
    ),
    Program(
        guide="pi",
        package="@earendil-works/pi-coding-agent",
        source="npm",
        wires=("openai_chat", "anthropic_messages", "openai_responses", "google_generative"),
        command=script(
            *("@earendil-works/pi-coding-agent", "dist/cli.js", "-p"),
            *("--provider", "{provider}", "--model", "{model}", QUESTION),
        ),
        environ={"PI_OFFLINE": "1"},
    ),
    Program(
        guide="continue",
        package="@continuedev/cli",
        source="npm",
        wires=("openai_chat",),
        command=script(
            *("@continuedev/cli", "dist/cn.js", "-p", QUESTION, "--auto"),
            *("--config", ".continue/config.yaml"),
        ),
        environ={"CONTINUE_TELEMETRY_ENABLED": "0"},
    ),
    Program(
        guide="llm",
        package="llm",
        source="others",
        wires=("openai_chat",),
        command=python("others", "llm", "-m", "{model}", "-T", "llm_version", QUESTION),
        proof=f"“{LLM_VERSION}”",
    ),
    Program(
        guide="aider",
        package="aider-chat",
        source="aider",
        wires=("openai_chat",),
        command=python(
            *("aider", "aider", "--no-git", "--yes", "--no-check-update", "--no-analytics"),
            *("--no-show-model-warnings", "--no-gitignore", "--message", EDIT),
        ),
        what="text edit",
        file=FILE,
    ),
)


def is_there(program: Program, clients: Clients) -> bool:
    """Say whether a command was installed: some have no package for every machine."""
    words = program.command(clients, program.wires[0], "")
    return all(Path(word).exists() for word in words if word.startswith("/"))


def journeys(program: Program) -> Iterator[tuple[str, str]]:
    """Give every wire and model that a command is asked on."""
    spoken = [kind.wire for kind in KINDS if kind.wire in program.wires]
    return ((wire, kind.model) for wire in spoken for kind in KINDS)


def ask(clients: Clients, program: Program, wire: str, model: str, home: Path, url: str) -> Told:
    """Set a command up in a home of its own, and ask it; gives what came of it."""
    blocks = [each for each in settings(program.guide, url, KEY, model) if wire in each.wires]
    prelude = "".join(block.text for block in blocks if block.form == "sh")
    for block in blocks:
        lay(block, home)
    words = program.command(clients, wire, model)
    text = f"{prelude}exec {shlex.join(words)}\n" if words else prelude
    said, is_done = run(text, program, clients, home)
    proof = home / program.file
    told = proof.read_text() if program.file and proof.is_file() else said
    return Told(
        client=f"{program.guide} {program.version}",
        wire=wire,
        model=model,
        what=program.what,
        is_finished=is_done and program.proof in told,
        text=told,
    )


def lay(block: Block, home: Path) -> None:
    """Write a setting into the file of a home that it belongs to."""
    if block.where.startswith("~/"):
        file = home / block.where.removeprefix("~/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text)


def run(text: str, program: Program, clients: Clients, home: Path) -> tuple[str, bool]:
    """Run a text of the shell where nothing but a home and a few variables are known."""
    path = [Path(clients.node).parent, *{each.parent for each in clients.pythons.values()}]
    environ = {
        "PATH": ":".join([*map(str, path), "/usr/local/bin", "/usr/bin", "/bin"]),
        "HOME": str(home),
        "TERM": "dumb",
        "NO_COLOR": "1",
        "CI": "1",
        "LANG": "C.UTF-8",
        **program.environ,
    }
    try:
        done = subprocess.run(
            ["sh", "-c", text],
            cwd=home,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        said = b"".join(filter(None, (late.stdout, late.stderr))).decode(errors="replace")
        return f"not done after {PATIENCE_SECONDS:.0f} seconds: {said}", False
    if done.returncode:
        return f"ended with {done.returncode}: {done.stderr.decode(errors='replace')}", False
    return done.stdout.decode(errors="replace"), True
