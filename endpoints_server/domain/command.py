"""A program that gives a secret when it is run."""

from msgspec import Struct


class Command(Struct, frozen=True):
    """A program and its arguments, run as they stand and without a shell; never prints them."""

    argv: tuple[str, ...]

    def __repr__(self) -> str:
        return "Command(…)"
