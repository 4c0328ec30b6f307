"""LiteLLM's proxy `config.yaml` becomes `librechat.yaml` (docs.litellm.ai/docs/proxy/configs)."""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from endpoints_server.config.importing.litellm.deployment import deployment_of
from endpoints_server.config.importing.litellm.gather import Gathered
from endpoints_server.config.importing.litellm.provider import Refused, usual_variable_of
from endpoints_server.config.importing.litellm.server import server_of
from endpoints_server.config.importing.litellm.values import Values, variable_in
from endpoints_server.config.importing.secrets import Secrets
from endpoints_server.config.importing.written import Report, Written, yaml_of
from endpoints_server.config.models_json.draft import paths_in
from endpoints_server.config.problem import Problem, has_errors, shown
from endpoints_server.config.text.document import Document, Path, Source
from endpoints_server.config.text.flatten import read_document
from endpoints_server.config.text.read import decode

HEAD = "# Written from a config.yaml of LiteLLM; `endpoints-server check` tells what it wants.\n"
LIST = "model_list"
ITEM = ("model_name", "litellm_params", "model_info")
CREDENTIAL = "litellm_credential_name"


def write_litellm(content: bytes, file: str) -> Written:
    """Write the models of a `config.yaml` as endpoints; nothing is raised and no file followed."""
    document, problems = opened(content, file)
    if document is None or has_errors(problems):
        return Written(report=tuple(problems))
    report = Report(document, problems)
    values = Values(report=report, secrets=Secrets(report=report))
    with_credentials(values)
    values.secrets.taken = frozenset(variables_in(report.document))
    gathered = Gathered(report=report)
    for number in range(len(values.items((LIST,)))):
        gather_one(values, gathered, (LIST, number))
    entries = [upstream.written() for upstream in gathered.upstreams]
    yaml = yaml_of(HEAD, entries, server_of(values, gathered))
    return Written(yaml=yaml, report=report.told())


def opened(content: bytes, file: str) -> tuple[Document | None, list[Problem]]:
    """Read the text, and see to it that there are models in it."""
    text = decode(content, file)
    if isinstance(text, Problem):
        return None, [text]
    document, problems = read_document(Source(file, text))
    if document is None:
        return None, problems or [Problem(file=file, message="the file holds nothing")]
    return document, [*problems, *check_root(document)]


def check_root(document: Document) -> Iterator[Problem]:
    """Tell of a file that has no list of models."""
    if not isinstance(document.value, dict):
        yield document.problem((), "the file must be a mapping with `model_list`")
    elif not isinstance(document.value.get(LIST), list):
        hint = "import the files that it includes" if "include" in document.value else ""
        yield document.problem((LIST,), "`model_list` must be there, and be a list", hint)


def variables_in(document: Document) -> Iterator[str]:
    """Name the variables that the file sets, refers to, or leaves to what is usual."""
    block = document.get(("environment_variables",))
    yield from block if isinstance(block, dict) else ()
    for path in paths_in(document.value):
        value = document.get(path)
        if isinstance(value, str) and variable_in(value):
            yield variable_in(value)
        elif path[-1:] == ("litellm_params",) and isinstance(value, dict):
            yield "" if "api_key" in value else usual_variable_of(value.get("model"))


def gather_one(values: Values, gathered: Gathered, place: Path) -> None:
    """Take one item of the list, or say why it is left out."""
    name = values.at((*place, "model_name"))
    title = shown(name) if isinstance(name, str) else f"number {int(place[-1]) + 1}"
    for key in values.mapping(place):
        if key not in ITEM:
            message = f"{shown(key)} has no counterpart: nothing of an item is read but its parts"
            values.report.warn((*place, key), message)
    try:
        gathered.add(deployment_of(values, place))
    except Refused as refused:
        values.report.warn(refused.path, f"the model {title} is left out: {refused}")


def with_credentials(values: Values) -> None:
    """Lay the credentials that models name under their parameters (docs/proxy/configs)."""
    credentials = dict(credentials_in(values))
    document = values.report.document
    items: list[Any] = list(values.items((LIST,)))
    moved = dict(document.values), dict(document.keys)
    texts = dict(document.texts)
    for number, item in enumerate(items):
        params = item.get("litellm_params") if isinstance(item, dict) else None
        name = params.get(CREDENTIAL) if isinstance(params, dict) else None
        if name is None or not isinstance(params, dict):
            continue
        home: Path = (LIST, number, "litellm_params")
        if not isinstance(name, str) or name not in credentials:
            values.report.warn((*home, CREDENTIAL), "there is no such credential in the file")
            continue
        origin, said = credentials[name]
        for key in said.keys() - params.keys():
            moved[0][(*home, key)] = document.mark((*origin, key))
            moved[1][(*home, key)] = document.key_mark((*origin, key))
            texts[(*home, key)] = document.texts.get((*origin, key), "")
        items[number] = item | {"litellm_params": dict(said) | params}
    value: Any = document.value
    values.report.document = replace(
        document, value=value | {LIST: items}, values=moved[0], keys=moved[1], texts=texts
    )


def credentials_in(values: Values) -> Iterator[tuple[str, tuple[Path, dict[str, Any]]]]:
    """Give the credentials of the file, by name, and where each stands."""
    for number, item in enumerate(values.items(("credential_list",))):
        place: Path = ("credential_list", number, "credential_values")
        name = item.get("credential_name") if isinstance(item, dict) else None
        said = values.mapping(place)
        if isinstance(name, str) and said:
            yield name, (place, said)
