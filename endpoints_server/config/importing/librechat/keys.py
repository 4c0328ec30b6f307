"""Keys that are written out in LibreChat's file become variables, and every other byte stays."""

import re
from collections.abc import Iterator
from typing import Any

from endpoints_server.config.edit.outline import Part, outline_of
from endpoints_server.config.edit.place import Change
from endpoints_server.config.expand import BARE, CAPITALS, USER_PROVIDED
from endpoints_server.config.importing.secrets import (
    KEYLESS,
    Secrets,
    is_private,
    is_telling,
    key_variable,
    split_name,
    variable_of,
)
from endpoints_server.config.models_json.draft import paths_in
from endpoints_server.config.problem import SECRET_START, is_keylike
from endpoints_server.config.text.document import Document, Path
from endpoints_server.config.values.command import is_command

CUSTOM: Path = ("endpoints", "custom")
GROUPS: Path = ("endpoints", "azureOpenAI", "groups")
LISTS = frozenset({"models", "modelOverrides"})
"""Keys below which names of models stand, which look like keys at times."""

LITERAL = frozenset({"customParams"})
"""Keys below which no variable is filled in, and none is needed."""


def with_variables(text: str, document: Document, secrets: Secrets) -> str:
    """Put a variable in the place of each key that is written out, last first."""
    root = outline_of(text).root
    found = {path: part_at(root, path) for path in written_out(document)}
    changes: list[Change] = []
    for path, part in found.items():
        if part is not None:
            variable = secrets.hide(str(document.get(path)), path, stem_of(document, path))
            changes.append(instead(text, part, variable))
    for path, part in found.items():
        if part is None and document.get(path) not in secrets.names:
            secrets.report.warn(path, "the key is written out elsewhere: put it into a variable")
    for change in sorted(changes, key=lambda each: each.start, reverse=True):
        text = change.made_in(text)
    return text


def comments_with_keys(text: str) -> Iterator[int]:
    """Give the number of each line whose comment may hold a key; comments stay as they are."""
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[2].split()
        if any(looks_like_key(word.strip("'\"")) for word in words):
            yield number


def written_out(document: Document) -> Iterator[Path]:
    """Give the path of each text that nobody may see."""
    for path in paths_in(document.value):
        value = document.get(path)
        if isinstance(value, str) and path and is_secret(path, value):
            yield path


def is_secret(path: Path, value: str) -> bool:
    """Say whether a text is a key, by where it stands and what it looks like."""
    if is_command(value) or "{{" in value or not LITERAL.isdisjoint(path):
        return False
    if "://" in value:
        return is_telling(value)
    if is_key_of_endpoint(path):
        return is_written_out(value)
    if is_named_so(path):
        return is_written_out(value)
    return LISTS.isdisjoint(path) and looks_like_key(value)


def looks_like_key(text: str) -> bool:
    """Say whether a text is one word that begins and is mixed as keys are."""
    word = text.strip().removeprefix("Bearer ")
    return " " not in word and bool(SECRET_START.match(word)) and is_keylike(word)


def is_key_of_endpoint(path: Path) -> bool:
    """Say whether the key of an endpoint, or of a group, stands at a path."""
    return path[-1] == "apiKey" and path[:-2] in (CUSTOM, GROUPS)


def is_named_so(path: Path) -> bool:
    """Say whether the last word of a key, or any of a header, is one of secrets."""
    names = [step for step in path if isinstance(step, str)]
    if names[-1:] in ([], ["key"]):  # the name of a setting, at most
        return False
    is_header = len(names) > 1 and names[-2].lower().endswith("headers")
    return is_private(names[-1] if is_header else split_name(names[-1])[-1], "")


def is_written_out(key: str) -> bool:
    """Say whether a key is neither a variable, a command nor a word that stands for none."""
    found = [match.group() for match in BARE.finditer(key) if is_reference(match)]
    words = BARE.sub(" ", key).split()
    if found:
        return any(is_private("", word) for word in words)
    is_word = key.strip().lower() in KEYLESS or key.strip() == USER_PROVIDED
    return bool(key.strip()) and not (is_word or is_command(key))


def is_reference(found: re.Match[str]) -> bool:
    """Say whether what begins with a dollar sign is a variable; a key may hold the rest."""
    is_braced = bool(found[1])
    return is_braced or bool(found["bare"] and CAPITALS.fullmatch(found["bare"]))


def stem_of(document: Document, path: Path) -> str:
    """Name the variable of a key after what it is the key of."""
    owner: Any = document.get(path[:3])
    if path[:2] == CUSTOM and isinstance(owner, dict):
        if path[3:] == ("apiKey",):
            return key_variable(owner["name"], owner["baseURL"])
        return variable_of(owner["name"], *split_name(str(path[-1])))
    owner = document.get(path[:-1])
    if path[:3] == GROUPS and path[4:] == ("apiKey",):
        return variable_of("azure", str(owner.get("group", "")), "key")
    steps = [step for step in path if isinstance(step, str)]
    return variable_of(*[word for step in steps[-2:] for word in split_name(step)])


def instead(text: str, part: Part, variable: str) -> Change:
    """Put a variable where a text stands; its anchor, and the line breaks behind it, stay."""
    written = text[part.start : part.end]
    anchor = f"{written.split()[0]} " if written.startswith("&") else ""
    behind = written[len(written.rstrip()) :]
    return Change(part.start, part.end, f"{anchor}'{variable}'{behind}")


def part_at(root: Part | None, path: Path) -> Part | None:
    """Find what stands at a path of a text; None where it is written elsewhere."""
    part = root
    for step in path:
        if part is None or part.is_alias:
            return None
        if isinstance(step, int):
            part = part.items[step] if step < len(part.items) else None
        else:
            found = part.find(step)
            part = found[1] if found else None
    return None if part is None or part.is_alias else part
