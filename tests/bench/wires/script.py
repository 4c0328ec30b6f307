"""What is asked and answered in a benchmark on one wire, as bytes made once."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

import msgspec
from msgspec import Struct

MODEL = "{model}"
MARK = b"brown fox"
"""Stands once in every chunk of a stream, and in every whole answer."""
WORDS = "the quick brown fox jumps over the lazy dog and rests for a while by the warm river bank "
FILLER = "a lazy dog sleeps in the sun and dreams of rivers, of banks and of long warm afternoons "
CHUNK_TEXT = WORDS + FILLER[:35]
PROMPT_TOKENS = 119
TOKENS = 130
TOKENS_PER_CHUNK = 30
PACE = re.compile(r"-d(\d+)-n(\d+)")


class Pace(Struct, frozen=True):
    """How a stream goes: seconds between its chunks, and how many."""

    delay_seconds: float
    chunks: int


class Script(Struct, frozen=True, kw_only=True, eq=False):
    """One wire's part: the whole answer, and a stream's opening, one chunk, its closing and end.

    `path` is of a model, or of any where it names none; `streaming_path` where streams have one of
    their own. `ask` makes the body of a request out of what is said in it. `tokens` is how the wire
    writes the count of answered tokens, up to the number; `echoes` how often a stream tells every
    word once more when it ends.
    """

    path: str
    streaming_path: str = ""
    ask: Callable[[str], Mapping[str, object]]
    stream_options: Mapping[str, object] = {}
    whole: bytes
    opening: bytes
    chunk: bytes
    closing: str
    tokens: bytes
    end: bytes
    echoes: int = 0

    def path_of(self, model: str, *, is_stream: bool) -> str:
        """Give the path of a request."""
        path = self.streaming_path if is_stream and self.streaming_path else self.path
        return path.replace(MODEL, model)


class Expected(Struct, frozen=True, kw_only=True):
    """What a right answer holds: so many chunks, each with its mark and so often again, this count
    of tokens, this at its very end."""

    chunks: int
    tokens: bytes
    end: bytes
    echoes: int = 0

    @property
    def marks(self) -> int:
        """How many marks that makes."""
        return self.chunks * (1 + self.echoes)


@lru_cache
def pace(model: str) -> Pace:
    """Read the pace out of a model's name, as in `mock-d10-n100`: 100 chunks, 10 ms apart."""
    found = PACE.search(model)
    return Pace(int(found[1]) / 1000, int(found[2])) if found else Pace(0, 100)


@lru_cache
def closing(script: Script, chunks: int) -> bytes:
    """Write the end of a stream of so many chunks, usage included."""
    tokens = chunks * TOKENS_PER_CHUNK
    told = {"tokens": tokens, "total": tokens + PROMPT_TOKENS, "text": CHUNK_TEXT * chunks}
    return (script.closing % told).encode()


def question(script: Script, model: str, *, is_stream: bool) -> bytes:
    """Write the body of a request: half a kilobyte of talk."""
    asked = script.ask(FILLER * 2)
    if MODEL in script.path:
        return msgspec.json.encode(asked)
    if is_stream:
        asked = {**asked, **script.stream_options}
    return msgspec.json.encode({"model": model, "stream": is_stream, **asked})


def expected(script: Script, model: str, *, is_stream: bool) -> Expected:
    """Say what the answer to a question must hold."""
    if not is_stream:
        chunks = script.whole.count(MARK)
        return Expected(chunks=chunks, tokens=script.tokens + b"130", end=b"}")
    chunks = pace(model).chunks
    tokens = script.tokens + str(chunks * TOKENS_PER_CHUNK).encode()
    return Expected(chunks=chunks, tokens=tokens, end=script.end, echoes=script.echoes)


def numbered(text: str) -> str:
    """Let the numbers among a closing's blanks be numbers in its JSON."""
    return re.sub(r'"(%\(\w+\)d)"', r"\1", text)


def event(value: object, name: str = "") -> bytes:
    """Write one server-sent event."""
    line = f"event: {name}\n".encode() if name else b""
    return line + b"data: " + msgspec.json.encode(value) + b"\n\n"
