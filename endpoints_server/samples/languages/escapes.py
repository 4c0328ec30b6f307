"""The escapes of a string, which most languages share."""

import re

ESCAPE = re.compile(
    r"\\(?:u\{(?P<point>[0-9a-fA-F]{1,6})\}|[xuU](?P<hex>(?<=x)[0-9a-fA-F]{2}|(?<=u)[0-9a-fA-F]{4}"
    r"|(?<=U)[0-9a-fA-F]{8})|(?P<octal>[0-7]{1,3})|(?P<sign>.))",
    re.DOTALL,
)
SIGNS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "a": "\a", "e": "\x1b"}
SURROGATES = range(0xD800, 0xE000)
"""Halves of a sign, which no text can carry alone."""
LAST_POINT = 0x10FFFF


def unescape(text: str) -> str:
    """Undo the escapes of a string; a line's end that is escaped is none."""
    return ESCAPE.sub(sign_of, text)


def sign_of(found: re.Match[str]) -> str:
    """Give the sign that an escape stands for."""
    if found["sign"]:
        return SIGNS.get(found["sign"], "" if found["sign"] == "\n" else found["sign"])
    number = int(found["octal"], 8) if found["octal"] else int(found["point"] or found["hex"], 16)
    return chr(number) if number <= LAST_POINT and number not in SURROGATES else ""
