"""A script that Redis runs at one stroke, by the name that it gives it."""

import hashlib


class Script:
    """The text, in Lua, and its digest, by which Redis knows it once it has seen it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
