"""What a program asks whose way of asking is not known: an address, headers and a body in it."""

from collections.abc import Iterable, Iterator
from typing import Any

from endpoints_server.samples.calls.options import pairs_of, plain, plain_values
from endpoints_server.samples.keys.kind import is_secret_name
from endpoints_server.samples.languages.value import Invocation, Program
from endpoints_server.samples.meaning.body import read_json
from endpoints_server.samples.meaning.credential import USUAL
from endpoints_server.samples.meaning.place import NO_ENDPOINT, read_place
from endpoints_server.samples.request import Request
from endpoints_server.samples.warning import WIRE_ASSUMED
from endpoints_server.samples.words import words

OF_BODY = frozenset({"model", "messages", "contents", "input", "Model", "Messages"})
SETTERS = words(
    "header addHeader setHeader setRequestProperty Set Add add set setRequestHeader"
    " defaultHeader TryAddWithoutValidation insert addRequestHeader AddHeader withHeader"
    " headers put append AddDefaultHeader"
)
KEY_STEPS = frozenset({"apikey", "token", "authtoken", "accesstoken"})
MODEL_STEPS = frozenset({"model", "modelname", "modelid", "defaultmodel"})
SCHEME_PAIR = "AuthenticationHeaderValue"
BEARERS = frozenset({"bearer_auth", "bearerAuth", "bearer", "setBearerAuth", "withToken", "token"})


def gather(program: Program) -> list[Request]:
    """Give the one request that the pieces of a program make."""
    url = next(addresses(program), None)
    if url is None:
        return []
    body = next(bodies(program), {})
    if not is_known(url):
        return built(program, url, body)
    told = tuple(dict(headers(program)).items())
    return [Request(url=url, headers=told, body=body)] if told or body else []


def built(program: Program, url: str, body: dict[str, Any]) -> list[Request]:
    """Give the request of a client that is built step by step, or by options of its own."""
    key = next(given_to(program, KEY_STEPS), None)
    model = body.get("model", body.get("Model", next(given_to(program, MODEL_STEPS), None)))
    names = " ".join(each.name for each in program.invocations).lower()
    is_anthropic = "anthropic" in names and "openai" not in names
    is_client = key is not None or "openai" in names or is_anthropic
    return [
        Request(
            url=url,
            wire=("anthropic" if is_anthropic else "openai") if is_client else None,
            headers=tuple(dict(headers(program)).items()),
            key=key,
            model=model if isinstance(model, str) else None,
            body={snake(name): value for name, value in body.items()},
        )
    ]


def snake(name: str) -> str:
    """Write a field of a structure as the API has it."""
    signs = (f"_{sign.lower()}" if sign.isupper() else sign for sign in name)
    return "".join(signs).removeprefix("_") if name[:1].isupper() else name


def given_to(program: Program, steps: frozenset[str]) -> Iterator[str]:
    """Give what the steps of a builder are given."""
    for each in program.invocations:
        first = next(iter(each.arguments), None)
        last = each.name.rpartition(".")[2]
        if plain(last).removeprefix("with").removeprefix("set") in steps and isinstance(first, str):
            yield first


def addresses(program: Program) -> Iterator[str]:
    """Give the addresses of a program that a wire is told by, then others."""
    texts = [text for text in texts_of(program) if text.startswith(("https://", "http://"))]
    known = [text for text in texts if is_known(text)]
    yield from known
    has_call = next(bodies(program), next(given_to(program, KEY_STEPS), None)) is not None
    yield from (text for text in texts if has_call and " " not in text)


def is_known(text: str) -> bool:
    """Say whether an address is one of a wire."""
    if " " in text or "\n" in text:
        return False
    place = read_place(text)
    is_refused = place.error is not None and place.error != NO_ENDPOINT
    return is_refused or (place.wire is not None and WIRE_ASSUMED not in place.warnings)


def texts_of(program: Program) -> Iterator[str]:
    """Give every text of a program."""
    yield from (value for value in program.values if isinstance(value, str))
    for each in program.invocations:
        yield from (value for value in each.arguments if isinstance(value, str))
        yield from (value for value in each.named.values() if isinstance(value, str))


def headers(program: Program) -> Iterator[tuple[str, str]]:
    """Give every header that is set: by a call, as a line of text, or in an object."""
    for each in program.invocations:
        name, given = each.name.rpartition(".")[2], each.arguments
        if name in SETTERS and len(given) == 2 and all(isinstance(part, str) for part in given):
            yield given[0], given[1]
        elif name == SCHEME_PAIR and len(given) == 2:
            yield "Authorization", f"{given[0]} {given[1]}"
        elif name in BEARERS and len(given) == 1 and isinstance(given[0], str):
            yield "Authorization", f"Bearer {given[0]}"
    for value in program.values:
        if isinstance(value, dict):
            yield from header_pairs(value)
        elif isinstance(value, str):
            yield from header_line(value)


def header_pairs(value: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Give the headers that an object holds, where one of them says that it holds headers."""
    names = [name.lower() for name in value]
    is_headers = any(name in USUAL or name == "content-type" for name in names)
    return pairs_of(value) if is_headers and not OF_BODY & set(names) else ()


def header_line(text: str) -> Iterable[tuple[str, str]]:
    """Give the header that a text is the line of."""
    name, separator, value = text.partition(": ")
    is_name = name.replace("-", "").isalnum() and ("-" in name or name.lower() in USUAL)
    is_header = bool(separator) and is_name and "\n" not in text
    return [(name, value)] if is_header or (separator and is_name and is_secret_name(name)) else []


def bodies(program: Program) -> Iterator[dict[str, Any]]:
    """Give every object that could be a body, the richest first."""
    found = [body for value in all_values(program) if (body := body_in(value)) is not None]
    yield from sorted(found, key=lambda body: len(OF_BODY & set(body)), reverse=True)


def all_values(program: Program) -> Iterator[Any]:
    """Give the values of a program, those given to calls among them."""
    yield from program.values
    for each in program.invocations:
        yield from each.arguments
        yield from each.named.values()
        yield each.options


def body_in(value: Any) -> dict[str, Any] | None:
    """Read a value as a body; None where it is none."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        value = read_json(value)
    if isinstance(value, Invocation):
        value = value.options
    is_body = isinstance(value, dict) and bool(OF_BODY & set(value))
    return plain_values(value) if is_body else None
