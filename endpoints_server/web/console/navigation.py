"""The navigation: one line for each page."""

from msgspec import Struct


class Place(Struct, frozen=True):
    """A page by its title and its path."""

    title: str
    path: str


PAGES = (
    Place("Overview", "/console"),
    Place("Usage", "/console/usage"),
    Place("Budgets", "/console/budgets"),
    Place("Keys", "/console/keys"),
    Place("My keys", "/console/my-keys"),
)
