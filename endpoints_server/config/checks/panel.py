"""An endpoint's parameters: a known set, definitions that make sense, names that requests carry."""

from collections.abc import Iterator
from typing import Any

from endpoints_server.config.checks.nearest import did_you_mean
from endpoints_server.config.parameters.complete import laid_over
from endpoints_server.config.parameters.dialect import ACTING, UNADDED, UNDROPPED
from endpoints_server.config.parameters.judge import judge
from endpoints_server.config.parameters.sets import USUAL, built_in, known_sets
from endpoints_server.config.problem import Level, Problem, shown
from endpoints_server.config.text.document import Document, Path
from endpoints_server.domain.parameter import UNSENT

SET_KEY = "defaultParamsEndpoint"


def check_panel(document: Document, entry: Path) -> Iterator[Problem]:
    """Check `customParams`, once its shape is known to be right."""
    path = (*entry, "customParams")
    params: Any = document.get(path)
    if not isinstance(params, dict):
        return
    set_name = params.get(SET_KEY, USUAL)
    if isinstance(set_name, str) and set_name not in known_sets():
        message = f"{shown(set_name)} is no known set of parameters"
        yield document.problem((*path, SET_KEY), message, did_you_mean(set_name, known_sets()))
        return
    definitions = params.get("paramDefinitions", [])
    for number in range(len(definitions) if isinstance(definitions, list) else 0):
        yield from check_definition(document, (*path, "paramDefinitions", number), set_name)


def note_unsent(document: Document, entry: Path) -> Iterator[Problem]:
    """Note what is added or dropped without effect: the caller's own, and LibreChat's switches."""
    params: Any = document.get((*entry, "addParams"))
    names: Any = document.get((*entry, "dropParams"))
    for name in params if isinstance(params, dict) else ():
        is_stream_off = name == "stream" and params[name] is False
        if is_without_effect(name, UNADDED) and not is_stream_off:
            path = (*entry, "addParams", name)
            message = f"{shown(name)} is not added to requests: {why(name)}"
            yield document.problem(path, message, level=Level.NOTE, is_about_key=True)
    for number, name in enumerate(names if isinstance(names, list) else ()):
        if name == "":
            message = "an empty name drops nothing"
            yield document.problem((*entry, "dropParams", number), message, level=Level.WARNING)
        elif isinstance(name, str) and is_without_effect(name, UNDROPPED):
            message = f"{shown(name)} is not dropped from requests: {why(name)}"
            yield document.problem((*entry, "dropParams", number), message, level=Level.NOTE)


def is_without_effect(name: str, kept: frozenset[str]) -> bool:
    """Say whether a name means nothing in `addParams` or `dropParams`."""
    return name in kept or (name in UNSENT and name not in ACTING)


def why(name: str) -> str:
    """Say why a parameter is left alone."""
    return "it steers LibreChat's own client" if name in UNSENT else "it is not the file's to say"


def check_definition(document: Document, path: Path, set_name: str) -> Iterator[Problem]:
    """Check one definition as laid over the set's own."""
    written: Any = document.get(path)
    if not isinstance(written, dict) or not isinstance(written.get("key"), str):
        return
    if built_in(set_name, written["key"]) is None:
        message = f"{shown(written['key'])} is a parameter that the set {shown(set_name)} lacks"
        hint = "requests carry it all the same; LibreChat would refuse this file"
        yield document.problem((*path, "key"), message, hint, level=Level.NOTE)
    try:
        complaints = judge(laid_over(written, set_name))
    except (AttributeError, KeyError, TypeError):
        return  # of a wrong shape, which is told of already
    for complaint in complaints:
        place = (*path, complaint.key) if complaint.key in written else path
        yield document.problem(place, complaint.message)
