"""Definitions completed: laid over the set's own, with what they leave open filled in."""

import math
from collections.abc import Iterable, Mapping, Sequence

from endpoints_server.config.parameters.sets import Definition, built_in

USUAL_COLUMNS = 2
TEXTS = ("input", "textarea")
SWITCHES = ("checkbox", "switch")
CHOICES = ("dropdown", "combobox")


def laid_over(written: Mapping[str, object], set_name: str) -> Definition:
    """Lay a definition over the set's own, key by key; one the set lacks is a parameter of its own.

    The option type is `custom` whatever is written.
    """
    known = built_in(set_name, str(written.get("key", "")))
    ground = known if known is not None else guessed(written)
    return {**ground, **written, "optionType": "custom"}


def guessed(written: Mapping[str, object]) -> Definition:
    """Guess type and control of a parameter that no set knows, by what is said of it."""
    default = written.get("default")
    if written.get("options"):
        return {"type": "enum", "component": "dropdown"}
    if isinstance(default, bool):
        return {"type": "boolean", "component": "switch"}
    if written.get("range"):
        return {"type": "number", "component": "slider"}
    if isinstance(default, int | float):
        return {"type": "number", "component": "input"}
    if isinstance(default, list):
        return {"type": "array", "component": "tags"}
    return {"type": "string", "component": "input"}


def completed(definitions: Iterable[Definition]) -> list[Definition]:
    """Fill in what sound definitions leave open: defaults, spans, labels, placeholders."""
    listed = list(definitions)
    columns = shared_columns(listed)
    return [filled(definition, columns) for definition in listed]


def shared_columns(definitions: Sequence[Definition]) -> int:
    """Give how many columns the panel has: what all say alike that say anything, else the usual."""
    said = {definition["columns"] for definition in definitions if "columns" in definition}
    return said.pop() if len(said) == 1 else USUAL_COLUMNS


def filled(definition: Definition, columns: int) -> Definition:
    """Fill in one definition."""
    control, kind = definition.get("component"), definition.get("type")
    full = dict(definition)
    if control == "slider":
        full["includeInput"] = kind == "number" and definition.get("includeInput", True)
    if control in TEXTS:
        full.setdefault("placeholder", "")
    default = usual_default(full)
    if default is not None:
        full["default"] = default
    full["columnSpan"] = definition.get("columnSpan") or columns // 2
    full["label"] = definition.get("label") or definition.get("key", "")
    return full


def usual_default(definition: Definition) -> object:
    """Give the default of a definition, or what stands in where it has none; else None."""
    control, kind, default = (definition.get(key) for key in ("component", "type", "default"))
    is_unsaid = not default and default != []
    if control in CHOICES and is_unsaid and definition.get("options"):
        return definition["options"][0]
    if control in SWITCHES and kind == "boolean" and is_unsaid:
        return False
    if control == "tags" and is_unsaid:
        return []
    if default is None and control == "slider" and kind == "number" and definition.get("range"):
        return middle(definition["range"])
    return default


def middle(bounds: Mapping[str, float]) -> int:
    """Give the whole number in the middle of a range, halves rounded up."""
    least = max(bounds["min"], bounds.get("positiveMin", bounds["min"]))
    return math.floor((least + bounds["max"]) / 2 + 0.5)
