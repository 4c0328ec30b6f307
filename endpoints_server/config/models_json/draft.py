"""An entry in the making: values of one document, moved to where the YAML has them."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from endpoints_server.config.text.document import Document, Mark, Path

ENTRY: Path = ("endpoints", "custom", 0)
"""Where the one entry of a draft stands."""


class Draft:
    """Gathers an entry; every part of it keeps the place that it has in its source."""

    def __init__(self, source: Document, home: Path) -> None:
        self.entry: dict[str, Any] = {}
        self._source = source
        self._values: dict[Path, Mark] = {ENTRY: source.mark(home)}
        self._keys: dict[Path, Mark] = {ENTRY: source.key_mark(home)}
        self._texts: dict[Path, str] = {}

    def take(self, path: Path, origin: Path) -> None:
        """Put what stands at a place of the source to a place of the entry, as it is."""
        self.set(path, self._source.get(origin), origin)
        self._move(self._source, origin, path)

    def borrow(self, path: Path, lender: Document, origin: Path) -> None:
        """Put a part of another document to a place of the entry; its places stay behind."""
        self.set(path, lender.get(origin), ())
        self._move(lender, origin, path, has_places=False)

    def set(self, path: Path, value: object, origin: Path) -> None:
        """Put a value to a place of the entry; problems with it point to a place of the source."""
        place: Any = self.entry
        for step, following in pairwise(path):
            if isinstance(place, dict):
                place = place.setdefault(step, [] if isinstance(following, int) else {})
            else:
                place = place[step]
        if isinstance(place, list) and path[-1] == len(place):
            place.append(value)
        else:
            place[path[-1]] = value
        if origin:
            self._values[(*ENTRY, *path)] = self._source.mark(origin)
            self._keys[(*ENTRY, *path)] = self._source.key_mark(origin)

    def document(self, server: Mapping[str, object]) -> Document:
        """Give a document that holds the entry alone, beside a `server` block."""
        return Document(
            file=self._source.file,
            value={"server": dict(server), "endpoints": {"custom": [self.entry]}},
            values=self._values,
            keys=self._keys,
            texts=self._texts,
        )

    def _move(self, source: Document, origin: Path, path: Path, *, has_places: bool = True) -> None:
        """Note for all that was put to a path what its own document knows of it."""
        for below in paths_in(source.get(origin)):
            there, here = (*origin, *below), (*ENTRY, *path, *below)
            if there in source.texts:
                self._texts[here] = source.texts[there]
            if has_places and there in source.values:
                self._values[here] = source.values[there]
            if has_places and there in source.keys:
                self._keys[here] = source.keys[there]


def paths_in(value: object) -> Iterator[Path]:
    """Give the path of everything in a value, its own among them."""
    yield ()
    inner: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for step, part in inner:
        for path in paths_in(part):
            yield (step, *path)
