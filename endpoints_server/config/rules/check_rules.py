"""What the file rules of money and calls, beyond its shape: that every rule can take effect."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo, available_timezones

from endpoints_server.config.checks.endpoints import names_of
from endpoints_server.config.checks.nearest import did_you_mean
from endpoints_server.config.checks.plain import check_plain
from endpoints_server.config.checks.wording import subject
from endpoints_server.config.naming import slug_of
from endpoints_server.config.problem import Level, Problem, shown
from endpoints_server.config.text.document import Document, Path

SERVER: Path = ("server",)
MOST_USD = 10**9
LEAST_USD = 5e-10
"""What is less is rounded to nothing."""
LONGEST_NAME = 64
RULES = ("budgets", "limits", "groups")
CEILINGS = ("requestsPerMinute", "tokensPerMinute", "concurrent")


def check_rules(document: Document, others: Sequence[str] = ()) -> list[Problem]:
    """Tell of zones, endpoints and models that nobody knows, and of rules that rule nothing.

    `others` are the names of endpoints that stand in another file.
    """
    problems = [*check_zone(document)]
    for home in homes(document):
        for kind in RULES:
            problems += check_names(document, (*home, kind))
        for path in rules_in(document, (*home, "budgets")):
            problems += [*check_budget(document, path), *check_scope(document, path, others)]
        for path in rules_in(document, (*home, "limits")):
            problems += [*check_limit(document, path), *check_scope(document, path, others)]
    return problems


def homes(document: Document) -> Iterator[Path]:
    """Give the places that rules stand in: the server's own, and each group's."""
    yield SERVER
    yield from rules_in(document, (*SERVER, "groups"))


def rules_in(document: Document, path: Path) -> Iterator[Path]:
    """Give the path of each rule below one."""
    rules = document.get(path)
    if isinstance(rules, dict):
        yield from ((*path, name) for name in rules)


def check_names(document: Document, path: Path) -> Iterator[Problem]:
    """Tell of names that no header can carry, or that accounts could be mixed up by."""
    kind = str(path[-1]).removesuffix("s")
    for place in rules_in(document, path):
        name = str(place[-1])
        if not name.strip():
            yield document.problem(place, f"a {kind} lacks a name", is_about_key=True)
        elif len(name) > LONGEST_NAME or not name.isprintable() or "|" in name:
            message = (
                f"the name of a {kind} has 1 to {LONGEST_NAME} printable characters, and no `|`"
            )
            yield document.problem(place, message, is_about_key=True)


def check_zone(document: Document) -> Iterator[Problem]:
    """Tell of a time zone that this machine does not know."""
    path = (*SERVER, "timeZone")
    name = document.get(path)
    if not isinstance(name, str) or name == "UTC":
        return
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        message = f"{shown(name)} is not a time zone that this machine knows"
        yield document.problem(path, message, did_you_mean(name, available_timezones()))


def check_budget(document: Document, path: Path) -> Iterator[Problem]:
    """Tell of an amount nobody can count with, and of two spans at once."""
    yield from check_plain(document, (*path, "usd"))
    usd = document.get((*path, "usd"))
    if isinstance(usd, (int, float)) and not isinstance(usd, bool):
        if usd < 0:
            message = f"{subject(('usd',))} must be zero or more, not negative"
            yield document.problem((*path, "usd"), message)
        elif 0 < usd < LEAST_USD:
            message = f"{subject(('usd',))} is less than a billionth of a USD, so it would be zero"
            yield document.problem((*path, "usd"), message)
        elif MOST_USD < usd < float("inf"):
            message = f"{subject(('usd',))} is above a thousand million USD"
            yield document.problem((*path, "usd"), message)
    has_span = document.get((*path, "per")) not in (None, "never")
    if has_span and document.get((*path, "rollingSeconds")) is not None:
        message = "`rollingSeconds` and `per` are two different spans"
        yield document.problem((*path, "rollingSeconds"), message, "remove one of them")


def check_limit(document: Document, path: Path) -> Iterator[Problem]:
    """Warn of a limit that limits nothing."""
    rule = document.get(path)
    if isinstance(rule, dict) and not any(key in rule for key in CEILINGS):
        message = f"the limit {shown(str(path[-1]))} limits nothing"
        hint = f"give it one of {', '.join(CEILINGS)}"
        yield document.problem(path, message, hint, level=Level.WARNING, is_about_key=True)


def check_scope(document: Document, path: Path, others: Sequence[str]) -> Iterator[Problem]:
    """Tell of an endpoint there is not, and warn of a model that no list holds."""
    names = [*(name for _, name in names_of(document)), *others]
    endpoint, model = document.get((*path, "endpoint")), document.get((*path, "model"))
    is_named = isinstance(endpoint, str) and endpoint != ""
    if is_named and slug_of(str(endpoint)) not in {slug_of(name) for name in names}:
        message = f"there is no endpoint {shown(str(endpoint))}"
        yield document.problem((*path, "endpoint"), message, did_you_mean(str(endpoint), names))
        return
    offered = None if others else models_of(document, slug_of(str(endpoint)) if is_named else "")
    if isinstance(model, str) and model and offered is not None and model not in offered:
        message = f"no endpoint here lists the model {shown(model)}, so the rule counts nothing"
        hint = did_you_mean(model, offered)
        yield document.problem((*path, "model"), message, hint, level=Level.WARNING)


def models_of(document: Document, slug: str) -> set[str] | None:
    """Give the models that may be asked for; None where an endpoint lists its own."""
    found: set[str] = set()
    for path, name in names_of(document):
        if slug not in ("", slug_of(name)):
            continue
        entry = path[:-1]
        if document.get((*entry, "models", "fetch")) is True:
            return None
        listed = document.get((*entry, "models", "default"))
        for model in listed if isinstance(listed, list) else ():
            found.add(str(model.get("name") if isinstance(model, dict) else model))
    return found
