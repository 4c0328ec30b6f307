"""The bundled facts of vendors, which stand in for pi's built-in providers."""

from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from endpoints_server.config.text.document import Document, Source
from endpoints_server.config.text.flatten import read_document
from endpoints_server.domain.vendors import Vendors

FOLDER = files("endpoints_server").joinpath("vendors")
INDEX = "index"
NAME, LIST, VARIABLES = "name", "list", "variables"
BESIDE = frozenset({NAME, LIST, VARIABLES})
"""What the facts say beside an entry."""


class ModelList(Struct, frozen=True, rename="camel"):
    """That a vendor lists its models, to everybody or with a key, and the beginning of its own."""

    needs_key: bool
    prefix: str = ""


class Vendor(Struct, frozen=True):
    """What is known of a vendor: an entry of the YAML, and the usual names of its key."""

    document: Document

    @property
    def entry(self) -> dict[str, Any]:
        """Its facts in the keys of an entry."""
        facts: Any = self.document.value
        return {key: value for key, value in facts.items() if key not in BESIDE}

    @property
    def name(self) -> str:
        """What people call it, and its endpoint."""
        facts: Any = self.document.value
        return str(facts[NAME])

    @property
    def id(self) -> str:
        """What it is called here: the name of its file."""
        return self.document.file

    @property
    def model_list(self) -> ModelList | None:
        """How it lists its models; None where it does not."""
        facts: Any = self.document.value
        return msgspec.convert(facts[LIST], ModelList) if LIST in facts else None

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables its key is usually kept in; none where it needs no key."""
        facts: Any = self.document.value
        return tuple(facts.get(VARIABLES, ()))

    @property
    def models(self) -> list[dict[str, Any]]:
        """The models it is known to have, in the order of its file."""
        listed = self.entry.get("models", {}).get("default", [])
        return [{"name": each} if isinstance(each, str) else each for each in listed]


def find_vendor(name: str) -> Vendor | None:
    """Find a vendor by its name, or by another that it goes by."""
    file: str = index()["names"].get(name, name)
    return read_vendor(file) if file in names() else None


def vendor_at(address: str) -> Vendor | None:
    """Find the vendor whose API has this address."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return None
    name = index()["hosts"].get(host)
    return read_vendor(name) if name else None


@cache
def load_vendors() -> Vendors:
    """Give what tells whose an address is."""
    table = index()
    return Vendors(
        hosts=table["hosts"],
        endings=table["endings"],
        ports={int(port): vendor for port, vendor in table["ports"].items()},
        fields=table["fields"],
        models={start: (each["at"], each["vendor"]) for start, each in table["models"].items()},
        retired={vendor: frozenset(gone) for vendor, gone in table["retired"].items()},
    )


@cache
def names() -> frozenset[str]:
    """Give the name of every vendor."""
    found = (each.name.removesuffix(".yaml") for each in FOLDER.iterdir() if ".yaml" in each.name)
    return frozenset(found) - {INDEX}


def spellings() -> frozenset[str]:
    """Give every name that a vendor is found by."""
    return names() | frozenset(index()["names"])


@cache
def index() -> dict[str, Any]:
    """Give other names, hosts and the like, each with the vendor that has it."""
    table: Any = read_facts(INDEX).value
    return dict(table)


@cache
def read_vendor(name: str) -> Vendor:
    """Read a vendor's file."""
    return Vendor(read_facts(name))


def read_facts(name: str) -> Document:
    """Read a file of facts, which is sound: a test reads every one."""
    text = FOLDER.joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    document, problems = read_document(Source(name, text))
    if document is None or problems:
        raise ValueError(f"the facts of {name} cannot be read")
    return document
