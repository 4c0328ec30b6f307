"""`import`: files of other programs, written as `librechat.yaml`."""

from collections.abc import Callable, Sequence
from pathlib import Path

import rich_click as click

from endpoints_server.cli.outcome import Complaint, Outcome
from endpoints_server.cli.present import json_option, show_json
from endpoints_server.config.importing.librechat.variables import Variables, read_variables
from endpoints_server.config.importing.librechat.write import write_librechat
from endpoints_server.config.importing.litellm.write import write_litellm
from endpoints_server.config.importing.pi import write_yaml
from endpoints_server.config.importing.written import Written
from endpoints_server.config.problem import Problem, has_errors, render
from endpoints_server.config.text.read import decode, read

file_argument = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
output_option = click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it to a new file."
)


@click.group(no_args_is_help=False)
def import_file() -> None:
    """Write a file of another program as librechat.yaml.

    \b
    Examples:
      endpoints-server import librechat ~/LibreChat/librechat.yaml > librechat.yaml
      endpoints-server import litellm config.yaml > librechat.yaml
      endpoints-server import pi ~/.pi/agent/models.json > librechat.yaml
      endpoints-server check librechat.yaml
    """


@import_file.command()
@file_argument
@output_option
@json_option
def pi(*, file: Path, output: Path | None, as_json: bool) -> int:
    """Write pi's models.json as librechat.yaml.

    The YAML goes to stdout, or to a new file. What has no counterpart, and every provider that had
    to be left out, is told on stderr with line and column. No command is run. To serve the file as
    it is, name it in librechat.yaml: `server.modelsJson`.

    \b
    Examples:
      endpoints-server import pi ~/.pi/agent/models.json > librechat.yaml
      endpoints-server import pi models.json --output librechat.yaml
    """
    return carry_over(write_yaml, file, output, as_json=as_json)


@import_file.command()
@file_argument
@output_option
@json_option
def litellm(*, file: Path, output: Path | None, as_json: bool) -> int:
    """Write the config.yaml of LiteLLM's proxy as librechat.yaml.

    One endpoint for each address and key, and an alias for each model_name that is spelt otherwise
    upstream, is served by several or has fallbacks. What has no counterpart is told on stderr with
    line and column, and what is done here instead. A key that is written out becomes a variable,
    which is named; the key is shown nowhere. Files that are included are not followed.

    \b
    Examples:
      endpoints-server import litellm config.yaml > librechat.yaml
      endpoints-server import litellm config.yaml --output librechat.yaml
    """
    return carry_over(write_litellm, file, output, as_json=as_json)


@import_file.command()
@file_argument
@output_option
@json_option
def librechat(*, file: Path, output: Path | None, as_json: bool) -> int:
    """Write LibreChat's librechat.yaml for this server, its built-in endpoints among the others.

    What this server reads stays byte for byte, but for keys that are written out: each becomes a
    variable, which is named. OpenAI, Anthropic, Google and the groups of Azure
    that the file or the .env beside it configures become endpoints, with keys as variables. What
    cannot be carried over is told on stderr with line and column. Where nothing is different, the
    file can be served as it is, and the report says so.

    \b
    Examples:
      endpoints-server import librechat ~/LibreChat/librechat.yaml > librechat.yaml
      endpoints-server import librechat ~/LibreChat/librechat.yaml --output librechat.yaml
    """
    variables = variables_beside(file)

    def write(content: bytes, name: str) -> Written:
        return write_librechat(content, name, variables)

    return carry_over(write, file, output, as_json=as_json)


def variables_beside(file: Path) -> Variables:
    """Read the `.env` beside a file, if there is one."""
    path = file.parent / ".env"
    content = read(path) if path.is_file() else b""
    text = content if isinstance(content, Problem) else decode(content, str(path))
    if isinstance(text, Problem):
        raise Complaint(Outcome.USER_ERROR, render(text))
    return read_variables(text, str(path))


def carry_over(
    write: Callable[[bytes, str], Written], file: Path, output: Path | None, *, as_json: bool
) -> int:
    """Read a file, and show what it comes to."""
    content = read(file)
    if isinstance(content, Problem):
        raise Complaint(Outcome.USER_ERROR, render(content))
    written = write(content, str(file))
    if output is not None and written.yaml:
        write_new(written.yaml, output)
    if as_json:
        show_json({"yaml": written.yaml, "report": written.report})
    else:
        show(written.yaml, written.report, output)
    return Outcome.CONFIGURATION_INVALID if has_errors(written.report) else Outcome.FINE


def show(yaml: str, report: Sequence[Problem], output: Path | None) -> None:
    """Tell the report, and print the YAML unless it is written to a file."""
    for problem in report:
        click.echo(render(problem), err=True)
    if output is None:
        click.echo(yaml, nl=False)
    elif yaml:
        click.echo(f"Written: {output}", err=True)


def write_new(yaml: str, output: Path) -> None:
    """Write the YAML to a file that is not there yet."""
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(yaml)
    except FileExistsError:
        message = f"'{output}' is there already. Name another file, or remove it."
        raise Complaint(Outcome.USER_ERROR, message) from None
    except OSError as error:
        raise Complaint(
            Outcome.USER_ERROR, f"'{output}' cannot be written: {error.strerror}."
        ) from None
