"""`doctor`: what is wrong between endpoints and their upstreams, and what to change."""

import asyncio
import os
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import rich_click as click
from msgspec.structs import asdict

from endpoints_server.cli.calling.ask import Asker, opened_asker
from endpoints_server.cli.calling.question import Question
from endpoints_server.cli.ground import UNSERVED, Ground, load_ground, refusal, stand
from endpoints_server.cli.listener import Listener
from endpoints_server.cli.outcome import Complaint, Outcome
from endpoints_server.cli.present import json_option, show_json
from endpoints_server.config.checks.nearest import did_you_mean
from endpoints_server.config.load import Loaded
from endpoints_server.config.problem import Level
from endpoints_server.desk.doctor.case import Called, Finding, Weight
from endpoints_server.desk.doctor.examine import Call, Doctor, Examination, State, Step
from endpoints_server.desk.models.ask import World
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.endpoint import Endpoint, Model
from endpoints_server.domain.fault import Kind
from endpoints_server.upstream.observed.exchanges import ObservedUpstreams
from endpoints_server.wires.listed import WIRES

TEXT = "Say hello."
CEILING_TOKENS = 64
SPEAKING_SECONDS = 30.0
"""So long such an answer may take once it may have begun."""
MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))
"""Files that are there in containers alone."""
OUTCOMES = {
    Weight.UNREACHABLE: Outcome.UNREACHABLE,
    Weight.REFUSED: Outcome.REFUSED,
    Weight.MEND: Outcome.USER_ERROR,
}
"""What a finding makes the command exit with, the weightiest first."""
COLOURS = {State.OK: "green", State.NOTE: "yellow", State.FAULT: "red", State.SKIPPED: "cyan"}
Tell = Callable[[Examination], None]


@click.command()
@click.argument("endpoint", default="")
@click.option("--no-call", "has_call", flag_value=False, default=True, help="Call no model.")
@json_option
def doctor(*, endpoint: str, has_call: bool, as_json: bool) -> int:
    """Find out what is wrong with ENDPOINT, or with each of the file, and what to change.

    Looks in order at the configuration, the key, the way to the address (name, connection, TLS),
    the list of models where one is fetched, and the answer to one small call with each key,
    streamed, by the same code that serves; each has its entry in the ledger. No key is printed, nor
    what an upstream repeats of one. What is to be changed is told as lines of YAML where it can be.

    Exits with 0 where all is well, with 2 where the configuration is invalid, else with 3 where an
    endpoint cannot be reached, with 4 where one refuses, or with 1 where something is to be mended:
    the first of these that holds for any.

    \b
    Examples:
      endpoints-server doctor
      endpoints-server doctor mistral --no-call
      endpoints-server doctor --json | jq '.endpoints[].findings[]'
    """
    ground = stand()
    loaded = load_ground(ground, UNSERVED)
    file = "demo" if ground.is_demo else str(ground.environment.config_path)
    if loaded.settings is None:
        return refuse(ground, loaded, file, as_json=as_json)
    tell = ignore if as_json else show
    if not as_json:
        show_step(configuration_step(loaded, file))
    found = asyncio.run(examine(ground, endpoint, tell, has_call=has_call))
    if as_json:
        told = {"file": file, "usable": True, "problems": loaded.problems}
        show_json({**told, "endpoints": [told_of(each) for each in found]})
    return outcome_of(finding for each in found for finding in each.findings)


def refuse(ground: Ground, loaded: Loaded, file: str, *, as_json: bool) -> int:
    """Tell what is wrong with a file that cannot be used."""
    if not as_json:
        raise Complaint(
            Outcome.CONFIGURATION_INVALID, refusal(loaded, ground.environment.config_path)
        )
    show_json({"file": file, "usable": False, "problems": loaded.problems, "endpoints": []})
    return Outcome.CONFIGURATION_INVALID


def configuration_step(loaded: Loaded, file: str) -> Step:
    """Say that the file compiles, and whether anything is odd in it."""
    warnings = sum(problem.level is Level.WARNING for problem in loaded.problems)
    if not warnings:
        return Step(name="configuration", state=State.OK, text=f"{file} compiles")
    text = f"{file} compiles, with warnings: endpoints-server check"
    return Step(name="configuration", state=State.NOTE, text=text)


async def examine(ground: Ground, name: str, tell: Tell, *, has_call: bool) -> list[Examination]:
    """Examine an endpoint, or each in the order of the file; each is told as it is done."""
    found: list[Examination] = []
    upstreams = ObservedUpstreams()
    async with opened_asker(ground, upstreams) as asker:
        world = World(wires=WIRES, upstreams=upstreams, vault=asker.exchange.vault)
        call: Call | None = partial(call_model, asker) if has_call else None
        a_doctor = Doctor(world, upstreams, call, is_contained=is_contained())
        for endpoint in wanted(asker.catalog, name):
            found.append(await a_doctor.examine(endpoint))
            tell(found[-1])
    return found


def wanted(catalog: Catalog, name: str) -> tuple[Endpoint, ...]:
    """Find the endpoint of a name, or give all; raises Complaint with the nearest name."""
    if not name:
        return catalog.endpoints
    endpoint = catalog.by_name.get(name.lower())
    if endpoint is not None:
        return (endpoint,)
    slugs = [each.slug for each in catalog.endpoints]
    meant = did_you_mean(name, slugs).capitalize()
    known = meant or f"There are: {', '.join(slugs) or 'none'}."
    raise Complaint(Outcome.USER_ERROR, f"There is no endpoint '{name}'. {known}")


async def call_model(asker: Asker, endpoint: Endpoint, model: Model) -> Called:
    """Make the smallest call, in the wire that the endpoint speaks."""
    wire = WIRES[model.wire or endpoint.wire]
    question = Question(
        model=model.name,
        text=TEXT,
        wire=wire,
        endpoint=endpoint.slug,
        ceiling_tokens=CEILING_TOKENS,
    )
    listener = Listener(wire, is_silent=True)
    limit_seconds = endpoint.timeouts.first_token_seconds + SPEAKING_SECONDS
    try:
        async with asyncio.timeout(limit_seconds):
            report = await asker.alone(endpoint).ask(question, listener)
    except TimeoutError:
        words = f"did not end a short answer within {limit_seconds:g} seconds"
        message = f"The endpoint '{endpoint.name}' {words}."
        given = tuple(asker.commands.given)
        return Called(fault=Kind.UPSTREAM_SLOW.value, message=message, secrets=given)
    return Called(
        fault=report.fault,
        message=listener.refusal or report.detail,
        text="".join(listener.texts),
        has_thought=listener.has_thought,
        stop=listener.stop,
        ceiling_tokens=CEILING_TOKENS,
        secrets=tuple(asker.commands.given),
    )


def is_contained() -> bool:
    """Say whether this program runs in a container."""
    return any(mark.exists() for mark in MARKS) or "KUBERNETES_SERVICE_HOST" in os.environ


def outcome_of(findings: Iterable[Finding]) -> Outcome:
    """Choose the exit code: that of the weightiest finding."""
    weights = {finding.weight for finding in findings}
    return next((OUTCOMES[weight] for weight in OUTCOMES if weight in weights), Outcome.FINE)


def told_of(examination: Examination) -> dict[str, object]:
    """Say what was looked at and what was found, for programs."""
    steps = examination.steps
    return {
        "endpoint": examination.endpoint,
        "name": examination.name,
        "wire": examination.wire,
        "steps": [{"step": each.name, "state": each.state, "text": each.text} for each in steps],
        "findings": [{"step": each.name, **asdict(each.finding)} for each in steps if each.finding],
    }


def ignore(_: Examination) -> None:
    """Tell nothing yet."""


def show(examination: Examination) -> None:
    """Print what was looked at, and what is to be changed."""
    click.echo(f"\n{click.style(examination.name, bold=True)} ({examination.wire})")
    for step in examination.steps:
        show_step(step)


def show_step(step: Step) -> None:
    """Print one step, with its finding below it."""
    state = click.style(step.state.value.ljust(7), fg=COLOURS[step.state])
    click.echo(f"  {state} {step.name.ljust(13)} {step.text}")
    if step.finding is not None:
        show_finding(step.finding)


def show_finding(finding: Finding) -> None:
    """Print symptom, cause and change, and the lines to paste."""
    told = (
        ("symptom", finding.symptom),
        ("cause", finding.cause),
        ("change", finding.change),
    )
    for name, text in told:
        click.echo(f"          {click.style(name.ljust(7), dim=True)} {text}")
    for line in finding.paste.splitlines():
        click.echo(f"                  {line}")
