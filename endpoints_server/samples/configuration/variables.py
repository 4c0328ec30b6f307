"""Variables of the environment that tell a program its endpoint."""

import re
from collections.abc import Mapping
from typing import Any

from endpoints_server.samples.calls.clients import ANTHROPIC, GOOGLE, OPENAI
from endpoints_server.samples.languages.javascript import read_object
from endpoints_server.samples.meaning.body import read_json
from endpoints_server.samples.request import Request
from endpoints_server.samples.warning import WIRE_ASSUMED

VALUE = r"(?P<quote{0}>[\"']?)(?P<value{0}>[^\n]*?)(?P=quote{0})"
LINE = re.compile(
    r"^[ \t]*(?:"
    r"(?:(?:export|set|ENV|-)[ \t]+[\"']?)?(?P<name1>[A-Z][A-Z0-9_]*)(?:=|:[ \t]+)"
    rf"{VALUE.format(1)}"
    rf"|\$(?i:env):(?P<name2>[A-Z][A-Z0-9_]*)[ \t]*=[ \t]*{VALUE.format(2)}"
    rf"|setx[ \t]+(?P<name3>[A-Z][A-Z0-9_]*)[ \t]+{VALUE.format(3)}"
    r")[ \t]*(?:[ \t]\#[^\n]*)?;?[\"']?[ \t]*$",
    re.MULTILINE,
)
BASES = ("_BASE_URL", "_API_BASE", "_BASE", "_API_URL", "_ENDPOINT", "_HOST", "_API_HOST", "_URL")
MODELS = ("_MODEL", "_MODEL_NAME", "_MODEL_ID", "_DEFAULT_MODEL")
BEARERS = ("_AUTH_TOKEN",)
KEYS = ("_API_KEY", "_KEY", "_TOKEN")
WIRES = {"ANTHROPIC": "anthropic", "CLAUDE": "anthropic", "GEMINI": "google", "GOOGLE": "google"}
USUAL = {"OPENAI": OPENAI, "ANTHROPIC": ANTHROPIC, "GEMINI": GOOGLE}


def read_variables(text: str) -> list[Request]:
    """Give the endpoint that variables tell, written as a shell, a file or JSON has them."""
    told = variables_in(text)
    base = next((name for name in told if is_base(name, told[name])), None)
    if base is None:
        return []
    start = base.partition("_")[0]
    own = {name: value for name, value in told.items() if name.startswith(start + "_")} or told
    names = [value for name, value in own.items() if "MODEL" in name and value]
    bearer = find(own, BEARERS)
    key = bearer if bearer is not None else find(own, KEYS) or find(told, KEYS)
    first = find(own, MODELS) or next(iter(names), None)
    others = tuple(dict.fromkeys(name for name in names if name != first))
    return [
        Request(
            url=told[base],
            wire=WIRES.get(start, "openai"),
            key=key,
            key_header="Authorization" if bearer is not None else None,
            scheme="Bearer" if bearer is not None else None,
            model=first,
            others=others,
            warnings=() if start in WIRES or start in USUAL else (WIRE_ASSUMED,),
        )
    ]


def variables_in(text: str) -> dict[str, str]:
    """Give the variables that are set; of JSON those of its `env`."""
    if text.lstrip().startswith("{"):
        value = read_json(text) or read_object(text)
        return texts_of(value.get("env", value)) if isinstance(value, dict) else {}
    return dict(pair_of(found) for found in LINE.finditer(text))


def pair_of(found: re.Match[str]) -> tuple[str, str]:
    """Give name and value of a line, in whichever way it is written."""
    number = next(each for each in ("1", "2", "3") if found[f"name{each}"])
    return found[f"name{number}"], found[f"value{number}"].strip()


def texts_of(value: Any) -> dict[str, str]:
    """Give the members that are texts."""
    if not isinstance(value, Mapping):
        return {}
    return {str(name): each for name, each in value.items() if isinstance(each, str)}


def is_base(name: str, value: str) -> bool:
    """Say whether a variable holds a base URL."""
    return name.endswith(BASES) and value.startswith(("http://", "https://", "${"))


def find(told: Mapping[str, str], endings: tuple[str, ...]) -> str | None:
    """Find the first variable whose name ends in one of these ways."""
    for ending in endings:
        found = next((value for name, value in told.items() if name.endswith(ending)), None)
        if found is not None:
            return found
    return None
