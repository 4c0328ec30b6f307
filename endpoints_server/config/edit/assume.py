"""The environment as if no variable were missing."""

from collections.abc import Iterator, Mapping

ADDRESS = "http://unset.invalid"
PORT = "1"


class Assumed(Mapping[str, str]):
    """Lays the environment over values that fit wherever a text has a variable."""

    def __init__(self, environ: Mapping[str, str], text: str) -> None:
        self._environ = environ
        self._text = text

    def __getitem__(self, name: str) -> str:
        """Give a variable, or what could stand in its place."""
        is_port = f":${{{name}" in self._text
        return self._environ.get(name) or (PORT if is_port else ADDRESS)

    def __iter__(self) -> Iterator[str]:
        """Name the variables that are set."""
        return iter(self._environ)

    def __len__(self) -> int:
        """Count the variables that are set."""
        return len(self._environ)
