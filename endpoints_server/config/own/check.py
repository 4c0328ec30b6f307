"""What an endpoint that a person brings may not say, though the file may."""

from collections.abc import Iterator
from typing import Any

from endpoints_server.config.checks.models import listed, name_at, placed_models
from endpoints_server.config.checks.shape import GONE
from endpoints_server.config.checks.variables import is_literal
from endpoints_server.config.expand import USER_PROVIDED
from endpoints_server.config.problem import Problem, shown
from endpoints_server.config.text.document import Document, Path
from endpoints_server.config.values.command import is_command
from endpoints_server.domain.address.read import read_address
from endpoints_server.domain.endpoint import address_secrets
from endpoints_server.domain.fault import Failed

MOST_MODELS = 200
LONGEST_NAME = 64
LONGEST_MODEL = 256
BESIDE = frozenset({"apiKey", "expiresAt"})
"""What is sent with an endpoint and is no part of it."""
MOST_HEADERS = 20
LONGEST_HEADER = 4096
UNSET = frozenset(
    {
        *("host", "connection", "keep-alive", "upgrade", "te", "trailer", "expect"),
        *("content-length", "content-encoding", "content-type", "transfer-encoding"),
        *("proxy-authorization", "proxy-connection"),
    }
)
"""Headers that are the connection's own, or the body's."""
UNLABELLED = "steps and reasoning are not labelled here"
LEFT_OUT = {
    "titleEndpoint": "an endpoint of your own makes its titles itself",
    "maxToolResultChars": "tool results are passed on whole",
    "apiKeyPreview": "it is written by LibreChat's admin panel",
    **dict.fromkeys(
        (
            *("activityLabel", "activityModel", "activityEndpoint", "activityPrompt"),
            *("activityMaxPerRun", "activityCharLimit", "activityPhaseLabel"),
            *("activityPhaseModel", "activityPhaseEndpoint", "activityPhasePrompt"),
            *("activityPhaseMaxPerRun", "reasoningLabel", "reasoningLabelModel"),
            *("reasoningLabelEndpoint", "reasoningLabelPrompt", "reasoningLabelMinChars"),
            *("reasoningLabelUpdateChars", "reasoningLabelUpdateIntervalMs"),
            "reasoningLabelMaxPerRun",
        ),
        UNLABELLED,
    ),
    **GONE,
}
"""Keys of an endpoint of the file that have no place in one of a person's own, and why."""
FILLED_IN = ("${", "{{LIBRECHAT_", "<<LIBRECHAT_")
"""What begins something that is filled in where the administrator writes it."""


def is_reference(key: str) -> bool:
    """Say whether what was given as a key stands for one that an administrator would have."""
    is_named = key.startswith("$") and key.removeprefix("$").isidentifier()
    is_filled = any(mark in key for mark in FILLED_IN)
    return is_named or is_filled or key == USER_PROVIDED or is_command(key)


def left_out(document: Document) -> Iterator[Problem]:
    """Tell of keys that only the file may have."""
    keys: Any = document.value
    for key in keys:
        if key in LEFT_OUT:
            message = f"{shown(key)} has no place here: {LEFT_OUT[key]}"
            yield document.problem((key,), message, "leave it out", is_about_key=True)


def check_own(document: Document, entry: Path) -> Iterator[Problem]:
    """Tell of everything that only the file may say, and of what is past the bounds."""
    yield from check_name(document, (*entry, "name"))
    yield from check_address(document, (*entry, "baseURL"))
    yield from check_models(document, entry)
    yield from check_headers(document, (*entry, "headers"))
    said: Any = document.get(entry)
    for key in said:
        if not is_literal(key):
            yield from check_literal(document, (*entry, key))


def check_name(document: Document, path: Path) -> Iterator[Problem]:
    """Tell of a name that is too long, or that cannot be shown."""
    name = document.get(path)
    if not isinstance(name, str):
        return
    if not name.isprintable() or name != name.strip():
        yield document.problem(path, "`name` must be printable, without space around it")
    elif len(name) > LONGEST_NAME:
        yield document.problem(path, f"`name` must have at most {LONGEST_NAME} characters")


def check_address(document: Document, path: Path) -> Iterator[Problem]:
    """Tell of an address that is none, or that holds what only a key should."""
    address = document.get(path)
    if not isinstance(address, str) or not address:
        return
    if address == USER_PROVIDED:
        hint = "give the address itself, such as https://api.example.com/v1"
        yield document.problem(path, "`user_provided` is no address: this one is yours", hint)
        return
    try:
        read_address(address)
    except Failed as failed:
        message = failed.fault.message.rstrip(".").replace("The address", "the address")
        yield document.problem(path, message)
        return
    if any(address_secrets(address)):
        message = "`baseURL` may have no query but `api-version`, for it is shown and kept as it is"
        yield document.problem(path, message, "a key goes into `apiKey`")


def check_models(document: Document, entry: Path) -> Iterator[Problem]:
    """Tell of too many models, of names that cannot be shown, and of other addresses or headers."""
    places = list(listed(document, entry))
    if len(places) > MOST_MODELS:
        message = f"there are {len(places)} models; an endpoint of your own has {MOST_MODELS}"
        path = (*entry, "models", "default")
        yield document.problem(path, message, "`models.fetch: true` lists any number")
    for place in places:
        name = name_at(document, place)
        if not name.isprintable() or len(name) > LONGEST_MODEL:
            message = f"the name of a model is printable, with at most {LONGEST_MODEL} characters"
            yield document.problem(place, message)
    for place in placed_models(document, entry):
        item: Any = document.get(place)
        for key in ("baseUrl", "headers"):
            if isinstance(item, dict) and item.get(key):
                message = f"{shown(key)} has no place in a model of an endpoint of your own"
                yield document.problem((*place, key), message, "leave it out", is_about_key=True)


def check_headers(document: Document, path: Path) -> Iterator[Problem]:
    """Tell of headers that are nobody's to set, of commands, and of too many or too much."""
    headers: Any = document.get(path)
    if not isinstance(headers, dict):
        return
    if len(headers) > MOST_HEADERS:
        yield document.problem(path, f"there are at most {MOST_HEADERS} headers")
    for name, value in headers.items():
        place, text = (*path, name), str(value)
        if name.lower() in UNSET:
            message = f"{shown(name)} is not yours to set: it belongs to the connection or the body"
            yield document.problem(place, message, "leave it out", is_about_key=True)
        if is_command(text):
            message = "no command is run here: the value begins with `!`"
            yield document.problem(place, message, "send the value itself")
        if len(text) > LONGEST_HEADER:
            message = f"a header has at most {LONGEST_HEADER} characters"
            yield document.problem(place, message)


def check_literal(document: Document, path: Path) -> Iterator[Problem]:
    """Tell of text that would be filled in if an administrator had written it."""
    match document.get(path):
        case dict() as mapping:
            for key in mapping:
                yield from check_literal(document, (*path, key))
        case list() as items:
            for number in range(len(items)):
                yield from check_literal(document, (*path, number))
        case str() as text if any(mark in text for mark in FILLED_IN):
            message = "nothing is filled in here: `${…}` and `{{LIBRECHAT_…}}` are for the file"
            yield document.problem(path, message, "write the text itself")
        case _:  # numbers, truth values, null, and text that is meant as it stands
            return
