"""Clients that are libraries: a script makes every journey with one, and tells of each."""

import subprocess
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tests.clients.install import NPM, PYTHON, Clients, npm_version, python_version
from tests.clients.told import Told, told_in

PATIENCE_SECONDS = 300.0
SHARED = "journey"
"""What the scripts of a language have in common; it is none itself."""
PYTHONS = {
    "openai_sdk": "sdks",
    "anthropic_sdk": "sdks",
    "google_sdk": "sdks",
    "chains": "sdks",
    "typed_agents": "agents",
    "one_function": "others",
    "structured": "others",
}
"""The environment that each script in Python runs in."""


class Script(Struct, frozen=True, kw_only=True):
    """A script and the interpreter that runs it."""

    interpreter: Path
    file: Path
    source: str

    def label(self, package: str) -> str:
        """Name a package with its version and where it is from."""
        is_npm = self.source == "npm"
        version = npm_version(package) if is_npm else python_version(self.source, package)
        return f"{package} {version} ({'npm' if is_npm else 'PyPI'})"


class Broken(Exception):
    """A script did not come to its end; tells what it said."""


def scripts(clients: Clients) -> list[Script]:
    """List the libraries' scripts."""
    in_python = [
        Script(interpreter=clients.pythons[home], file=PYTHON / f"{name}.py", source=home)
        for name, home in PYTHONS.items()
        if home in clients.pythons
    ]
    in_javascript = [
        Script(interpreter=Path(clients.node), file=clients.npm / file.name, source="npm")
        for file in sorted(NPM.glob("*.mjs"))
        if file.stem != SHARED
    ]
    return in_python + in_javascript


def make_journeys(script: Script, environ: dict[str, str]) -> list[Told]:
    """Run a script; gives what it told. Raises Broken where it failed, or told nothing."""
    try:
        done = subprocess.run(
            [str(script.interpreter), str(script.file)],
            env=environ,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Broken(f"not done after {PATIENCE_SECONDS:.0f} seconds") from None
    told = told_in(done.stdout)
    if done.returncode or not told:
        raise Broken(f"ended with {done.returncode}:\n{done.stderr}")
    return [replace(each, client=script.label(each.client)) for each in told]
