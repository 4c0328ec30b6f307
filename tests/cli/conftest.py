"""The command line as a person has it: a folder, a few variables, words and an exit code."""

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from msgspec import Struct

from endpoints_server.cli import main


class Done(Struct, frozen=True, kw_only=True):
    """What a command came to."""

    code: int
    out: str
    err: str


Command = Callable[..., Done]


def variables(folder: Path, **more: str) -> dict[str, str]:
    """Give an environment that holds nothing of ours but what is said here."""
    path = os.environ.get("PATH", "")
    return {"PATH": path, "HOME": str(folder), "ES_DATA_DIR": str(folder / "data"), **more}


@pytest.fixture
def command(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[Command]:
    """Run commands in an empty folder; named arguments are variables of the environment."""
    folder, environ = Path.cwd(), dict(os.environ)
    handlers, level = logging.root.handlers[:], logging.root.level
    hooks = sys.excepthook, threading.excepthook

    def run(*args: str, **more: str) -> Done:
        os.environ.clear()
        os.environ.update(variables(tmp_path, **more))
        with pytest.raises(SystemExit) as left:
            main(args)
        said = capfd.readouterr()
        return Done(code=int(left.value.code or 0), out=said.out, err=said.err)

    os.chdir(tmp_path)
    yield run
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    sys.excepthook, threading.excepthook = hooks
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
