"""What the acceptance tests stand on: llama.cpp in a process of its own, and the demo served."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from msgspec import Struct

LLAMA = Path(__file__).with_name("llama.py")
NEEDED = ("xllamacpp", "gguf", "numpy")


class Llama(Struct, frozen=True):
    """A running llama.cpp server: its address, its log."""

    url: str
    log: Path


@contextmanager
def llama_serving(folder: Path, key: str = "") -> Generator[Llama]:
    """Run llama.cpp for as long as the block lasts; skips where it cannot be imported."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        pytest.skip(f"no llama.cpp: {', '.join(missing)} cannot be imported")
    log = folder / "llama.log"
    with log.open("wb") as errors:
        running = subprocess.Popen(
            [sys.executable, str(LLAMA), str(folder), key],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        assert running.stdout is not None
        for line in running.stdout:
            if line.startswith("listening "):
                yield Llama(line.split()[1], log)
                return
        raise RuntimeError(f"llama.cpp did not start:\n{log.read_text()}")
    finally:
        running.kill()
        running.communicate()
