"""Where titles are asked for: at an endpoint that is there, of a model that is known."""

from collections.abc import Iterator

from endpoints_server.config.checks.models import name_of
from endpoints_server.config.checks.nearest import did_you_mean
from endpoints_server.config.naming import slug_of
from endpoints_server.config.problem import Level, Problem, shown
from endpoints_server.config.text.document import Document, Path
from endpoints_server.domain.title import CURRENT_MODEL

ALL: Path = ("endpoints", "all")


def check_titles(document: Document, entry: Path) -> Iterator[Problem]:
    """Tell of an endpoint's `titleEndpoint` and `titleModel` that lead nowhere known."""
    asked = entry_that_makes(document, entry)
    if asked is None:
        yield from unknown_endpoint(document, entry)
    yield from unlisted_model(document, entry, asked or entry)


def entry_that_makes(document: Document, entry: Path) -> Path | None:
    """Find the entry that makes an endpoint's titles; None where the name is nobody's."""
    name = setting(document, entry, "titleEndpoint") or setting(document, ALL, "titleEndpoint")
    if not name:
        return entry
    entries = document.get(("endpoints", "custom"))
    for number in range(len(entries) if isinstance(entries, list) else 0):
        path: Path = ("endpoints", "custom", number)
        if slug_of(setting(document, path, "name")) == slug_of(name):
            return path
    return None


def unknown_endpoint(document: Document, entry: Path) -> Iterator[Problem]:
    """Warn of an endpoint that is not there; the conversation's own then makes the titles."""
    place = entry if setting(document, entry, "titleEndpoint") else ALL
    name = setting(document, place, "titleEndpoint")
    entries = document.get(("endpoints", "custom"))
    count = len(entries) if isinstance(entries, list) else 0
    names = [setting(document, ("endpoints", "custom", each), "name") for each in range(count)]
    message = f"there is no endpoint {shown(name)}; each makes its titles itself"
    hint = did_you_mean(name, [each for each in names if each])
    yield document.problem((*place, "titleEndpoint"), message, hint, level=Level.WARNING)


def unlisted_model(document: Document, entry: Path, asked: Path) -> Iterator[Problem]:
    """Note a model that the endpoint does not list: it may have it all the same."""
    name = setting(document, entry, "titleModel")
    models = document.get((*asked, "models", "default"))
    is_open = document.get((*asked, "models", "fetch")) is True
    if not name or name == CURRENT_MODEL or is_open or not isinstance(models, list):
        return
    if name not in map(name_of, models):
        message = f"the model {shown(name)} is not among the models of the endpoint that is asked"
        hint = "where the endpoint lacks it too, there are no titles"
        yield document.problem((*entry, "titleModel"), message, hint, level=Level.NOTE)


def setting(document: Document, place: Path, key: str) -> str:
    """Give a setting that is text, else nothing."""
    value = document.get((*place, key))
    return value if isinstance(value, str) else ""
