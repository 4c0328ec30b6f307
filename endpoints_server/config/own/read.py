"""The JSON of an endpoint that a person brings becomes an entry, or complaints say why not."""

import json
from collections.abc import Iterable
from itertools import chain
from typing import Any

from msgspec import MsgspecError, Struct
from msgspec.json import decode
from msgspec.structs import replace

from endpoints_server.config.checks.endpoints import check_entry, check_names
from endpoints_server.config.checks.money import check_rates
from endpoints_server.config.checks.plain import check_plain
from endpoints_server.config.checks.shape import check_shape
from endpoints_server.config.decode import decode_settings
from endpoints_server.config.expand import USER_PROVIDED
from endpoints_server.config.models_json.draft import ENTRY, Draft
from endpoints_server.config.own.check import BESIDE, LEFT_OUT, check_own, left_out
from endpoints_server.config.problem import Level, Problem, has_errors, shown
from endpoints_server.config.schema.endpoint import CustomEndpoint
from endpoints_server.config.text.document import Document, Mark, Path, Source
from endpoints_server.config.text.json_text import read_json
from endpoints_server.domain.secret import Secret

BODY = "the body"
HEADERS = "headers"
WORDS = {"endpoint 1": "the endpoint", "begin each item with `- `": "write a list, in brackets"}
"""What the checks of the file call otherwise."""


class Complaint(Struct, frozen=True, kw_only=True):
    """Something to say about what a person brought; `path` leads to it from the body's root."""

    path: str
    message: str
    suggestion: str = ""


class Read(Struct, frozen=True, kw_only=True):
    """What came of it: `entry` is None where there are `errors`.

    `body` is what to keep as it is: all but the key and the `headers`, which are None where none
    were sent. `remarks` are of what is taken all the same.
    """

    entry: CustomEndpoint | None = None
    body: str = ""
    headers: tuple[tuple[str, Secret], ...] | None = None
    errors: tuple[Complaint, ...] = ()
    remarks: tuple[Complaint, ...] = ()


def read_own(text: str) -> Read:
    """Read the JSON of an endpoint; nothing is raised, and nothing in it is ever filled in.

    What stands beside the endpoint (`apiKey`, `expiresAt`) is somebody else's to read.
    """
    document, problems = opened(text)
    if document is None:
        return Read(errors=tuple(complaint(each, {}) for each in problems))
    entry = drafted(document)
    problems = list(left_out(document))
    problems += [*check_shape(entry), *check_names(entry), *check_entry(entry, ENTRY)]
    problems += [*check_rates(entry, ENTRY), *check_plain(entry, ENTRY), *check_own(entry, ENTRY)]
    paths = paths_of(entry) | paths_of(document)
    told = {level: complaints(problems, level, paths) for level in Level}
    errors, remarks = told[Level.ERROR], (*told[Level.WARNING], *told[Level.NOTE])
    if errors:
        return Read(errors=errors, remarks=remarks)
    return Read(
        entry=replace(decode_settings(entry).endpoints.custom[0], headers={}),
        body=kept(entry),
        headers=headers_of(entry),
        remarks=remarks,
    )


def opened(text: str) -> tuple[Document | None, list[Problem]]:
    """Read an object as JSON has it, and no more than that."""
    document, problems = read_json(Source(BODY, text))
    if not text.strip():
        return None, [Problem(file=BODY, message="the body is empty")]
    if document is None or has_errors(problems):
        return None, problems
    try:
        decode(text)
    except MsgspecError:
        message = "the body holds what JSON does not, such as a comment or a number without bounds"
        return None, [Problem(file=BODY, message=message)]
    if not isinstance(document.value, dict):
        return None, [Problem(file=BODY, message="the body must be an object")]
    return document, []


def drafted(document: Document) -> Document:
    """Give the document of a file that has this one endpoint, whose key each person brings."""
    draft = Draft(document, ())
    keys: Any = document.value
    for key in keys:
        if key not in BESIDE and key not in LEFT_OUT:
            draft.take((key,), (key,))
    draft.set(("apiKey",), USER_PROVIDED, ())
    return draft.document({})


def kept(entry: Document) -> str:
    """Write what is kept of an endpoint."""
    value: Any = entry.get(ENTRY)
    said = {key: part for key, part in value.items() if key not in BESIDE | {HEADERS}}
    return json.dumps(said, ensure_ascii=False)


def headers_of(entry: Document) -> tuple[tuple[str, Secret], ...] | None:
    """Give the headers that were sent, as they were sent."""
    headers: Any = entry.get((*ENTRY, HEADERS))
    if headers is None:
        return None
    return tuple((name, Secret(value)) for name, value in headers.items())


def paths_of(document: Document) -> dict[Mark, Path]:
    """Say what stands at each place of the text."""
    placed = chain(document.values.items(), document.keys.items())
    return {mark: path for path, mark in placed}


def complaints(
    problems: Iterable[Problem], level: Level, paths: dict[Mark, Path]
) -> tuple[Complaint, ...]:
    """Give what there is to say of one level, each once."""
    found = (complaint(each, paths) for each in problems if each.level is level)
    return tuple(dict.fromkeys(found))


def complaint(problem: Problem, paths: dict[Mark, Path]) -> Complaint:
    """Say a problem in the words of JSON, and where it is by its path."""
    message, suggestion = problem.message, problem.suggestion
    for theirs, ours in WORDS.items():
        message, suggestion = message.replace(theirs, ours), suggestion.replace(theirs, ours)
    path = paths.get(Mark(problem.line, problem.column), ())
    own = path[len(ENTRY) :] if path[: len(ENTRY)] == ENTRY else path
    return Complaint(path=dotted(own), message=message, suggestion=suggestion)


def dotted(path: Path) -> str:
    """Write a path as programs do: `models.default[0].name`; what may be a secret is masked."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{shown(step)[1:-1]}" for step in path)
    return "".join(steps).removeprefix(".")
