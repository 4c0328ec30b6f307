"""`add`: one endpoint more in the configuration file."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import rich_click as click
from msgspec import Struct

from endpoints_server.cli.outcome import Complaint, Outcome, warn
from endpoints_server.cli.present import json_option, show_json
from endpoints_server.config.edit.add import Added, NotAdded, Reason, add_endpoint
from endpoints_server.config.edit.place import USUAL
from endpoints_server.config.edit.swap import Unwritable, swap
from endpoints_server.config.environment import config_path, with_dotenv
from endpoints_server.config.expand import variables_in
from endpoints_server.config.naming import slug_of
from endpoints_server.config.problem import Problem, render
from endpoints_server.config.text.dump import dumped
from endpoints_server.config.text.read import read
from endpoints_server.desk.adding.pasted import Pasted, from_example
from endpoints_server.desk.adding.proposal import Variable, Wish, fit_to_show
from endpoints_server.desk.adding.template import from_template
from endpoints_server.desk.adding.words import MISSING, words_for

LARGEST_BYTES = 1024 * 1024
ONE_OF = "Say what to add: --template VENDOR, or --from-example FILE (- is stdin)."


class Target(Struct, frozen=True, kw_only=True):
    """The file that is added to, and the variables that it may use."""

    path: Path
    environ: Mapping[str, str]
    is_dry: bool
    is_named: bool


@click.command()
@click.option("--template", metavar="VENDOR", help="A vendor that is known: mistral, ollama, …")
@click.option(
    "--from-example",
    "example",
    metavar="FILE",
    type=click.File("rb"),
    help="A call from a documentation: curl, Python, JavaScript; - is stdin.",
)
@click.option("--name", default="", help="What the endpoint is called.")
@click.option("--model", "models", multiple=True, metavar="MODEL", help="Serve it; repeatable.")
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file; librechat.yaml unless CONFIG_PATH says otherwise.",
)
@click.option("--dry-run", "is_dry", is_flag=True, help="Write nothing, only show it.")
@json_option
def add(  # noqa: PLR0913  one for each option
    *,
    template: str | None,
    example: BinaryIO | None,
    name: str,
    models: tuple[str, ...],
    file: Path | None,
    is_dry: bool,
    as_json: bool,
) -> None:
    """Add an endpoint to the configuration file, and leave all else in it as it is written.

    It comes from what is known of a vendor, or from a call in a provider's documentation. Nothing
    of an example is run, and no variable that is in use here is sent to its host. One with a real
    key in it is refused with 4, and the key is shown and kept nowhere. A file with errors of its
    own is not written to (2); one that is not there is made.

    \b
    Examples:
      endpoints-server add --template mistral
      endpoints-server add --template ollama --model qwen3 --name Mine
      endpoints-server add --from-example - < example.sh
      endpoints-server add --from-example call.py --dry-run
    """
    if (template is None) == (example is None):
        raise click.UsageError(ONE_OF)
    environ = with_dotenv({**os.environ, **({"CONFIG_PATH": str(file)} if file else {})})
    target = Target(path=config_path(environ), environ=environ, is_dry=is_dry, is_named=bool(file))
    wish = Wish(name=name.strip(), models=models)
    old = content_of(target.path)
    if example is None:
        pasted = Pasted(proposal=from_template(template or "", wish, environ))
    else:
        pasted = from_example(text_of(example), wish, variables_in_use(environ, old))
    refuse_incomplete(pasted)
    added = put(target, old, pasted.proposal.entry)
    if as_json:
        show_json(told(target, pasted, added))
    else:
        show(target, pasted, added)


def content_of(path: Path) -> bytes | None:
    """Read the file, if there is one."""
    content = read(path) if path.exists() else None
    if isinstance(content, Problem):
        raise Complaint(Outcome.USER_ERROR, render(content))
    return content


def variables_in_use(environ: Mapping[str, str], content: bytes | None) -> frozenset[str]:
    """Name the variables that are set here, or that the file mentions for something else."""
    is_set = {name for name, value in environ.items() if value}
    return variables_in((content or b"").decode(errors="replace")) | is_set


def text_of(example: BinaryIO) -> str:
    """Read an example; no more of it than anybody would paste."""
    try:
        return example.read(LARGEST_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Complaint(Outcome.USER_ERROR, "The example is not UTF-8 text.") from None


def refuse_incomplete(pasted: Pasted) -> None:
    """Refuse to write what lacks something."""
    if not pasted.proposal.missing:
        return
    for warning in pasted.warnings:
        warn(warning)
    wanted = "; ".join(words_for(pasted.proposal.missing, MISSING))
    raise Complaint(Outcome.USER_ERROR, f"Nothing was written. What is missing: {wanted}.")


def put(target: Target, old: bytes | None, entry: dict[str, object]) -> Added:
    """Put the endpoint into the file; raises Complaint, and nothing is written then."""
    path = target.path
    try:
        added = add_endpoint(old or b"", str(path), entry, target.environ)
        if not target.is_dry:
            swap(path, old, added.content)
    except NotAdded as refused:
        raise Complaint(outcome_of(refused), refusal(refused, path, entry)) from None
    except Unwritable as unwritable:
        raise Complaint(Outcome.USER_ERROR, f"{unwritable}.") from None
    return added


def outcome_of(refused: NotAdded) -> Outcome:
    """Choose the exit code: the file is wrong, or what was asked for."""
    is_the_file = refused.reason is Reason.UNSOUND
    return Outcome.CONFIGURATION_INVALID if is_the_file else Outcome.USER_ERROR


def refusal(refused: NotAdded, path: Path, entry: Mapping[str, object]) -> str:
    """Say why nothing was written, with the block where it has to be put in by hand."""
    problems = [render(each) for each in refused.problems]
    match refused.reason:
        case Reason.UNSOUND:
            return "\n".join([f"'{path}' has errors, so nothing was written.", *problems])
        case Reason.UNPLACED:
            return "\n".join(["Nothing was written.", *problems, block_of(entry)])
        case Reason.WRONG:
            return "\n".join(["Nothing was written. As the file would be:", *problems])
        case Reason.TAKEN:
            return "\n".join(["Nothing was written.", *problems])


def block_of(entry: Mapping[str, object]) -> str:
    """Write the endpoint for people to see, without what may be a credential."""
    return dumped([fit_to_show(entry)], USUAL)


def unset(target: Target, pasted: Pasted) -> list[Variable]:
    """Say which variables are yet to be set."""
    return [each for each in pasted.proposal.variables if not target.environ.get(each.name)]


def asked_for(target: Target, variable: Variable) -> str:
    """Ask for a variable, or say that it is set, so that nobody's key goes where they know not."""
    if target.environ.get(variable.name):
        return f"{variable.name} is set, and sent as {variable.holds}."
    return f"Set {variable.name} ({variable.holds}), here or in .env beside the file."


def models_of(entry: Mapping[str, object]) -> list[str]:
    """Name the models as calls name them."""
    models = entry["models"]
    listed = models["default"] if isinstance(models, dict) else []
    names = [each if isinstance(each, str) else str(each["name"]) for each in listed]
    return [f"{slug_of(str(entry['name']))}/{name}" for name in names]


def told(target: Target, pasted: Pasted, added: Added) -> dict[str, object]:
    """Say what was done, for programs."""
    entry = pasted.proposal.entry
    return {
        "file": target.path,
        "line": added.line,
        "column": added.column,
        "written": not target.is_dry,
        "name": entry["name"],
        "models": models_of(entry),
        "yaml": block_of(entry),
        "unset": [{"variable": each.name, "holds": each.holds} for each in unset(target, pasted)],
        "warnings": pasted.warnings,
        "notes": pasted.proposal.notes,
        "problems": added.problems,
    }


def show(target: Target, pasted: Pasted, added: Added) -> None:
    """Say what was done, and what comes next."""
    entry = pasted.proposal.entry
    for warning in pasted.warnings:
        warn(warning)
    click.echo(block_of(entry), nl=False)
    where = f"{target.path}:{added.line}:{added.column}"
    click.echo(f"It would stand at {where}" if target.is_dry else f"Written: {where}")
    for note in pasted.proposal.notes:
        click.echo(f"Note: {note}")
    for problem in added.problems:
        click.echo(render(problem), err=True)
    for variable in pasted.proposal.variables:
        click.echo(asked_for(target, variable))
    which = f"CONFIG_PATH={shlex.quote(str(target.path))} " if target.is_named else ""
    model = shlex.quote(models_of(entry)[0])
    click.echo(f'Try it: {which}endpoints-server try {model} "Say hello"')
