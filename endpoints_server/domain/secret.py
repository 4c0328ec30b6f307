"""A string that does not print itself."""

from hmac import compare_digest
from typing import NoReturn

MASK = "•••"
SHOWN_CHARACTERS = 4
SHOWN_FROM_LENGTH = 12


class Secret:
    """Holds a credential; every way of turning it into text gives a mask, save `reveal`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Give the value itself, for the one place that sends or stores it."""
        return self._value

    def ending(self) -> str:
        """Give the last four characters, or only the mask where that would tell too much."""
        if len(self._value) < SHOWN_FROM_LENGTH:
            return MASK
        return MASK + self._value[-SHOWN_CHARACTERS:]

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return MASK

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")
