"""Variables are filled in wherever an endpoint's text may hold them."""

from collections.abc import Mapping

from msgspec.structs import replace

from endpoints_server.config.checks.nearest import did_you_mean
from endpoints_server.config.expand import DENIED, Expansion, expand
from endpoints_server.config.problem import Problem, shown
from endpoints_server.config.text.document import Document, Path
from endpoints_server.config.values.command import is_command, literal
from endpoints_server.config.values.template import fill_template

LITERAL_KEYS = frozenset({"name", "customParams"})
FREE = frozenset({"addParams", "samplingParams", "samplingParamsByThinkingLevel", "compat"})
"""Keys below which any name may stand."""

ESCAPED = "$!"
"""Begins a text that begins with an exclamation mark and is no command."""

KEYS = "apiKeys"
"""Where the further keys of an endpoint stand."""

PROSE = ("Prompt", "PromptTemplate")


def fill_in(
    document: Document, environ: Mapping[str, str], *, is_template: bool = False
) -> tuple[Document, dict[str, str], list[Problem]]:
    """Fill in the variables of every endpoint; gives the document, what was used, and problems.

    Names, prompts and the parameter panel are left as they are written. With `is_template` keys and
    headers are in pi's syntax, and nothing else is looked at.
    """
    filler = _Filler(document, environ, is_template=is_template)
    entries = document.get(("endpoints", "custom"))
    if not isinstance(document.value, dict) or not isinstance(entries, list):
        return document, {}, []
    filled = [
        filler.entry(entry, ("endpoints", "custom", number)) for number, entry in enumerate(entries)
    ]
    endpoints = document.value["endpoints"] | {"custom": filled}
    if "all" in endpoints:
        endpoints["all"] = filler.entry(endpoints["all"], ("endpoints", "all"))
    value = document.value | {"endpoints": endpoints} | filler.server(document.get(("server",)))
    return replace(document, value=value), filler.used, filler.problems


class _Filler:
    """Walks one endpoint after another; keeps what was used and what was missing."""

    def __init__(
        self, document: Document, environ: Mapping[str, str], *, is_template: bool
    ) -> None:
        self.document = document
        self.environ = environ
        self.is_template = is_template
        self.used: dict[str, str] = {}
        self.problems: list[Problem] = []

    def entry(self, entry: object, path: Path) -> object:
        """Fill in one endpoint."""
        if not isinstance(entry, dict):
            return entry
        return {
            key: value if is_literal(key) else self.value(value, (*path, key))
            for key, value in entry.items()
        }

    def server(self, server: object) -> dict[str, object]:
        """Fill in the further keys of endpoints; gives the block, if there is one to fill in."""
        overrides = server.get("endpoints") if isinstance(server, dict) else None
        if not isinstance(server, dict) or not isinstance(overrides, dict) or self.is_template:
            return {}
        filled = {
            name: override | {KEYS: self.value(override[KEYS], ("server", "endpoints", name, KEYS))}
            if isinstance(override, dict) and KEYS in override
            else override
            for name, override in overrides.items()
        }
        return {"server": server | {"endpoints": filled}}

    def value(self, value: object, path: Path) -> object:
        """Fill in one value and all below it."""
        match value:
            case str():
                return self.text(value, path)
            case list():
                return [self.value(item, (*path, number)) for number, item in enumerate(value)]
            case dict():
                return {key: self.value(part, (*path, key)) for key, part in value.items()}
            case _:  # numbers, truth values and null hold no text
                return value

    def text(self, text: str, path: Path) -> str:
        """Fill in one text; what holds no dollar sign stays as it is, spaces included."""
        if is_value(path):
            return self.valued(text, path)
        if self.is_template or ("$" not in text and "baseURL" not in path):
            return text
        return self.noted(expand(text, self.environ), path)

    def valued(self, text: str, path: Path) -> str:
        """Fill in a key or a header, unless it is a command; what comes of it never is one."""
        if is_command(text):
            return text
        if self.is_template:
            return literal(self.noted(fill_template(text, self.environ), path))
        said = text.removeprefix("$") if text.startswith(ESCAPED) else text
        return literal(self.noted(expand(said, self.environ, has_bare=True), path))

    def noted(self, expansion: Expansion, path: Path) -> str:
        """Take a text that was filled in; notes what was used and what was missing."""
        self.used |= {name: self.environ[name] for name in expansion.used}
        self.problems += [self.unset(name, path) for name in expansion.missing]
        return expansion.text

    def unset(self, name: str, path: Path) -> Problem:
        """Tell of a variable that cannot be filled in."""
        if not name.strip():
            return self.document.problem(path, "`${` names no variable", "write `$$` for a `$`")
        if name in DENIED:
            return self.document.problem(path, f"`{name}` is a secret no endpoint may be given")
        names = [known for known, value in self.environ.items() if value and known not in DENIED]
        default = "" if self.is_template else f", or write `${{{shown(name)[1:-1]}:-default}}`"
        hint = did_you_mean(name, names) or f"set it{default}"
        return self.document.problem(path, f"the variable {shown(name)} is not set", hint)


def is_value(path: Path) -> bool:
    """Say whether a path leads to a key or a header, which may be a command or hold `$NAME`."""
    is_header = len(path) > 1 and path[-2] == "headers"
    is_key = path[-1] == "apiKey" or path[-2:-1] == (KEYS,)
    return (is_header or is_key) and not FREE.intersection(path)


def is_literal(key: str) -> bool:
    """Say whether a key's text is taken as it is written."""
    return key in LITERAL_KEYS or key.endswith(PROSE)
