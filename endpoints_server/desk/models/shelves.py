"""The lists that belong to people, so many and no more."""

from collections import OrderedDict
from collections.abc import Callable, Iterator

from endpoints_server.desk.models.kept import Kept
from endpoints_server.domain.catalog import Catalog

MOST_PEOPLE = 1000
MOST_MODELS = 200_000
"""In all lists together; who has not looked for longest is forgotten first."""
MOST_CATALOGS = 64

Shelf = dict[str, Kept]
"""A person's lists, by the slug of their endpoint."""


class Shelves:
    """Keeps a shelf of lists for each person, and the catalogs of those who asked last."""

    def __init__(self) -> None:
        self._shelves: OrderedDict[str, Shelf] = OrderedDict()
        self._catalogs: OrderedDict[str, tuple[Catalog, Catalog]] = OrderedDict()

    def __iter__(self) -> Iterator[Shelf]:
        return iter(self._shelves.values())

    def find(self, person_id: str) -> Shelf | None:
        """Give a person's shelf, if there is one."""
        return self._shelves.get(person_id)

    def get(self, person_id: str) -> Shelf:
        """Give a person's shelf, made if need be, and keep it longest of all."""
        shelf = self._shelves.setdefault(person_id, {})
        self._shelves.move_to_end(person_id)
        return shelf

    def trim(self) -> None:
        """Forget whole shelves until there are not too many, nor too much on them."""
        count = sum(size(shelf) for shelf in self)
        while len(self._shelves) > MOST_PEOPLE or (count > MOST_MODELS and len(self._shelves) > 1):
            person_id, shelf = self._shelves.popitem(last=False)
            self._catalogs.pop(person_id, None)
            count -= size(shelf)

    def forget_catalog(self, person_id: str) -> None:
        """Have a person's catalog made anew."""
        self._catalogs.pop(person_id, None)

    def catalog(self, person_id: str, shared: Catalog, make: Callable[[], Catalog]) -> Catalog:
        """Give a person's catalog; it is made anew when what all share has changed."""
        known = self._catalogs.get(person_id)
        if known is None or known[0] is not shared:
            known = self._catalogs[person_id] = (shared, make())
        self._catalogs.move_to_end(person_id)
        if len(self._catalogs) > MOST_CATALOGS:
            self._catalogs.popitem(last=False)
        return known[1]


def size(shelf: Shelf) -> int:
    """Count the models on a shelf."""
    return sum(len(kept.models or ()) for kept in shelf.values())
