"""Keys that stand in a file become variables, so that what is written holds none."""

import re
from functools import cache
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct, field

from endpoints_server.config.expand import DENIED
from endpoints_server.config.importing.words import words
from endpoints_server.config.importing.written import Report
from endpoints_server.config.models_json.vendors import names, read_vendor, vendor_at
from endpoints_server.config.problem import MASK, shown
from endpoints_server.config.text.document import Path
from endpoints_server.config.values.template import doubled

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
OTHERS = re.compile(r"[^A-Z0-9]+")
PRIVATE = words(
    "authorization auth key keys apikey token secret password passwd cookie credential credentials"
    " pass pwd signature"
)
"""Words in the name of what nobody may see."""

KEYLESS = words(
    "none empty dummy fake fake-key not-needed not_needed anything null na n/a ollama lm-studio"
    " lmstudio local placeholder no-key nokey"
)
"""What people write where a key is asked for and none is needed."""

WORDS = re.compile(r"[^A-Za-z]+")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Secrets(Struct, kw_only=True):
    """The variables that stand for what was written out, each text under one name.

    Those that are `taken` stand for something else already.
    """

    report: Report
    taken: frozenset[str] = frozenset()
    names: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return "Secrets(…)"

    def hide(self, text: str, path: Path, variable: str) -> str:
        """Refer to a text by a variable, and say which one is to be set; the text is not told."""
        if text not in self.names:
            self.names[text] = self.free(variable)
        name = self.names[text]
        subject = next((shown(step) for step in reversed(path) if isinstance(step, str)), "it")
        message = f"{subject} is written out here: set `{name}` to it, to which the YAML refers"
        self.report.warn(path, message)
        return f"${{{name}}}"

    def free(self, variable: str) -> str:
        """Give a name that stands for nothing else yet."""
        taken = {*self.names.values(), *self.taken}
        free, number = variable, 2
        while free in taken:
            free, number = f"{variable}_{number}", number + 1
        return free

    def shielded(self, text: str, path: Path, name: str, variable: str) -> str:
        """Write a text as it is, unless its name or its look says that it may be a secret."""
        return self.hide(text, path, variable) if is_private(name, text) else doubled(text)


def is_private(name: str, text: object) -> bool:
    """Say whether a value may be a secret, by what it is called and what it looks like."""
    if not PRIVATE.isdisjoint(split_name(name)):
        return True
    return isinstance(text, str) and (shown(text) == f"`{MASK}`" or is_telling(text))


def is_telling(address: str) -> bool:
    """Say whether there is a secret in an address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    said = [("password", parts.password or ""), *parse_qsl(parts.query)]
    return any(is_private(name, "") and text and "$" not in text for name, text in said)


def split_name(name: str) -> list[str]:
    """Give the words of a name, in small letters."""
    return WORDS.split(CAMEL.sub(" ", name).lower())


def key_variable(name: str, address: str) -> str:
    """Name the variable of a key: the vendor's usual one at its own address alone.

    That one may be set already, and what it holds must not go to another host.
    """
    vendor = vendor_at(address)
    usual = vendor.variables if vendor else ()
    return usual[0] if usual else variable_of(name, "api", "key")


def variable_of(*words: str) -> str:
    """Make the name of a variable out of words; never one that has a meaning already."""
    made = OTHERS.sub("_", "_".join(words).upper()).strip("_")
    name = made if NAME.fullmatch(made) else f"KEY_{made}".rstrip("_")
    return f"MY_{name}" if name in DENIED | usual_variables() else name


@cache
def usual_variables() -> frozenset[str]:
    """Name the variables that the keys of vendors are usually in."""
    return frozenset(each for vendor in names() for each in read_vendor(vendor).variables)
