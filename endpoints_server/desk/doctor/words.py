"""What an answer says, as far as it can be understood whoever sent it."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from endpoints_server.upstream.observed.exchanges import Exchanged
from endpoints_server.wires import sse

LONGEST_WORDS = 300
NAMES = ("message", "detail", "msg", "title", "error")
LARGEST_EVENT_BYTES = 1024 * 1024


def first_object(exchange: Exchanged) -> Mapping[str, Any]:
    """Give the first JSON object of an answer, whole or in a stream; empty where there is none."""
    return next(objects_in(exchange.head), {})


def objects_in(head: bytes) -> Iterator[Mapping[str, Any]]:
    """Give the JSON objects that an answer is made of, as far as they are complete."""
    splitter = sse.Splitter(LARGEST_EVENT_BYTES)
    try:
        events = [sse.payload(event) for event in (*splitter.feed(head), splitter.close())]
    except sse.Oversized:
        events = []
    for text in (head, *head.splitlines(), *events):
        decoded = decode(text)
        found = decoded[0] if isinstance(decoded, list) and decoded else decoded
        if isinstance(found, dict):
            yield found


def decode(text: bytes) -> object:
    """Read JSON; None where it is none."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def error_in(exchange: Exchanged) -> Mapping[str, Any]:
    """Give the error object of an answer, which stands under `error` or is the body itself."""
    body = first_object(exchange)
    error = body.get("error")
    return error if isinstance(error, dict) else body


def words_of(exchange: Exchanged) -> str:
    """Give the upstream's own words about an error, as far as they are about anything."""
    return whole_words(exchange)[:LONGEST_WORDS]


def whole_words(exchange: Exchanged) -> str:
    """Give the upstream's own words about an error, else what it sent."""
    error = error_in(exchange)
    said = next((error[name] for name in NAMES if error.get(name)), None)
    if said is None:
        return exchange.head.decode(errors="replace").strip()
    return said if isinstance(said, str) else msgspec.json.encode(said).decode()


def answered(exchange: Exchanged) -> str:
    """Say what came: the status, and the upstream's words."""
    words = whole_words(exchange)
    return f"answered {exchange.status}: {words}" if words else f"answered {exchange.status}"


def says_any(exchange: Exchanged, *words: str) -> bool:
    """Say whether an error has any of some words in it, whatever their case."""
    error = error_in(exchange)
    told = " ".join(str(value) for value in (words_of(exchange), *error.values())).lower()
    return any(word in told for word in words)
