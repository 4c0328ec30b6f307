"""A text that only stands for a key: words, runs of one sign, sequences, brackets."""

import re
from itertools import groupby, pairwise

from endpoints_server.samples.words import words

MARKS = re.compile(r"\.{2,}|…|\*{2,}|•|[<>{}\[\]\s]|[^\x00-\x7f]")
VARIABLE = re.compile(r"[A-Z]+[0-9]*(?:_[A-Z]+[0-9]{0,2}|_[0-9]{1,2})+")
PIECE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
SEPARATOR = re.compile(r"[^A-Za-z0-9]+")
WORDS = words(
    "a abc access account actual add api apikey asdf auth bearer bogus change changeme"
    " changethis client credential demo dummy empty enter example fake fill foo bar baz from"
    " generated get goes here hidden id in insert invalid is it key keys local me mock my"
    " mykey needed no none not null openai of ollama paste placeholder personal provided put"
    " qwerty random real redacted replace required sample secret secretkey some something"
    " string studio test testing the this todo token tokens undefined unused use user value"
    " with xxx xxxx xyz you your yourapikey yourkey yours yourtoken"
)
TELLING = words(
    "apikey api_key changeme change dummy example fake insert key placeholder replace"
    " redacted sample secret test token your"
)
SAID_INSIDE = (
    *("your", "apikey", "changeme", "dummy", "example", "placeholder", "replace", "insert"),
    *("redacted", "qwerty", "asdf", "secretkey", "testkey", "keyhere", "token"),
)
LONGEST_RUN = 5
LONGEST_NUMBER = 8
SEQUENCE_SHARE = 0.5
SPOKEN_SHARE = 0.65


def is_placeholder(text: str) -> bool:
    """Say whether a text only stands for a key."""
    return bool(
        MARKS.search(text)
        or VARIABLE.fullmatch(text)
        or says_so(text)
        or is_monotone(text)
        or is_sequence(text)
    )


def says_so(text: str) -> bool:
    """Say whether a text has a word in it that says it is no key, or nothing but words."""
    pieces = [piece.lower() for piece in SEPARATOR.split(text) if piece]
    if any(piece in TELLING for piece in pieces):
        return True
    if any(word in piece for piece in pieces if piece.isalpha() for word in SAID_INSIDE):
        return True
    if any(piece.startswith(("your", "insert", "replace", "change")) for piece in pieces):
        return True
    return all(is_word(piece) for piece in SEPARATOR.split(text) if piece)


def is_word(piece: str) -> bool:
    """Say whether a piece reads as a word, a year or a version."""
    if piece.isdigit():
        return len(piece) < LONGEST_NUMBER
    parts = PIECE.findall(piece)
    if all(word.lower() in WORDS or word.isdigit() for word in parts):
        return True
    if piece.isalpha() and all(len(word) > 2 and has_vowels(word) for word in parts):
        return True
    spoken = sum(len(word) for word in parts if len(word) > 3 and has_vowels(word))
    is_camel = piece != piece.lower() and piece != piece.upper()
    return is_camel and spoken >= SPOKEN_SHARE * len(piece)


def has_vowels(piece: str) -> bool:
    """Say whether a piece could be spoken."""
    return len(piece) < 3 or sum(sign in "aeiouy" for sign in piece.lower()) * 5 >= len(piece)


def is_monotone(text: str) -> bool:
    """Say whether one sign goes on and on."""
    return max((len(list(same)) for _, same in groupby(text)), default=0) >= LONGEST_RUN


def is_sequence(text: str) -> bool:
    """Say whether most signs are the next of the one before, as in `abcdef` and `12345`."""
    signs = [sign for sign in text.lower() if sign.isalnum()]
    steps = [ord(after) - ord(before) for before, after in pairwise(signs)]
    known = sum(step in (1, -1, -9) for step in steps)
    return bool(steps) and known >= SEQUENCE_SHARE * len(steps)
