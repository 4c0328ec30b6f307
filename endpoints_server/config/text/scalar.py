"""Plain YAML text as LibreChat's parser types it: YAML 1.2 core, and dates."""

import re

from msgspec import Struct

NULL = re.compile(r"|~|null|Null|NULL")
TRUE = re.compile(r"true|True|TRUE")
FALSE = re.compile(r"false|False|FALSE")
DECIMAL = re.compile(r"[-+]?[0-9]+")
PREFIXED = re.compile(r"[-+]?0(?:b[01]+|o[0-7]+|x[0-9a-fA-F]+)")
FLOAT = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?"
    r"(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?"
)
LONGEST_NUMBER = 400


class Date(Struct, frozen=True):
    """What YAML reads as a date; no key wants one."""

    text: str


Scalar = None | bool | int | float | str | Date


def read_plain(text: str) -> Scalar:
    """Type an unquoted scalar; `1_000`, `yes` and `12:30:45` stay text."""
    if NULL.fullmatch(text):
        return None
    if TRUE.fullmatch(text):
        return True
    if FALSE.fullmatch(text):
        return False
    if DATE.fullmatch(text):
        return Date(text)
    return read_number(text)


def read_number(text: str) -> int | float | str:
    """Type what may be a number; text that is none, or too long to be meant as one, stays text."""
    if len(text) > LONGEST_NUMBER:
        return text
    if DECIMAL.fullmatch(text):
        return int(text)
    if PREFIXED.fullmatch(text):
        return int(text, 0)
    if FLOAT.fullmatch(text):
        return float(text)
    if SPECIAL.fullmatch(text):
        return float(text.replace(".", ""))
    return text
