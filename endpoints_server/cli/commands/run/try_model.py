"""`try`: one real call, by the same code that serves."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from secrets import token_bytes

import rich_click as click
from msgspec import Struct
from uuid_utils import uuid7

from endpoints_server.calls.call import Inbound
from endpoints_server.calls.exchange import Exchange
from endpoints_server.calls.gate import Gate
from endpoints_server.calls.serve import serve
from endpoints_server.cli.ground import UNSERVED, now, opened_store, read_catalog, stand
from endpoints_server.cli.listener import Listener
from endpoints_server.cli.outcome import Complaint, outcome_of_kind
from endpoints_server.cli.present import json_option, show_json
from endpoints_server.demo.upstream import DemoUpstream
from endpoints_server.desk.keys import KeyDraft, create_key
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.money.entry import Entry
from endpoints_server.domain.money.usd import usd
from endpoints_server.domain.people.access_key import RANDOM_BYTES
from endpoints_server.domain.people.person import ADMIN
from endpoints_server.domain.report import Report
from endpoints_server.domain.secret import Secret
from endpoints_server.domain.talk.prompt import Message, Prompt, Role, Text
from endpoints_server.domain.wire import Operation, Wire
from endpoints_server.log.output import hide, logger
from endpoints_server.store.keyring.ring import Ring
from endpoints_server.store.memory import open_memory
from endpoints_server.store.ports import Store
from endpoints_server.store.vault import Vault
from endpoints_server.upstream.clients import Upstreams
from endpoints_server.web.console.my_keys import MY_KEYS
from endpoints_server.wires.listed import WIRES

LOG = logger("endpoints_server.try")


class Question(Struct, frozen=True, kw_only=True):
    """What is asked, and in which wire."""

    model: str
    text: str
    wire: Wire
    ceiling_tokens: int | None = None


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
    async with opened_store() as (store, ring), opened_catalog() as catalog:
        hide(secret for endpoint in catalog.endpoints for secret in endpoint.secrets)
        reports: list[Report] = []
        upstreams = Upstreams()
        upstreams.adopt(catalog)
        try:
            exchange, key = await make_exchange(catalog, ring, store, upstreams, reports)
            inbound = inbound_of(question, key, exchange)
            await serve(exchange, inbound, partial(read_body, question), listener)
        finally:
            await upstreams.close()
        return reports[0]


@asynccontextmanager
async def opened_catalog() -> AsyncIterator[Catalog]:
    """Compile the configuration; where there is none, start the demo and lead to it."""
    ground = stand()
    if not ground.is_demo:
        yield read_catalog(ground, UNSERVED)
        return
    demo = DemoUpstream()
    await demo.start()
    try:
        yield read_catalog(ground, demo.address)
    finally:
        await demo.close()


async def make_exchange(
    catalog: Catalog, ring: Ring, store: Store, upstreams: Upstreams, reports: list[Report]
) -> tuple[Exchange, Secret]:
    """Put together what a call needs, with a key that only this process knows."""
    passing = open_memory()
    draft = KeyDraft(person=ADMIN, name="try")
    _, key = await create_key(passing, ring, draft, token_bytes(RANDOM_BYTES), now())
    exchange = Exchange(
        catalog=lambda: catalog,
        wires=WIRES,
        keys=passing.keys,
        ring=ring,
        vault=Vault(store.credentials, ring),
        ledger=store.ledger,
        gate=Gate(store.accounts, store.balances, store.limits, store.rules),
        upstreams=upstreams,
        now=now,
        timer=time.perf_counter,
        identify=lambda: uuid7().hex,
        report=reports.append,
        trouble=lambda error: LOG.error("unexpected", exc_info=error),
        keys_url=MY_KEYS,
    )
    return exchange, key


def inbound_of(question: Question, key: Secret, exchange: Exchange) -> Inbound:
    """Say what the server would know of such a request; a stream is one of events."""
    wire = question.wire
    return Inbound(
        wire=wire,
        operation=Operation.CHAT,
        headers={"authorization": f"Bearer {key.reveal()}"},
        endpoint_name="",
        query="alt=sse" if wire.is_named_by_path else "",
        request_id=exchange.identify(),
        started_at=exchange.now(),
        started=exchange.timer(),
        model=question.model if wire.is_named_by_path else "",
        is_stream=True if wire.is_named_by_path else None,
    )


async def read_body(question: Question, limit_bytes: int) -> bytes:
    """Write the question in its wire; raises Failed where it is larger than a server takes."""
    body = body_of(question)
    if len(body) > limit_bytes:
        raise Failed(Fault(kind=Kind.TOO_LARGE, message="The text is too large to be sent."))
    return body


def body_of(question: Question) -> bytes:
    """Say the question in its wire."""
    prompt = Prompt(
        model=question.model,
        messages=(Message(role=Role.USER, parts=(Text(text=question.text),)),),
        ceiling_tokens=question.ceiling_tokens,
        is_stream=True,
        has_stream_usage=True,
    )
    return question.wire.write_request(prompt, Dialect()).body


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
