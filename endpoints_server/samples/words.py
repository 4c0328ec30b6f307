"""Lists of words, as they read best."""


def words(text: str) -> frozenset[str]:
    """Give the words of a line."""
    return frozenset(text.split())
