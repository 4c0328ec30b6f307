"""The `.env` beside the file: which variables it sets, and where; their values go nowhere."""

from collections.abc import Mapping
from io import StringIO

from dotenv.parser import parse_stream
from msgspec import Struct

from endpoints_server.config.problem import Level, Problem


class Variable(Struct, frozen=True, kw_only=True):
    """What a variable is set to, which is never printed, and in which line."""

    text: str
    line: int

    def __repr__(self) -> str:
        return "Variable(…)"


class Variables(Struct, frozen=True, kw_only=True):
    """The variables of a file; those that are set to nothing are not among them."""

    file: str = ".env"
    found: Mapping[str, Variable] = {}

    def text(self, name: str) -> str:
        """Give what a variable is set to, empty where it is not."""
        return self.found[name].text if name in self.found else ""

    def words(self, name: str) -> list[str]:
        """Give a list with commas between its words."""
        parts = (part.strip() for part in self.text(name).split(","))
        return list(dict.fromkeys(filter(None, parts)))

    def problem(self, name: str, message: str, level: Level) -> Problem:
        """Make a problem that points at a variable."""
        line = self.found[name].line if name in self.found else 1
        return Problem(file=self.file, line=line, message=message, level=level)


def read_variables(text: str, file: str) -> Variables:
    """Read the text of a `.env`; what is no line of one is passed over, as LibreChat does."""
    found: dict[str, Variable] = {}
    for binding in parse_stream(StringIO(text)):
        if binding.key and binding.value and binding.value.strip() and not binding.error:
            line = binding.original.line + leading_breaks(binding.original.string)
            found[binding.key] = Variable(text=binding.value.strip(), line=line)
    return Variables(file=file, found=found)


def leading_breaks(text: str) -> int:
    """Count the line breaks that stand before a binding."""
    return text[: len(text) - len(text.lstrip())].count("\n")
