"""Whether a key is the text of an example, left where a key belongs."""

WORDS = (
    *("your", "example", "changeme", "change-me", "change_me", "placeholder", "insert", "replace"),
    *("api-key", "api_key", "apikey", "xxxx", "...", "…", "<", ">", "{", "}", "todo"),
)
LONGEST_WORD = 40
"""A longer text is no words that somebody wrote."""


def is_placeholder(key: str) -> bool:
    """Say whether a key is words rather than a key."""
    text = key.lower()
    return len(text) <= LONGEST_WORD and any(word in text for word in WORDS)
