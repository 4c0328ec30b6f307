"""A YAML document as plain values, with the place of every key and value."""

from collections.abc import Mapping
from pathlib import Path as FilePath

from msgspec import Struct

from endpoints_server.config.problem import Level, Problem

Path = tuple[str | int, ...]


class Mark(Struct, frozen=True, order=True):
    """A place in the text; both count from one."""

    line: int
    column: int


class Document(Struct, frozen=True, kw_only=True):
    """What a file holds.

    `values` and `keys` give the place of the value, and of its key, at a path; `texts` the numbers
    as they were written.
    """

    file: str
    value: object
    values: Mapping[Path, Mark]
    keys: Mapping[Path, Mark]
    texts: Mapping[Path, str]

    def problem(
        self,
        path: Path,
        message: str,
        suggestion: str = "",
        *,
        level: Level = Level.ERROR,
        is_about_key: bool = False,
    ) -> Problem:
        """Make a problem that points at the value of a path, or at its key."""
        mark = self.key_mark(path) if is_about_key else self.mark(path)
        return Problem(
            file=self.file,
            line=mark.line,
            column=mark.column,
            message=message,
            suggestion=suggestion,
            level=level,
        )

    def mark(self, path: Path) -> Mark:
        """Give the place of a value, or of the nearest thing around it that has one."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Mark(1, 1))

    def key_mark(self, path: Path) -> Mark:
        """Give the place of the key a value stands under, or of the value where it has none."""
        return self.keys.get(path) or self.mark(path)

    def get(self, path: Path) -> object:
        """Give the value at a path, or None where there is none."""
        value = self.value
        for step in path:
            match value, step:
                case dict(), str():
                    value = value.get(step)
                case list(), int() if step < len(value):
                    value = value[step]
                case _:  # the path leads nowhere
                    return None
        return value


class Source(Struct, frozen=True):
    """The text of a file, and the name problems give it."""

    file: str
    text: str


def name_of(path: FilePath) -> str:
    """Name a file in problems: as it was asked for."""
    return str(path)
