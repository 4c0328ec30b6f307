"""YAML as plain values; None for what is none, or grows when it is read."""

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent

from endpoints_server.samples.languages.value import DEEPEST


def read_yaml(text: str) -> Any:
    """Read a piece of YAML; one with aliases is none that is pasted as an example."""
    try:
        return YAML(typ="safe", pure=True).load(text) if is_plain(text) else None
    except (YAMLError, ValueError, RecursionError, TypeError, AttributeError, KeyError):
        return None


def is_plain(text: str) -> bool:
    """Say whether a text holds no aliases and nests no deeper than any example."""
    depth = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        if isinstance(event, AliasEvent):
            return False
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > DEEPEST:
            return False
    return True
