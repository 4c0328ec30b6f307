"""The wires of the benchmark, and whose a path is."""

import re

from tests.bench.wires.chat import CHAT
from tests.bench.wires.google import GOOGLE
from tests.bench.wires.messages import MESSAGES
from tests.bench.wires.responses import RESPONSES
from tests.bench.wires.script import Script

SCRIPTS = {"chat": CHAT, "messages": MESSAGES, "responses": RESPONSES, "google": GOOGLE}
BY_PATH = {script.path: script for script in SCRIPTS.values()}
IN_PATH = re.compile(r"/v1beta/models/(?P<model>.+):(?P<verb>generate|streamGenerate)Content")


def script_at(path: str) -> tuple[Script | None, str, bool]:
    """Find the script of a path, and the model and the kind of answer that it names."""
    found = IN_PATH.match(path)
    if found is None:
        return BY_PATH.get(path), "", False
    return GOOGLE, found["model"], found["verb"] == "streamGenerate"
