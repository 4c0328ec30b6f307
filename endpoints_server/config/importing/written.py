"""What every import has in common: the YAML in its order, free names, and the proof of entries."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from endpoints_server.config.checks.endpoints import check_entry
from endpoints_server.config.checks.money import check_money
from endpoints_server.config.checks.shape import check_shape
from endpoints_server.config.checks.variables import fill_in
from endpoints_server.config.edit.assume import Assumed
from endpoints_server.config.edit.place import VERSION
from endpoints_server.config.naming import is_like_built_in, slug_of
from endpoints_server.config.problem import Level, Problem
from endpoints_server.config.text.document import Document, Path, Source
from endpoints_server.config.text.dump import dumped
from endpoints_server.config.text.flatten import read_document
from endpoints_server.config.text.scalar import Date

ORDER = ("name", "provider", "apiKey", "baseURL", "directEndpoint", "headers", "models")


class Written(Struct, frozen=True, kw_only=True):
    """The YAML, empty where the file cannot be read, and what there is to say."""

    yaml: str = ""
    report: tuple[Problem, ...] = ()


class Report:
    """What there is to say of a file, each thing at its place."""

    def __init__(self, document: Document, problems: Iterable[Problem] = ()) -> None:
        self.document = document
        self.problems = list(problems)

    def note(self, path: Path, message: str) -> None:
        """Note something that changes little."""
        self.tell(path, message, Level.NOTE)

    def warn(self, path: Path, message: str) -> None:
        """Warn of something that is lost."""
        self.tell(path, message, Level.WARNING)

    def tell(self, path: Path, message: str, level: Level) -> None:
        """Tell something at the key that a place is named by."""
        problem = self.document.problem(path, message, level=level, is_about_key=True)
        self.problems.append(problem)

    def told(self) -> tuple[Problem, ...]:
        """Give all of it, each once, from top to bottom; what is of other files comes last."""
        own = self.document.file
        once = dict.fromkeys(self.problems)
        return tuple(sorted(once, key=lambda each: (each.file != own, each.line, each.column)))


def yaml_of(head: str, entries: list[dict[str, Any]], server: Mapping[str, Any]) -> str:
    """Write a whole file."""
    value: dict[str, Any] = {"version": VERSION, "endpoints": {"custom": entries}}
    return head + dumped(fresh(value | ({"server": dict(server)} if server else {})))


def fresh(value: Any) -> Any:
    """Copy a value part by part, so that nothing in the YAML is an alias of something else."""
    match value:
        case dict():
            return {key: fresh(part) for key, part in value.items()}
        case list() | tuple():
            return [fresh(part) for part in value]
        case Date():
            return value.text
        case _:  # text, numbers, truth values and null are never aliases
            return value


def in_order(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Put the keys of an entry in the order in which people read them."""
    first: dict[str, Any] = {key: entry[key] for key in ORDER if key in entry}
    return first | {key: value for key, value in entry.items() if key not in first}


def free_name(name: str, taken: Iterable[str]) -> str:
    """Give a name that no endpoint has, of LibreChat's own or of those that are written."""
    wanted = f"My {name}" if is_like_built_in(name) else name
    slugs = {slug_of(each) for each in taken}
    free, number = wanted, 2
    while slug_of(free) in slugs:
        free, number = f"{wanted} {number}", number + 1
    return free


def faults_of(entry: dict[str, Any]) -> list[Problem]:
    """Find what keeps an entry from being served, and would be told of it in the YAML."""
    yaml = yaml_of("", [entry], {})
    document, problems = read_document(Source("", yaml))
    if document is None:
        return problems
    problems += check_shape(document)
    if not problems:
        document, _, problems = fill_in(document, Assumed({}, yaml))
        problems += [*check_entry(document, ("endpoints", "custom", 0)), *check_money(document)]
    return [each for each in problems if each.level is Level.ERROR]
