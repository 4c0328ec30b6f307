"""Which known name somebody meant."""

from collections.abc import Iterable
from difflib import get_close_matches

from endpoints_server.config.problem import shown

SYNONYMS = {"model": "models", "url": "baseURL", "key": "apiKey", "type": "provider"}
CLOSE_ENOUGH = 0.6


def nearest(word: str, known: Iterable[str]) -> str:
    """Give the known name nearest to a word, or nothing; case and separators count little."""
    by_letters = {letters_of(name): name for name in sorted(known)}
    letters = letters_of(word)
    if letters in by_letters:
        return by_letters[letters]
    meant = SYNONYMS.get(letters, "")
    if meant in by_letters.values():
        return meant
    close = get_close_matches(letters[:100], by_letters, 1, CLOSE_ENOUGH)
    return by_letters[close[0]] if close else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Suggest the nearest known name, or nothing."""
    name = nearest(word, known)
    return f"did you mean {shown(name)}?" if name else ""


def letters_of(word: str) -> str:
    """Spell a name in lower case without separators."""
    return word.lower().replace("_", "").replace("-", "").replace(" ", "")
