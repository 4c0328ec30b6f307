"""The `models.json` that stands beside the configuration, found and read with it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from endpoints_server.config.models_json.read import Allowed, Providers, read_providers
from endpoints_server.config.naming import slug_of
from endpoints_server.config.problem import Level, Problem, shown
from endpoints_server.config.schema.endpoint import CustomEndpoint
from endpoints_server.config.text.document import Document
from endpoints_server.config.text.read import read

PLACE = ("server", "modelsJson")
NOTHING = Providers()


class Beside(Struct, frozen=True, kw_only=True):
    """What came of it; `path` is None where the configuration names no such file."""

    path: Path | None = None
    content: bytes = b""
    providers: Providers = NOTHING


def read_beside(document: Document, environ: Mapping[str, str]) -> Beside:
    """Read the file that a configuration names, by a path that begins where it stands itself.

    The variables of the configuration are filled in already. Nothing is raised.
    """
    named = document.get(PLACE)
    if not isinstance(named, str) or not named:
        return Beside()
    path = Path(document.file).parent / Path(named).expanduser()
    content = read(path)
    if isinstance(content, Problem):
        problem = document.problem(PLACE, f"`modelsJson`: {content.message}")
        return Beside(path=path, providers=Providers(problems=(problem,)))
    shared: Any = document.get(("endpoints", "all"))
    allowed = Allowed(
        has_commands=document.get(("server", "allowCommands")) is True,
        shared=shared if isinstance(shared, dict) else {},
    )
    providers = read_providers(content, str(path), environ, allowed)
    return Beside(path=path, content=content, providers=providers)


def without_taken(beside: Beside, entries: list[CustomEndpoint]) -> Providers:
    """Leave out providers whose names endpoints of the configuration have, or earlier providers.

    Gives the others, and the problems that come of it alone.
    """
    taken = {slug_of(entry.name) for entry in entries}
    kept: list[CustomEndpoint] = []
    problems: list[Problem] = []
    for entry in beside.providers.entries:
        if slug_of(entry.name) in taken:
            message = f"the provider {shown(entry.name)} is left out: the name is taken"
            problems.append(Problem(file=str(beside.path), message=message, level=Level.WARNING))
        else:
            kept.append(entry)
        taken.add(slug_of(entry.name))
    return Providers(entries=tuple(kept), problems=tuple(problems))
