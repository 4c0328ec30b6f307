"""The file becomes Settings, and everything that is wrong with it is told in one run."""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path as FilePath

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.config.checks.allowed_addresses import check_allowed_addresses
from endpoints_server.config.checks.commands import check_commands
from endpoints_server.config.checks.endpoints import check_endpoints
from endpoints_server.config.checks.money import check_money
from endpoints_server.config.checks.not_yet import notes
from endpoints_server.config.checks.shape import check_shape
from endpoints_server.config.checks.variables import fill_in
from endpoints_server.config.decode import decode_settings
from endpoints_server.config.models_json.beside import Beside, read_beside, without_taken
from endpoints_server.config.problem import Level, Problem, has_errors
from endpoints_server.config.routing.check_routing import check_routing
from endpoints_server.config.rules.check_rules import check_rules
from endpoints_server.config.schema.settings import Settings
from endpoints_server.config.text.document import Document, Source
from endpoints_server.config.text.flatten import read_document
from endpoints_server.config.text.read import decode, read


class Loaded(Struct, frozen=True, kw_only=True):
    """What came of reading a file; `settings` is None where a problem is an error.

    `version` names the text and the variables it used: a change of either changes it, and it tells
    neither. `is_empty` marks a file that holds nothing at all; `beside` is another that was read
    with it.
    """

    settings: Settings | None = None
    problems: tuple[Problem, ...] = ()
    version: str = ""
    is_empty: bool = False
    beside: FilePath | None = None


def load(path: FilePath, environ: Mapping[str, str], version_key: bytes = b"") -> Loaded:
    """Read a file; nothing is raised, whatever stands at the path or in it.

    `version_key` keys the part of the version that stands for the variables.
    """
    content = read(path)
    if isinstance(content, Problem):
        return Loaded(problems=(content,))
    return load_bytes(content, environ, str(path), version_key)


def load_bytes(
    content: bytes, environ: Mapping[str, str], file: str, version_key: bytes = b""
) -> Loaded:
    """Read the bytes of a file that problems call `file`."""
    text = decode(content, file)
    if isinstance(text, Problem):
        return Loaded(problems=(text,))
    document, problems = read_document(Source(file, text))
    if document is None:
        return nothing(file, problems, version_of(content, {}, version_key))
    problems += check_shape(document)
    document, used, unset = fill_in(document, environ)
    beside = read_beside(document, environ)
    names = [entry.name for entry in beside.providers.entries]
    problems += [*unset, *check_version(document), *check_endpoints(document, names)]
    problems += [*notes(document), *check_allowed_addresses(document), *check_money(document)]
    problems += [*check_commands(document), *check_rules(document, names)]
    problems += check_routing(document, beside.providers.entries)
    used |= beside.providers.used
    loaded = Loaded(
        problems=(*ordered(problems), *ordered(beside.providers.problems)),
        version=version_of(content + beside.content, used, version_key),
        beside=beside.path,
    )
    return loaded if has_errors(loaded.problems) else with_settings(loaded, document, beside)


def with_settings(loaded: Loaded, document: Document, beside: Beside) -> Loaded:
    """Decode a document without errors, and put the providers beside it behind its endpoints."""
    settings = decode_settings(document)
    own = settings.endpoints.custom
    found = without_taken(beside, own)
    endpoints = replace(settings.endpoints, custom=[*own, *found.entries])
    return replace(
        loaded,
        settings=replace(settings, endpoints=endpoints),
        problems=(*loaded.problems, *found.problems),
    )


def ordered(problems: Iterable[Problem]) -> list[Problem]:
    """Put problems of one file in order, each once."""
    return sorted(dict.fromkeys(problems), key=lambda each: (each.line, each.column))


def nothing(file: str, problems: list[Problem], version: str) -> Loaded:
    """Give what an empty file holds: no configuration."""
    if problems:
        return Loaded(problems=tuple(problems), version=version)
    message = "the file holds no configuration, so no endpoints are served"
    note = Problem(file=file, message=message, level=Level.NOTE)
    return Loaded(settings=Settings(), problems=(note,), version=version, is_empty=True)


def check_version(document: Document) -> list[Problem]:
    """Warn of a file that LibreChat would refuse for want of a version."""
    if not isinstance(document.value, dict) or "version" in document.value:
        return []
    message = "`version` is missing; LibreChat would refuse this file"
    return [document.problem((), message, "add `version: 1.3.17`", level=Level.WARNING)]


def version_of(content: bytes, used: Mapping[str, str], key: bytes) -> str:
    """Name a configuration by its text and, apart and keyed, the variables it used."""
    text = blake2b(content, digest_size=5).hexdigest()
    values = blake2b(msgspec.json.encode(used, order="sorted"), digest_size=3, key=digest(key))
    return f"{text}-{values.hexdigest()}"


def digest(key: bytes) -> bytes:
    """Bring a key of any length to the length a keyed hash takes."""
    return blake2b(key).digest()
