"""LibreChat's file with an entry for each built-in endpoint, and all else as it stands."""

from typing import Any

from msgspec.structs import replace

from endpoints_server.config.edit.assume import Assumed
from endpoints_server.config.edit.outline import outline_of
from endpoints_server.config.edit.place import Unplaced, at_end, flow, inside, place
from endpoints_server.config.expand import variables_in
from endpoints_server.config.importing.librechat.azure import azure_groups
from endpoints_server.config.importing.librechat.built_in import Made, built_ins
from endpoints_server.config.importing.librechat.cut import without_blocks
from endpoints_server.config.importing.librechat.keys import comments_with_keys, with_variables
from endpoints_server.config.importing.librechat.told import tell_rest
from endpoints_server.config.importing.librechat.variables import Variables
from endpoints_server.config.importing.secrets import Secrets
from endpoints_server.config.importing.written import (
    Report,
    Written,
    faults_of,
    free_name,
    fresh,
    in_order,
)
from endpoints_server.config.load import load_bytes
from endpoints_server.config.problem import Level, Problem, has_errors, shown
from endpoints_server.config.text.document import Document, Path, Source
from endpoints_server.config.text.dump import dumped
from endpoints_server.config.text.flatten import read_document
from endpoints_server.config.text.read import decode

MARK = "\ufeff"
CUSTOM: Path = ("endpoints", "custom")
NO_VARIABLES = Variables()


def write_librechat(content: bytes, file: str, variables: Variables = NO_VARIABLES) -> Written:
    """Write LibreChat's file for this server; nothing is raised, and no value of a variable told.

    What this server reads stays byte for byte.
    """
    text = decode(content, file)
    if isinstance(text, Problem):
        return Written(report=(text,))
    document, problems = read_document(Source(file, text))
    if document is None or has_errors(problems):
        return Written(report=tuple(problems) or (nothing_in(file),))
    report = Report(document)
    sound = served(text, file, report)
    if has_errors(report.problems):
        return Written(report=report.told())
    taken = variables_in(text) | frozenset(variables.found)
    secrets = Secrets(report=report, taken=taken)
    result = with_entries(without_keys(sound, file, secrets), secrets, variables)
    tell_rest(report, variables)
    if has_errors(problems_in(result, file)):
        message = "it cannot be changed without harm: put the keys into variables by hand"
        return Written(report=(*report.told(), document.problem((), message)))
    if result == text:
        report.note((), "nothing is different here: the file can be served as it is")
    kept = MARK if content.startswith(MARK.encode()) else ""
    return Written(yaml=kept + result, report=report.told())


def nothing_in(file: str) -> Problem:
    """Tell of a file that holds nothing."""
    return Problem(file=file, message="the file holds nothing")


def served(text: str, file: str, report: Report) -> str:
    """Give the text as it can be served; what is wrong in what is read here stays an error."""
    problems = problems_in(text, file)
    errors = [each for each in problems if each.level is Level.ERROR]
    cut = without_blocks(text, errors, report) if errors else text
    if errors and has_errors(problems_in(cut, file)):
        report.problems += errors
        return text
    report.problems += [each for each in problems if each.level is not Level.ERROR]
    return cut


def without_keys(text: str, file: str, secrets: Secrets) -> str:
    """Put variables in the place of keys, in the text and in what endpoints are made of."""
    document, _ = read_document(Source(file, text))
    if document is None:
        return text
    changed = with_variables(text, document, secrets)
    for line in comments_with_keys(changed):
        message = "the comment may hold a key, and stays as it is: take it out"
        problem = Problem(file=file, line=line, message=message, level=Level.WARNING)
        secrets.report.problems.append(problem)
    without, _ = read_document(Source(file, changed))
    if without is not None:
        secrets.report.document = replace(secrets.report.document, value=without.value)
    return changed


def problems_in(text: str, file: str) -> tuple[Problem, ...]:
    """Check a text as if every variable were set."""
    return load_bytes(text.encode(), Assumed({}, text), file).problems


def with_entries(text: str, secrets: Secrets, variables: Variables) -> str:
    """Put an entry for each built-in endpoint behind those that there are."""
    report = secrets.report
    taken = names_in(report.document)
    aliases: dict[str, str] = {}
    for made in [*built_ins(report.document, variables), *azure_groups(secrets)]:
        entry = in_order(made.entry | {"name": free_name(made.entry["name"], taken)})
        faults = faults_of(entry)
        changed = text if faults else placed(text, fresh(entry))
        if faults or changed == text:
            why = faults[0].message if faults else "there is no place for it in the file"
            report.warn(made.place, f"the endpoint {shown(entry['name'])} is left out: {why}")
            continue
        text = changed
        taken.append(entry["name"])
        aliases |= {name: f"{entry['name']}/{model}" for name, model in made.aliases.items()}
        report.problems.append(told_of(made, entry["name"], report.document, variables))
    return with_aliases(text, aliases, report)


def names_in(document: Document) -> list[str]:
    """Name the endpoints that the file has."""
    entries: Any = document.get(CUSTOM)
    return [each["name"] for each in entries] if isinstance(entries, list) else []


def placed(text: str, entry: dict[str, Any]) -> str:
    """Put an entry into a text; the text as it is where there is no place."""
    try:
        return place(text, entry).made_in(text)
    except Unplaced:
        return text


def told_of(made: Made, name: str, document: Document, variables: Variables) -> Problem:
    """Say what an entry was made of."""
    message = f"LibreChat's own endpoint becomes {shown(name)}"
    if made.variable:
        return variables.problem(made.variable, f"{message} (`{made.variable}`)", Level.NOTE)
    return document.problem(made.place, message, level=Level.NOTE, is_about_key=True)


def with_aliases(text: str, aliases: dict[str, str], report: Report) -> str:
    """Add the names of models whose deployments have others."""
    if not aliases:
        return text
    value = {"server": {"aliases": aliases}}
    if report.document.get(("server",)) is not None:
        for name, target in aliases.items():
            message = f"add the alias {shown(name)} for {shown(target)} to `server.aliases`"
            report.warn(("server",), message)
        return text
    outline = outline_of(text)
    if outline.root is None or not outline.root.is_flow:
        return at_end(text, outline.end, dumped(value)).made_in(text)
    return inside(outline.root, flow(value)[1:-1]).made_in(text)
