"""A `models.json` written out as `librechat.yaml`, with a report of what is different there."""

import shlex
from typing import Any

from msgspec import Struct

from endpoints_server.config.checks.endpoints import check_entry
from endpoints_server.config.checks.money import check_money
from endpoints_server.config.expand import USER_PROVIDED
from endpoints_server.config.importing.written import Written, free_name, in_order, yaml_of
from endpoints_server.config.models_json.draft import ENTRY
from endpoints_server.config.models_json.read import (
    in_pis_words,
    left_out,
    names_in,
    open_providers,
    sound,
)
from endpoints_server.config.models_json.translate import Refused, draft_provider
from endpoints_server.config.naming import is_like_built_in
from endpoints_server.config.problem import Level, Problem, has_errors, shown
from endpoints_server.config.text.document import Document
from endpoints_server.config.values.command import is_command, needs_shell
from endpoints_server.config.values.template import PIECE, in_yaml

HEAD = "# Written from a models.json of pi; `endpoints-server check` tells what it wants.\n"


class Pages(Struct, kw_only=True):
    """What is being written, and the report of it."""

    document: Document
    entries: list[dict[str, Any]]
    report: list[Problem]
    has_commands: bool = False

    def note(self, name: str, *path: str | int, message: str, level: Level = Level.NOTE) -> None:
        """Report something about a part of a provider."""
        place = ("providers", name, *path)
        self.report.append(self.document.problem(place, message, level=level))


def write_yaml(content: bytes, file: str) -> Written:
    """Write the providers of a `models.json` as endpoints; nothing is raised and no command run."""
    document, problems = open_providers(content, file)
    if document is None or has_errors(problems):
        return Written(report=tuple(problems))
    pages = Pages(document=document, entries=[], report=problems)
    for name in names_in(document):
        write_entry(pages, name)
    server = {"allowCommands": True} if pages.has_commands else {}
    yaml = yaml_of(HEAD, pages.entries, server)
    return Written(yaml=yaml, report=tuple(dict.fromkeys(pages.report)))


def write_entry(pages: Pages, name: str) -> None:
    """Write one provider, or report why it cannot be written."""
    try:
        drafted = draft_provider(pages.document, name, lambda _: True)
    except Refused as refused:
        problem = pages.document.problem(refused.path, str(refused))
        pages.report += [*refused.problems, left_out(name, problem)]
        return
    document, problems = sound(drafted.draft.document({"allowCommands": True}))
    if not has_errors(problems):
        problems += [*check_entry(document, ENTRY), *check_money(document)]
    pages.report += [left_out(name, in_pis_words(each)) for each in drafted.problems]
    pages.report += [left_out(name, in_pis_words(each)) for each in problems]
    if has_errors(problems):
        return
    value: Any = document.value
    entry = in_order(value["endpoints"]["custom"][0])
    pages.entries.append(with_values(pages, name, renamed(pages, name, entry)))


def renamed(pages: Pages, name: str, entry: dict[str, Any]) -> dict[str, Any]:
    """Give an entry a name that is free in the YAML."""
    free = free_name(name, [each["name"] for each in pages.entries])
    if is_like_built_in(name):
        message = f"{shown(name)} is a name of LibreChat's own: the endpoint is {shown(free)}"
        pages.note(name, message=message)
    return entry | {"name": free}


def with_values(pages: Pages, name: str, entry: dict[str, Any]) -> dict[str, Any]:
    """Write the key, and the headers everywhere, as the YAML has them."""
    written: dict[str, Any] = dict(with_headers(pages, name, entry))
    written["apiKey"] = key_of(pages, name, entry["apiKey"])
    models = [with_headers(pages, name, item) for item in entry["models"]["default"]]
    written["models"] = entry["models"] | {"default": models}
    if "modelOverrides" in entry:
        overrides = entry["modelOverrides"].items()
        written["modelOverrides"] = {
            model: with_headers(pages, name, said) for model, said in overrides
        }
    return written


def with_headers(pages: Pages, name: str, said: Any) -> Any:
    """Write the headers of an endpoint or a model."""
    if not isinstance(said, dict) or "headers" not in said:
        return said
    headers = {key: value_of(pages, name, text) for key, text in said["headers"].items()}
    return said | {"headers": headers}


def key_of(pages: Pages, name: str, text: str) -> str:
    """Write a key; a vendor's usual variable may be unset, and people then bring their own."""
    written = value_of(pages, name, text)
    if "apiKey" in dict_at(pages.document, name):
        if not is_command(text) and not PIECE.search(text) and text != USER_PROVIDED:
            message = "the key stands in the YAML as it does here; a variable would keep it out"
            pages.note(name, "apiKey", message=message, level=Level.WARNING)
        return written
    return written.replace("}", f":-{USER_PROVIDED}}}")


def dict_at(document: Document, name: str) -> dict[str, Any]:
    """Give a provider as it stands in the file."""
    provider = document.get(("providers", name))
    return provider if isinstance(provider, dict) else {}


def value_of(pages: Pages, name: str, text: str) -> str:
    """Write a key or a header; a command that only a shell can run gets one."""
    if not is_command(text):
        return in_yaml(text)
    pages.has_commands = True
    line = text[1:].strip()
    if not needs_shell(line):
        return f"!{line}"
    pages.note(name, message="a command that wants a shell is run by `sh -c`")
    return f"!sh -c {shlex.quote(line)}"
