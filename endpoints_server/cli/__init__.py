"""The terminal: `endpoints-server` and its commands."""

from collections.abc import Sequence
from typing import NoReturn

from endpoints_server.cli.commands import cli
from endpoints_server.cli.outcome import run


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run a command, by default the one on the command line, and leave with its exit code."""
    run(cli, args)
