"""What the endpoints of a file are: unique, reachable, priced in numbers."""

from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urlsplit

from endpoints_server.config.checks.compat import check_compat
from endpoints_server.config.checks.headers import check_headers
from endpoints_server.config.checks.models import check_models
from endpoints_server.config.checks.nearest import did_you_mean
from endpoints_server.config.checks.panel import check_panel, note_unsent
from endpoints_server.config.checks.plain import check_plain
from endpoints_server.config.checks.titles import check_titles
from endpoints_server.config.checks.wording import describe
from endpoints_server.config.expand import USER_PROVIDED
from endpoints_server.config.naming import is_built_in, is_like_built_in, slug_of
from endpoints_server.config.problem import Level, Problem, shown
from endpoints_server.config.schema.wire import SWITCH, SWITCHED_WIRE, USUAL_WIRE, WIRES
from endpoints_server.config.text.document import Document, Path

UNDER_THE_OWN = frozenset({"headers", "baseURL"})
"""Keys of `endpoints.all` that win over nothing."""
COMPLETE_PATHS = ("/chat/completions", "/messages", "/responses")
OWN_PATHS = {"openai_chat": "/chat/completions", "openai_responses": "/responses"}
"""What a base may end in, by the wire it is one of."""


def check_endpoints(document: Document, others: Sequence[str] = ()) -> list[Problem]:
    """Check each endpoint on its own and against the others; values are already expanded.

    `others` are names of endpoints that come from elsewhere.
    """
    entries = document.get(("endpoints", "custom"))
    problems = [*check_any(document), *check_names(document), *check_overrides(document, others)]
    problems += check_headers(document, ("endpoints", "all"))
    for number in range(len(entries) if isinstance(entries, list) else 0):
        problems += check_entry(document, ("endpoints", "custom", number))
    return problems


def check_any(document: Document) -> Iterator[Problem]:
    """Tell of a block that holds nothing, as of one whose keys are all commented out."""
    if document.get(("endpoints",)) == {}:
        message = "`endpoints` must hold at least one key"
        yield document.problem(("endpoints",), message, "begin with `custom:`", is_about_key=True)


def check_entry(document: Document, entry: Path) -> list[Problem]:
    """Check one endpoint on its own."""
    return [problem for check in CHECKS for problem in check(document, entry)]


def names_of(document: Document) -> Iterator[tuple[Path, str]]:
    """Give the name of each endpoint that has one, with its path."""
    entries = document.get(("endpoints", "custom"))
    for number in range(len(entries) if isinstance(entries, list) else 0):
        path = ("endpoints", "custom", number, "name")
        name = document.get(path)
        if isinstance(name, str) and name:
            yield path, name


def check_names(document: Document) -> Iterator[Problem]:
    """Tell of names that are taken: by a built-in endpoint, or by an earlier one."""
    seen: dict[str, int] = {}
    for path, name in names_of(document):
        slug = slug_of(name)
        if is_built_in(name):
            message = f"{shown(name)} is the name of a built-in endpoint, which LibreChat would use"
            yield document.problem(path, message, f"choose another, such as `My {name}`")
        elif is_like_built_in(name):
            message = f"{shown(name)} is but for its case the name of a built-in endpoint"
            hint = "it is served here, where LibreChat may use its own instead"
            yield document.problem(path, message, hint, level=Level.WARNING)
        if slug in seen:
            message = f"the name {shown(name)} is taken in line {seen[slug]}"
            hint = f"case and punctuation do not count: both are {shown(slug)}"
            yield document.problem(path, message, hint)
        seen.setdefault(slug, document.mark(path).line)


def check_key(document: Document, entry: Path) -> Iterator[Problem]:
    """Tell of a key that is nothing but white space once its variables are filled in."""
    key = document.get((*entry, "apiKey"))
    if isinstance(key, str) and key and not key.strip():
        yield document.problem((*entry, "apiKey"), "the key is blank")


def check_address(document: Document, entry: Path) -> Iterator[Problem]:
    """Tell of an address that is none, or that already holds what is appended."""
    path = (*entry, "baseURL")
    address = document.get(path)
    if not isinstance(address, str) or address in ("", USER_PROVIDED) or "${" in address:
        return
    try:
        parts = urlsplit(address)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        is_address = False
    if not is_address or any(character.isspace() for character in address):
        yield document.problem(path, "`baseURL` must be an http or https address")
    elif address.rstrip("/").endswith(complete_paths(document, entry)):
        message = "`baseURL` is a complete address; a path would be appended to it again"
        hint = "cut it after `/v1`, or set `directEndpoint: true`"
        yield document.problem(path, message, hint, level=Level.WARNING)


def complete_paths(document: Document, entry: Path) -> tuple[str, ...]:
    """Give the ends of an address that tell of a mistake; none where it is taken as it is."""
    if is_direct(document, entry):
        return ()
    provider = document.get((*entry, "provider"))
    if provider is None:
        is_switched = document.get((*entry, "addParams", SWITCH)) is True
        provider = SWITCHED_WIRE if is_switched else USUAL_WIRE
    own = OWN_PATHS.get(WIRES.get(str(provider), ""))
    return tuple(path for path in COMPLETE_PATHS if path != own)


def is_direct(document: Document, entry: Path) -> bool:
    """Say whether an endpoint's address is the exact one."""
    return document.get((*entry, "directEndpoint")) is True


def check_parameters(document: Document, entry: Path) -> Iterator[Problem]:
    """Tell of values in `addParams` that no request can carry, and of a wrong `web_search`."""
    yield from check_plain(document, (*entry, "addParams"))
    path = (*entry, "addParams", "web_search")
    parameters = document.get((*entry, "addParams"))
    if isinstance(parameters, dict) and "web_search" in parameters:
        value = parameters["web_search"]
        if not isinstance(value, bool):
            message = f"`web_search` must be `true` or `false`, not {describe(value)}"
            yield document.problem(path, message)


def note_overridden(document: Document, entry: Path) -> Iterator[Problem]:
    """Note what an endpoint says in vain, since `endpoints.all` says something else."""
    said, shared = document.get(entry), document.get(("endpoints", "all"))
    if not isinstance(said, dict) or not isinstance(shared, dict):
        return
    for key in said.keys() & shared.keys() - UNDER_THE_OWN:
        if said[key] != shared[key]:
            message = f"{shown(key)} stands in `endpoints.all` too, which wins"
            yield document.problem((*entry, key), message, level=Level.NOTE, is_about_key=True)


def check_rates(document: Document, entry: Path) -> Iterator[Problem]:
    """Tell of rates that are no finite number."""
    yield from check_plain(document, (*entry, "tokenConfig"))


def check_overrides(document: Document, others: Sequence[str]) -> Iterator[Problem]:
    """Tell of settings in `server.endpoints` for an endpoint there is not."""
    overrides = document.get(("server", "endpoints"))
    if not isinstance(overrides, dict):
        return
    names = [*(name for _, name in names_of(document)), *others]
    slugs = {slug_of(name) for name in names}
    for key in overrides:
        if slug_of(key) not in slugs:
            hint = did_you_mean(key, names)
            path = ("server", "endpoints", key)
            message = f"there is no endpoint {shown(key)}"
            yield document.problem(path, message, hint, is_about_key=True)


CHECKS: tuple[Callable[[Document, Path], Iterator[Problem]], ...] = (
    check_key,
    check_address,
    check_headers,
    check_models,
    check_compat,
    check_panel,
    note_unsent,
    check_parameters,
    check_rates,
    check_titles,
    note_overridden,
)
