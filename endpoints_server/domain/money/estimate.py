"""How many tokens a text would be, where no upstream said so; always flagged as an estimate."""

import re
from collections.abc import Iterable
from math import ceil

PIECES = re.compile(
    r"(?P<wide>[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])"
    r"|(?P<word>[A-Za-z]+)"
    r"|(?P<digits>[0-9]+)"
    r"|(?P<letters>[^\W\d_]+)"
    r"|(?P<symbol>[^\w\s])"
)
CHARACTERS_PER_TOKEN = {"wide": 1.3, "word": 6.0, "digits": 3.0, "letters": 2.5, "symbol": 1.6}
LONGEST_TEXT = 2_000_000


def estimate_tokens(texts: Iterable[str]) -> int:
    """Estimate by script: ideographs, words, digits, other letters and symbols weigh apart.

    A word is at least one token, a run of symbols shares some. Texts past two million characters
    are counted as four characters a token, so that the time stays bounded.
    """
    return ceil(sum(weigh(text) for text in texts))


def weigh(text: str) -> float:
    """Give the tokens of one text as a fraction."""
    if len(text) > LONGEST_TEXT:
        return len(text) / 4
    total = 0.0
    for piece in PIECES.finditer(text):
        kind = piece.lastgroup or "symbol"
        share = len(piece.group()) / CHARACTERS_PER_TOKEN[kind]
        total += max(1.0, share) if kind in ("word", "digits", "letters") else share
    return total
