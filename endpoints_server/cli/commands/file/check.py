"""`check`: every problem of a configuration file."""

import os
from collections.abc import Sequence
from pathlib import Path

import rich_click as click

from endpoints_server.cli.outcome import Outcome, warn
from endpoints_server.cli.present import json_option, show_json
from endpoints_server.config.environment import config_path, read_environment, with_dotenv
from endpoints_server.config.load import load
from endpoints_server.config.problem import Level, Problem, has_errors, render

COLOURS = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "cyan"}


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@json_option
def check(*, file: Path | None, as_json: bool) -> int:
    """Check a configuration file, and the environment, without serving.

    Every problem is told with file, line and column. FILE is librechat.yaml unless CONFIG_PATH
    says otherwise. Nothing secret is printed. Exits with 2 where the file cannot be used.

    \b
    Examples:
      endpoints-server check
      endpoints-server check ./staging.yaml
      endpoints-server check --json | jq '.problems[].message'
    """
    named = {"CONFIG_PATH": str(file)} if file else {}
    environ = with_dotenv({**os.environ, **named})
    _, warnings = read_environment(environ)
    path = config_path(environ)
    loaded = load(path, environ)
    if as_json:
        is_usable = loaded.settings is not None
        show_json({"file": path, "usable": is_usable, "problems": loaded.problems})
    else:
        show(path, loaded.problems, warnings)
    return Outcome.CONFIGURATION_INVALID if has_errors(loaded.problems) else Outcome.FINE


def show(path: Path, problems: Sequence[Problem], warnings: Sequence[str]) -> None:
    """Print each problem, and what they come to."""
    for warning in warnings:
        warn(warning)
    for problem in problems:
        level = problem.level.value
        coloured = click.style(f"{level}:", fg=COLOURS[problem.level])
        click.echo(render(problem).replace(f"{level}:", coloured, 1))
    counts = {level: sum(each.level is level for each in problems) for level in Level}
    if counts[Level.ERROR]:
        click.echo(f"{path} cannot be used: {plural(counts[Level.ERROR], 'error')}.")
    else:
        click.echo(f"{path} is fine: {plural(counts[Level.WARNING], 'warning')}.")


def plural(count: int, noun: str) -> str:
    """Count a noun."""
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"
