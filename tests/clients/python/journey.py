"""What every library is asked to do, and how it tells what came of it."""

import json
import os
import runpy
from collections.abc import Callable
from typing import Any

SETTINGS = os.environ["CLIENTS_SETTINGS"]
WIRES = os.environ["CLIENTS_WIRES"].split(",")
MODELS = os.environ["CLIENTS_MODELS"].split(",")
QUESTION = "How is the weather in Oslo?"
REPLY = "Snow, four below"
DESCRIPTION = "Tells the weather of a city."
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}


class Journey:
    """A loop on one wire at one model: its settings as `connect` prints them, and its tool.

    `pieces` counts what the last text came in.
    """

    def __init__(self, guide: str, wire: str, model: str) -> None:
        self.model = model
        self.found: dict[str, Any] = runpy.run_path(f"{SETTINGS}/{guide}-{wire}-{model}.py")
        self.cities: list[str] = []
        self.pieces = 0

    def weather(self, city: str) -> str:
        """Answer as the tool."""
        self.cities.append(city)
        return REPLY

    def is_finished(self, text: str) -> bool:
        """Say whether the tool ran once and its words came back, in more than one piece."""
        return len(self.cities) == 1 and bool(self.cities[0]) and self.pieces > 1 and REPLY in text


def make(
    package: str,
    guide: str,
    wire: str,
    loop: Callable[[Journey], str],
    what: str = "tool loop",
    is_finished: Callable[[Journey, str], bool] = Journey.is_finished,
) -> None:
    """Make a journey at each model; one that fails does not keep others from being made."""
    for model in MODELS if wire in WIRES else ():
        try:
            journey = Journey(guide, wire, model)
            text = loop(journey)
            done = is_finished(journey, text)
        except Exception as error:  # noqa: BLE001  whatever a library raises is told
            text, done = f"{type(error).__name__}: {error}", False
        told = {"client": package, "wire": wire, "model": model, "what": what}
        print("told", json.dumps(told | {"is_finished": done, "text": text}), flush=True)
