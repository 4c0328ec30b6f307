"""A further endpoint for a file, and the proof that it is all that the file says differently."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.edit.assume import Assumed
from endpoints_server.config.edit.place import VERSION, Change, Entry, Unplaced, place
from endpoints_server.config.load import Loaded, load_bytes
from endpoints_server.config.naming import slug_of
from endpoints_server.config.prices import no_prices
from endpoints_server.config.problem import Level, Problem, shown
from endpoints_server.config.schema.settings import Settings
from endpoints_server.config.text.document import Document, Mark, Path, Source
from endpoints_server.config.text.flatten import read_document
from endpoints_server.config.text.read import decode
from endpoints_server.domain.catalog import Catalog

MARK = b"\xef\xbb\xbf"
HOLES: tuple[Path, ...] = (("endpoints",), ("endpoints", "custom"))
"""What may hold nothing, as the endpoint is to go there."""

BY_HAND = "put it there by hand"


class Reason(StrEnum):
    """Why an endpoint is not put into a file."""

    UNSOUND = "unsound"
    TAKEN = "taken"
    WRONG = "wrong"
    UNPLACED = "unplaced"


class NotAdded(Exception):
    """Nothing is to be written: the file or the endpoint has these problems, or there is no place.

    An `unsound` file has problems of its own; a `wrong` endpoint would be one.
    """

    def __init__(self, reason: Reason, *problems: Problem) -> None:
        super().__init__(reason)
        self.reason = reason
        self.problems = problems


class Added(Struct, frozen=True, kw_only=True):
    """A file with its further endpoint, and where that begins.

    `problems` are those of the endpoint, none of them an error.
    """

    content: bytes
    line: int
    column: int
    problems: tuple[Problem, ...] = ()


class Reading(Struct, frozen=True, kw_only=True):
    """What a text says: as plain values, and as settings where no problem is an error."""

    file: str
    text: str
    document: Document | None
    loaded: Loaded
    is_yaml: bool

    @property
    def errors(self) -> list[Problem]:
        """The problems that keep it from being used."""
        return [each for each in self.loaded.problems if each.level is Level.ERROR]

    @property
    def settings(self) -> Settings:
        """Its settings; there are none to speak of in a text that cannot be used."""
        return self.loaded.settings or Settings()


def add_endpoint(content: bytes, file: str, entry: Entry, environ: Mapping[str, str]) -> Added:
    """Put an endpoint behind those that the bytes of a file hold, which may be none.

    Variables need not be set. Raises NotAdded unless the outcome compiles, and differs from the old
    file in that endpoint alone.
    """
    text = decode(content, file)
    if isinstance(text, Problem):
        raise NotAdded(Reason.UNSOUND, text)
    source = Source(file, text)
    old = read(source, environ)
    refuse_unsound(old)
    refuse_taken(old, source, entry)
    change = placed(source, entry)
    result = change.made_in(text)
    added = read(Source(file, result), environ)
    line, column = where(change, added)
    lines = range(line, line + max(change.piece.count("\n"), 1))
    prove(old, added, entry, lines)
    return Added(
        content=(MARK if content.startswith(MARK) else b"") + result.encode(),
        line=line,
        column=column,
        problems=tuple(each for each in added.loaded.problems if is_within(each, added, lines)),
    )


def read(source: Source, environ: Mapping[str, str]) -> Reading:
    """Read a text as if every variable were set."""
    assumed = Assumed(environ, source.text)
    document, problems = read_document(source)
    return Reading(
        file=source.file,
        text=source.text,
        document=document,
        loaded=load_bytes(source.text.encode(), assumed, source.file),
        is_yaml=not problems,
    )


def refuse_unsound(old: Reading) -> None:
    """Refuse a file that cannot be used as it is, but for the want of an endpoint."""
    holes = set(holes_of(old.document)) if old.document and old.is_yaml else set()
    errors = [each for each in old.errors if Mark(each.line, each.column) not in holes]
    if errors:
        raise NotAdded(Reason.UNSOUND, *errors)


def holes_of(document: Document) -> list[Mark]:
    """Give the places where a key holds nothing, though it should."""
    empty = [path for path in HOLES if path in document.keys and not document.get(path)]
    return [mark for path in empty for mark in (document.mark(path), document.key_mark(path))]


def refuse_taken(old: Reading, source: Source, entry: Entry) -> None:
    """Refuse a name that is taken; case and punctuation do not count."""
    name = str(entry["name"])
    for number, other in enumerate(old.settings.endpoints.custom):
        if slug_of(other.name) == slug_of(name):
            path: Path = ("endpoints", "custom", number, "name")
            mark = old.document.mark(path) if old.document else Mark(1, 1)
            message = f"there is an endpoint {shown(other.name)} already"
            raise NotAdded(
                Reason.TAKEN, problem_at(source.file, mark, message, "choose another name")
            )


def placed(source: Source, entry: Entry) -> Change:
    """Find the place of an entry, in the line breaks that most of the file has."""
    try:
        change = place(source.text, entry)
    except Unplaced as unplaced:
        before = source.text[: unplaced.place]
        mark = Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))
        problem = problem_at(source.file, mark, str(unplaced), BY_HAND)
        raise NotAdded(Reason.UNPLACED, problem) from None
    if 2 * source.text.count("\r\n") <= source.text.count("\n"):
        return change
    piece = change.piece.replace("\r\n", "\n").replace("\n", "\r\n")
    return Change(change.start, change.end, piece)


def where(change: Change, added: Reading) -> tuple[int, int]:
    """Give the line and column at which the endpoint begins."""
    entries = added.settings.endpoints.custom
    path: Path = ("endpoints", "custom", own_count(added.document) - 1)
    if entries and added.document:
        mark = added.document.mark(path)
        return mark.line, mark.column
    return added.text[: change.start].count("\n") + 1, 1


def is_within(problem: Problem, reading: Reading, lines: range) -> bool:
    """Say whether a problem is one of these lines of a text."""
    return problem.file == reading.file and problem.line in lines


def own_count(document: Document | None) -> int:
    """Count the endpoints that stand in the file itself."""
    entries = document.get(("endpoints", "custom")) if document else None
    return len(entries) if isinstance(entries, list) else 0


def prove(old: Reading, added: Reading, entry: Entry, lines: range) -> None:
    """Refuse an outcome that cannot be used, or that says anything else but the endpoint."""
    is_meant = added.document and is_same(added.document.value, expected(old, entry))
    if is_meant and added.errors:
        is_own = any(is_within(each, added, lines) for each in added.errors)
        is_older = old.errors and not is_own
        raise NotAdded(Reason.UNSOUND if is_older else Reason.WRONG, *added.errors)
    if not is_meant or not is_as_before(old, added):
        message = "the endpoint cannot be put here without a change of something else"
        raise NotAdded(
            Reason.UNPLACED, problem_at(added.file, Mark(lines.start, 1), message, BY_HAND)
        )


def expected(old: Reading, entry: Entry) -> dict[str, object]:
    """Say what the file is to hold."""
    if old.document is None or not isinstance(old.document.value, dict) or not old.document.value:
        return {"version": VERSION, "endpoints": {"custom": [entry]}}
    endpoints = old.document.value.get("endpoints") or {}
    custom = [*(endpoints.get("custom") or []), entry]
    return old.document.value | {"endpoints": endpoints | {"custom": custom}}


def is_same(one: object, other: object) -> bool:
    """Compare plain values, in which 1, 1.0 and true are not the same."""
    match one, other:
        case dict(), dict():
            return one.keys() == other.keys() and all(
                is_same(part, other[key]) for key, part in one.items()
            )
        case list(), list():
            return len(one) == len(other) and all(map(is_same, one, other))
        case _:  # a leaf, or two of a kind that is not the same; what is no number equals nothing
            return type(one) is type(other) and repr(one) == repr(other)


def is_as_before(old: Reading, added: Reading) -> bool:
    """Say whether all that was served is served as it was; nothing was by a file with a hole."""
    if old.loaded.settings is None:
        return True
    before, after = compiled(old), compiled(added)
    slugs = {each.slug for each in before.endpoints}
    kept = tuple(each for each in after.endpoints if each.slug in slugs)
    return kept == before.endpoints and after.aliases == before.aliases


def compiled(reading: Reading) -> Catalog:
    """Compile what a text says."""
    return compile_catalog(reading.settings, "", no_prices)


def problem_at(file: str, mark: Mark, message: str, suggestion: str) -> Problem:
    """Make a problem that points at a mark."""
    return Problem(
        file=file, line=mark.line, column=mark.column, message=message, suggestion=suggestion
    )
