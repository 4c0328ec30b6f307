"""Keys that are written out in LibreChat's file become variables, and every other byte stays."""

from typing import Any

from endpoints_server.config.edit.outline import Part, outline_of
from endpoints_server.config.edit.place import Change, line_after
from endpoints_server.config.expand import USER_PROVIDED
from endpoints_server.config.importing.secrets import KEYLESS, Secrets, key_variable
from endpoints_server.config.text.document import Path
from endpoints_server.config.values.command import is_command

CUSTOM: Path = ("endpoints", "custom")


def with_variables(text: str, secrets: Secrets) -> str:
    """Put a variable in the place of each key of an endpoint that is written out, last first."""
    entries: Any = secrets.report.document.get(CUSTOM)
    changes: list[Change] = []
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        path: Path = (*CUSTOM, number, "apiKey")
        if not is_written_out(entry["apiKey"]):
            continue
        part = part_at(text, path)
        if part is None or part.is_alias:
            secrets.report.warn(path, "the key is written out elsewhere: put it into a variable")
            continue
        stem = key_variable(entry["name"], entry["baseURL"])
        variable = secrets.hide(entry["apiKey"], path, stem)
        changes.append(Change(part.start, part.end, f"'{variable}'"))
    for change in sorted(changes, key=lambda each: each.start, reverse=True):
        text = change.made_in(text)
    return text


def is_written_out(key: str) -> bool:
    """Say whether a key is neither a variable, a command nor a word that stands for none."""
    is_word = key.strip().lower() in KEYLESS or key.strip() == USER_PROVIDED
    return not (is_word or "$" in key or is_command(key))


def part_at(text: str, path: Path) -> Part | None:
    """Find what stands at a path of a text; None where it is written elsewhere."""
    part = outline_of(text).root
    for step in path:
        if part is None or part.is_alias:
            return None
        if isinstance(step, int):
            part = part.items[step] if step < len(part.items) else None
        else:
            found = part.find(step)
            part = found[1] if found else None
    return part


def without_azure(text: str) -> str:
    """Cut the groups of Azure, whose keys are written out there."""
    endpoints = part_at(text, ("endpoints",))
    found = endpoints.find("azureOpenAI") if endpoints and not endpoints.is_flow else None
    if found is None:
        return text
    key, value = found
    end = line_after(text, max(key.end, value.end - 1))
    start = text.rfind("\n", 0, key.start) + 1
    return Change(start, end, "").made_in(text)
