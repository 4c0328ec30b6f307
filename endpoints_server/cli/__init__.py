"""The terminal: `endpoints-server` and its commands."""

from collections.abc import Sequence
from typing import NoReturn

from endpoints_server.cli.outcome import run
from endpoints_server.cli.table import cli


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run a command, by default the one on the command line, and leave with its exit code."""
    run(cli, args)
