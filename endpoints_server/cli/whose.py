"""Whom a rule concerns, as options that several commands share."""

from collections.abc import Callable
from typing import TypeVar

import rich_click as click

from endpoints_server.cli.ground import Ground, read_catalog, stand
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.rules.target import Each

F = TypeVar("F", bound=Callable[..., object])


def target_options(command: F) -> F:
    """Let a command name a user, a group or a key; everybody where it names none."""
    for option, name, text in (
        ("--key", "key_id", "For the client key of this id."),
        ("--group", "group", "For this group."),
        ("--user", "user", "For this user."),
    ):
        command = click.option(option, name, default="", help=text)(command)
    return command


def scope_options(command: F) -> F:
    """Let a command say how shares are divided, and which calls count."""
    each = click.Choice([each.value for each in Each])
    command = click.option("--model", default="", help="Count only calls of this model.")(command)
    command = click.option("--endpoint", default="", help="Count only calls to this endpoint.")(
        command
    )
    return click.option("--each", type=each, default=None, help="A share for each.")(command)


def catalog_of_file() -> Catalog:
    """Compile the configuration that the environment names, or the demo's."""
    ground: Ground = stand()
    return read_catalog(ground)
