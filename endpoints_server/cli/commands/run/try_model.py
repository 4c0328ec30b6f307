"""`try`: one real call, by the same code that serves."""

import asyncio
import sys

import rich_click as click

from endpoints_server.cli.calling.ask import opened_asker
from endpoints_server.cli.calling.question import Question
from endpoints_server.cli.ground import stand
from endpoints_server.cli.listener import Listener
from endpoints_server.cli.outcome import Complaint, outcome_of_kind
from endpoints_server.cli.present import json_option, show_json
from endpoints_server.domain.fault import Kind
from endpoints_server.domain.money.entry import Entry
from endpoints_server.domain.money.usd import usd
from endpoints_server.domain.report import Report
from endpoints_server.upstream.clients import Upstreams
from endpoints_server.wires.listed import WIRES


@click.command("try")
@click.argument("model")
@click.argument("text", default="Hello")
@click.option(
    "--wire",
    type=click.Choice(list(WIRES)),
    default="openai_chat",
    show_default=True,
    help="The wire to ask in.",
)
@click.option("--max-tokens", type=click.IntRange(1), help="Bound the answer.")
@json_option
def try_model(*, model: str, text: str, wire: str, max_tokens: int | None, as_json: bool) -> None:
    """Ask MODEL something: one real call, streamed, by the same code that serves.

    The answer goes to stdout, what it cost to stderr and into the ledger. TEXT may be - for stdin.
    Exits with 3 where the endpoint cannot be reached, with 4 where it refuses.

    \b
    Examples:
      endpoints-server try demo/demo-chat "What are you?"
      endpoints-server try demo-messages --wire anthropic_messages
      git diff | endpoints-server try demo-chat - --max-tokens 200 --json
    """
    asked = sys.stdin.read() if text == "-" else text
    question = Question(model=model, text=asked, wire=WIRES[wire], ceiling_tokens=max_tokens)
    listener = Listener(question.wire, is_silent=as_json)
    report = asyncio.run(ask(question, listener))
    if report.fault or report.entry is None:
        raise complaint_of(report, listener.refusal)
    if as_json:
        show_json(result_of(report, report.entry, "".join(listener.texts)))
        return
    click.echo()
    click.echo(click.style(footer(report, report.entry), dim=True), err=True)


def complaint_of(report: Report, refusal: str) -> Complaint:
    """Say why there is no whole answer, in the words of the answer and those for the operator."""
    detail = f" ({report.detail})" if report.detail else ""
    return Complaint(outcome_of_kind(Kind(report.fault)), (refusal or report.fault) + detail)


async def ask(question: Question, listener: Listener) -> Report:
    """Make the call; gives how it ended."""
    async with opened_asker(stand(), Upstreams()) as asker:
        return await asker.ask(question, listener)


def result_of(report: Report, entry: Entry, text: str) -> dict[str, object]:
    """Say how a call went, for programs."""
    return {
        "request_id": report.request_id,
        "endpoint": entry.endpoint,
        "model": entry.model,
        "wire_in": entry.wire_in,
        "wire_out": entry.wire_out,
        "text": text,
        "stop": entry.stop,
        "seconds": round(report.took_seconds, 3),
        "usage": entry.usage,
        "usage_status": entry.usage_status,
        "cost_usd": None if entry.cost_nano_usd is None else usd(entry.cost_nano_usd),
        "cost_status": entry.cost_status,
        "losses": entry.losses,
    }


def footer(report: Report, entry: Entry) -> str:
    """Say how a call went, for people."""
    is_relayed = entry.wire_in == entry.wire_out
    usage, cost = entry.usage, entry.cost_nano_usd
    way = "relayed" if is_relayed else f"translated from {entry.wire_in} to {entry.wire_out}"
    told = [
        f"{entry.endpoint} / {entry.model}",
        way,
        f"{report.took_seconds:.2f} s",
        f"{usage.total_input} in, {usage.total_output} out",
        "unpriced" if cost is None else f"${usd(cost)} ({entry.cost_status.value})",
    ]
    return ", ".join(told)
