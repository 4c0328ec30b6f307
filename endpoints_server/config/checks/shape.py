"""The file against its schema: every key, every type, all at once."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from endpoints_server.config.checks.nearest import did_you_mean, nearest
from endpoints_server.config.checks.wording import describe, remedy, subject, wanted
from endpoints_server.config.json_schema import FREE_PREFIX, json_schema
from endpoints_server.config.problem import Level, Problem, shown
from endpoints_server.config.text.document import Document, Path

GONE = {
    "forcePrompt": "every endpoint takes messages now",
    "summarize": "the root key `summarization` took its place",
    "summaryModel": "the root key `summarization` took its place",
    "customOrder": "endpoints keep the order of the file",
    "order": "endpoints keep the order of the file",
    "plugins": "tools come with each call",
}
"""Keys of an endpoint that LibreChat once had; old files still hold them."""

GONE_FLAGS = {"reasoningEffortMap": "`thinkingLevelMap` of the model took its place"}
"""Flags of `compat` that pi once had."""


def check_shape(document: Document) -> list[Problem]:
    """Tell of unknown and missing keys, of wrong types and of values out of bounds."""
    return [problem for error in violations(document) for problem in problems_of(document, error)]


def violations(document: Document) -> Iterator[ValidationError]:
    """Give each way in which a document is not as the schema wants it."""
    for error in validator().iter_errors(document.value):
        yield from told_apart(error)


def told_apart(error: ValidationError) -> Iterator[ValidationError]:
    """Give what is wrong within the branches that a value of several types may be of."""
    branches = meant(error) if error.validator == "anyOf" else []
    for branch in branches:
        yield from told_apart(branch)
    if not branches:
        yield error


@cache
def validator() -> Draft202012Validator:
    """Make the validator once."""
    return Draft202012Validator(json_schema())


def problems_of(document: Document, error: ValidationError) -> Iterator[Problem]:
    """Put one violation into words that quote no value of the file."""
    path: Path = tuple(error.absolute_path)
    rule: Any = error.validator_value
    match error.validator:
        case "additionalProperties":
            yield from unknown_keys(document, path, error)
        case "required":
            yield from missing_keys(document, path, error)
        case "type":
            kinds = [rule] if isinstance(rule, str) else rule
            yield wrong_type(document, path, kinds, error.instance)
        case "anyOf":
            yield from no_branch(document, path, error)
        case "enum":
            choices = [str(choice) for choice in rule]
            message = f"{subject(path)} must be {' or '.join(f'`{each}`' for each in choices)}"
            yield document.problem(path, message, did_you_mean(str(error.instance), choices))
        case "minLength" | "minItems":
            yield document.problem(path, f"{subject(path)} must not be empty")
        case limit:
            yield document.problem(path, f"{subject(path)} must be {bound(str(limit), rule)}")


def unknown_keys(document: Document, path: Path, error: ValidationError) -> Iterator[Problem]:
    """Tell of each key the schema does not know, with the nearest it knows."""
    known = known_to(error)
    for key in unknown_in(error):
        where = subject(path) if path else "this file"
        gone = GONE if is_entry(path) else GONE_FLAGS if path[-1:] == ("compat",) else {}
        if key in gone:
            message = f"`{key}` has no effect any more: {gone[key]}"
            level = Level.WARNING
            hint = "remove it"
        else:
            message = f"{shown(key)} is not a key of {where}"
            level = Level.ERROR
            hint = did_you_mean(key, known)
        yield document.problem((*path, key), message, hint, level=level, is_about_key=True)


def unknown_in(error: ValidationError) -> list[str]:
    """List the keys of a mapping that its schema does not know."""
    known = known_to(error)
    is_root = not error.absolute_path
    keys: Any = error.instance
    return [
        key for key in keys if key not in known and not (is_root and key.startswith(FREE_PREFIX))
    ]


def known_to(error: ValidationError) -> dict[str, Any]:
    """Give the keys a mapping may have."""
    schema: Any = error.schema
    known: dict[str, Any] = schema["properties"]
    return known


def missing_keys(document: Document, path: Path, error: ValidationError) -> Iterator[Problem]:
    """Tell of the key a mapping lacks, unless a misspelt one stands there in its place."""
    known = known_to(error)
    present: Any = error.instance
    required: Any = error.validator_value
    misspelt = {nearest(key, known) for key in present if key not in known}
    for key in required:
        is_this_one = error.message.startswith(f"{key!r} ")
        if is_this_one and key not in present and key not in misspelt:
            yield document.problem(path, f"{subject(path)} lacks `{key}`")


def wrong_type(document: Document, path: Path, kinds: list[str], value: object) -> Problem:
    """Tell that a value is of another type than the key wants."""
    message = f"{subject(path)} must be {wanted(kinds)}, not {describe(value)}"
    is_null = value is None
    return document.problem(path, message, remedy(kinds, value), is_about_key=is_null)


def no_branch(document: Document, path: Path, error: ValidationError) -> Iterator[Problem]:
    """Tell that a value is of none of the types it may be of."""
    kinds = [str(branch.validator_value) for branch in error.context or []]
    yield wrong_type(document, path, kinds, error.instance)


def meant(error: ValidationError) -> list[ValidationError]:
    """Give the branches of the type that a value has; none where it has another."""
    branches = error.context or []
    return [branch for branch in branches if branch.validator != "type" or branch.relative_path]


def is_entry(path: Path) -> bool:
    """Say whether a path leads to one custom endpoint."""
    return path[:2] == ("endpoints", "custom") and len(path) == 3


def bound(limit: str, value: object) -> str:
    """Put a numeric bound into words."""
    match limit:
        case "minimum":
            return f"at least {value}" if value else "zero or more, not negative"
        case "exclusiveMinimum":
            return f"greater than {value}"
        case _:  # the schema has no other bounds than these and `maximum`
            return f"at most {value}"
