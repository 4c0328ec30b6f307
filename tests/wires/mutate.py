"""Bytes that were good, spoiled by chance: in their JSON, in their text, in their order."""

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from tests.wires.hostile import VALUES, places, planted

SPICE = (
    *(b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\\ud83d", b"\\u0000", b"\n"),
    *(b"\r\n\r\n", b"\n\n", b"data:", b"data: [DONE]\n\n", b"event: error\n", b": x\n\n"),
    *(b"null", b"1e400", b"-0", b'"', b"{", b"}", b"[", b"]", b",", b":", b"{}"),
    *(b'{"error":{"message":5}}', b'"type":"error",', b'"index":-1,', b'"index":99999999999,'),
    *(b'"content":null,', b'"role":"nobody",'),
)
RAW = list(VALUES.values())
PREFIX = b"data: "
Spoil = Callable[[bytes, Random], bytes]


def spoiled(data: bytes, chance: Random) -> bytes:
    """Spoil bytes once or a few times."""
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        data = chance.choice(SPOILS)(data, chance)
    return data


def plant(data: bytes, chance: Random) -> bytes:
    """Put something else in place of a value, in a body or in one event of a stream."""
    lines = data.split(b"\n")
    told = [place for place, line in enumerate(lines) if line.startswith(PREFIX + b"{")]
    if not told:
        return planted_by(data, chance)
    place = chance.choice(told)
    lines[place] = PREFIX + planted_by(lines[place][len(PREFIX) :], chance)
    return b"\n".join(lines)


def planted_by(body: bytes, chance: Random) -> bytes:
    """Put something else in place of a value of one JSON text."""
    try:
        fields: Any = json.loads(body)
    except (ValueError, RecursionError):
        return body
    found = list(places(fields))
    if not isinstance(fields, dict) or not found:
        return body
    return planted(fields, chance.choice(found), chance.choice(RAW))


def drop_key(data: bytes, chance: Random) -> bytes:
    """Misspell a key, so that it is missing and another is unknown."""
    marks = [place for place in range(len(data) - 1) if data[place : place + 2] == b'":']
    if not marks:
        return data
    place = chance.choice(marks)
    return data[:place] + b"X" + data[place:]


def insert(data: bytes, chance: Random) -> bytes:
    """Put something in between."""
    place = chance.randint(0, len(data))
    return data[:place] + chance.choice(SPICE) + data[place:]


def cut_out(data: bytes, chance: Random) -> bytes:
    """Leave something out."""
    place = chance.randint(0, len(data))
    return data[:place] + data[place + chance.randint(1, 40) :]


def cut_off(data: bytes, chance: Random) -> bytes:
    """Stop in the middle."""
    return data[: chance.randint(0, len(data))]


def repeat(data: bytes, chance: Random) -> bytes:
    """Say something twice."""
    pieces = data.split(b"\n\n")
    place = chance.randrange(len(pieces))
    return b"\n\n".join([*pieces[:place], pieces[place], *pieces[place:]])


def swap(data: bytes, chance: Random) -> bytes:
    """Say things in another order."""
    pieces = data.split(b"\n\n")
    one, other = chance.randrange(len(pieces)), chance.randrange(len(pieces))
    pieces[one], pieces[other] = pieces[other], pieces[one]
    return b"\n\n".join(pieces)


def flip(data: bytes, chance: Random) -> bytes:
    """Change a byte."""
    if not data:
        return data
    place = chance.randrange(len(data))
    return data[:place] + bytes((chance.randrange(256),)) + data[place + 1 :]


SPOILS: Sequence[Spoil] = (
    *(plant, plant, plant, drop_key, insert, cut_out, cut_off, repeat, swap, flip),
)
