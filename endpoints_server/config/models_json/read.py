"""The bytes of a `models.json` become entries; a bad provider is left out, and only that one."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.config.checks.commands import check_commands
from endpoints_server.config.checks.endpoints import check_entry
from endpoints_server.config.checks.money import check_money
from endpoints_server.config.checks.nearest import did_you_mean
from endpoints_server.config.checks.shape import problems_of, unknown_in, unknown_keys, violations
from endpoints_server.config.checks.variables import fill_in
from endpoints_server.config.decode import decode_settings
from endpoints_server.config.models_json.draft import ENTRY
from endpoints_server.config.models_json.translate import Refused, draft_provider
from endpoints_server.config.problem import Level, Problem, has_errors, shown
from endpoints_server.config.schema.endpoint import CustomEndpoint
from endpoints_server.config.text.document import Document, Source
from endpoints_server.config.text.json_text import read_json
from endpoints_server.config.text.read import decode

ROOT_KEYS = ("providers", "$schema")
WORDS = {
    "`baseURL`": "`baseUrl`",
    "`provider`": "`api`",
    "`modelDisplayLabel`": "`name`",
    "`default`": "`models`",
    "`fetch`": "`models`",
    "endpoint 1": "the provider",
    "a model lacks `name`": "a model lacks `id`",
    "begin each item with `- `": "write a list, in brackets",
}
"""What an entry calls otherwise than pi's file."""


class Allowed(Struct, frozen=True, kw_only=True):
    """What the configuration lets a `models.json` have: commands or none, and what all share."""

    has_commands: bool = False
    shared: Mapping[str, Any] = {}


class Providers(Struct, frozen=True, kw_only=True):
    """What came of a `models.json`: entries, what there is to say, the variables that were used.

    One with an error among its problems cannot be used at all.
    """

    entries: tuple[CustomEndpoint, ...] = ()
    problems: tuple[Problem, ...] = ()
    used: Mapping[str, str] = {}


def read_providers(
    content: bytes, file: str, environ: Mapping[str, str], allowed: Allowed
) -> Providers:
    """Read a `models.json`; nothing is raised, whatever stands in it."""
    document, problems = open_providers(content, file)
    if document is None or has_errors(problems):
        return Providers(problems=tuple(problems))
    entries: list[CustomEndpoint] = []
    used: dict[str, str] = {}
    for name in names_in(document):
        found = read_provider(document, name, environ, allowed)
        problems += found.problems
        entries += found.entries
        used |= found.used
    return Providers(entries=tuple(entries), problems=tuple(problems), used=used)


def open_providers(content: bytes, file: str) -> tuple[Document | None, list[Problem]]:
    """Read the text, and see to it that there are providers in it."""
    text = decode(content, file)
    if isinstance(text, Problem):
        return None, [text]
    document, problems = read_json(Source(file, text))
    if document is not None:
        problems = [replace(each, level=Level.WARNING) for each in problems]
        problems += check_root(document)
    return document, problems


def check_root(document: Document) -> Iterator[Problem]:
    """Tell of a file that has no providers, and warn of what else stands beside them."""
    if not isinstance(document.value, dict):
        yield document.problem((), "the file must be a mapping with `providers`")
        return
    if not isinstance(document.value.get("providers"), dict):
        yield document.problem(("providers",), "`providers` must be there, and be a mapping")
    for key in document.value:
        if key not in ROOT_KEYS:
            message = f"{shown(key)} is no key of this file; it is ignored"
            hint = did_you_mean(key, ROOT_KEYS)
            yield document.problem((key,), message, hint, level=Level.WARNING, is_about_key=True)


def names_in(document: Document) -> list[str]:
    """Name the providers, in the order of the file."""
    providers: Any = document.get(("providers",))
    return list(providers)


def read_provider(
    document: Document, name: str, environ: Mapping[str, str], allowed: Allowed
) -> Providers:
    """Read one provider; where it has an error it is left out, and each error becomes a warning."""
    server = {"allowCommands": allowed.has_commands}
    try:
        drafted = draft_provider(document, name, lambda variable: bool(environ.get(variable)))
    except Refused as refused:
        problem = document.problem(refused.path, str(refused))
        return Providers(problems=(*refused.problems, left_out(name, problem)))
    entry, problems = sound(drafted.draft.document(server))
    problems = [*drafted.problems, *problems]
    used: dict[str, str] = {}
    if not has_errors(problems):
        entry, used, unset = fill_in(entry, environ, is_template=True)
        problems += [*unset, *check_entry(entry, ENTRY), *check_money(entry)]
        problems += check_commands(entry)
    told = tuple(left_out(name, in_pis_words(each)) for each in dict.fromkeys(problems))
    if has_errors(problems):
        return Providers(problems=told)
    endpoint = decoded(entry, allowed.shared)
    return Providers(entries=(endpoint,), problems=told, used=used)


def sound(entry: Document) -> tuple[Document, list[Problem]]:
    """Check the shape of an entry, without the keys that nobody knows.

    Those are left out, as in pi, but not without a word.
    """
    errors = list(violations(entry))
    unknown = [error for error in errors if error.validator == "additionalProperties"]
    problems: list[Problem] = []
    value: Any = entry.value
    for error in unknown:
        path = tuple(error.absolute_path)
        for told in unknown_keys(entry, path, error):
            message = f"{told.message}; it is ignored"
            problems.append(replace(told, message=message, level=Level.WARNING))
        value = without(value, path, frozenset(unknown_in(error)))
    if unknown:
        entry = replace(entry, value=value)
        errors = list(violations(entry))
    return entry, problems + [told for error in errors for told in problems_of(entry, error)]


def without(value: Any, path: tuple[str | int, ...], keys: frozenset[str]) -> Any:
    """Give a value without some keys of a mapping inside it."""
    if not path:
        return {key: part for key, part in value.items() if key not in keys}
    step, rest = path[0], path[1:]
    changed: Any = list(value) if isinstance(value, list) else dict(value)
    changed[step] = without(value[step], rest, keys)
    return changed


def decoded(entry: Document, shared: Mapping[str, Any]) -> CustomEndpoint:
    """Decode an entry over what holds for every endpoint."""
    value: Any = entry.value
    endpoints = value["endpoints"] | ({"all": shared} if shared else {})
    settings = decode_settings(replace(entry, value=value | {"endpoints": endpoints}))
    return settings.endpoints.custom[0]


def left_out(name: str, problem: Problem) -> Problem:
    """Say of an error that it costs no more than the provider."""
    if problem.level is not Level.ERROR:
        return problem
    message = f"the provider {shown(name)} is left out: {problem.message}"
    return replace(problem, message=message, level=Level.WARNING)


def in_pis_words(problem: Problem) -> Problem:
    """Call things as the file does."""
    message, suggestion = problem.message, problem.suggestion
    for ours, theirs in WORDS.items():
        message = message.replace(ours, theirs)
        suggestion = suggestion.replace(ours, theirs)
    return replace(problem, message=message, suggestion=suggestion)
