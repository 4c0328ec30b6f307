"""The lists that belong to people, so many and no more."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from operator import is_

from endpoints_server.desk.models.kept import Kept, question
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.domain.fault import Failed, Fault, Kind

MOST_PEOPLE = 1000
MOST_MODELS = 200_000
"""In all lists together; who has not looked for longest is forgotten first."""
MOST_OWN_MODELS = 5000
"""In the lists of all endpoints that one person brought."""
MOST_CATALOGS = 64

Shelf = dict[str, Kept]
"""A person's lists, by the place of their endpoint."""
MadeOf = tuple[object, object]
"""What all share and what the person brought, of which a catalog is made; told by identity."""


class Shelves:
    """Keeps a shelf of lists for each person, and the catalogs of those who asked last."""

    def __init__(self) -> None:
        self._shelves: OrderedDict[str, Shelf] = OrderedDict()
        self._catalogs: OrderedDict[str, tuple[MadeOf, Catalog]] = OrderedDict()

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

    def has_catalog(self, person_id: str, made_of: MadeOf) -> bool:
        """Say whether a person's catalog is there, made of these very things."""
        known = self._catalogs.get(person_id)
        return known is not None and all(map(is_, known[0], made_of))

    def catalog(self, person_id: str, made_of: MadeOf, make: Callable[[], Catalog]) -> Catalog:
        """Give a person's catalog; it is made anew when it would be made of something else."""
        if not self.has_catalog(person_id, made_of):
            self._catalogs[person_id] = (made_of, make())
        known = self._catalogs[person_id]
        self._catalogs.move_to_end(person_id)
        if len(self._catalogs) > MOST_CATALOGS:
            self._catalogs.popitem(last=False)
        return known[1]


def require_room(shelf: Shelf, kept: Kept, count: int) -> None:
    """Refuse a list of an endpoint of a person's own that would make too many of theirs."""
    others = (each for each in shelf.values() if each.endpoint.owner and each is not kept)
    in_all = count + sum(len(each.models or ()) for each in others)
    if kept.endpoint.owner and in_all > MOST_OWN_MODELS:
        message = f"The lists of a person's own endpoints have {MOST_OWN_MODELS} models at most."
        raise Failed(Fault(kind=Kind.BAD_REQUEST, message=message))


def size(shelf: Shelf) -> int:
    """Count the models on a shelf."""
    return sum(len(kept.models or ()) for kept in shelf.values())


def find_list(shelf: Shelf, endpoint: Endpoint) -> Kept | None:
    """Give the list of an endpoint, unless it was asked for otherwise than it would be now."""
    kept = shelf.get(endpoint.place)
    is_same = kept is not None and question(kept.endpoint) == question(endpoint)
    return kept if is_same else None


def keep_same(shelf: Shelf, endpoints: Iterable[Endpoint]) -> None:
    """Keep those of a person's lists that are asked for as before."""
    served = {endpoint.place: endpoint for endpoint in endpoints}
    for place, kept in list(shelf.items()):
        endpoint = served.get(place)
        if endpoint is None or question(endpoint) != question(kept.endpoint):
            del shelf[place]
            continue
        kept.endpoint = endpoint
