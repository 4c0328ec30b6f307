"""The one line of a call."""

import logging
from collections.abc import Iterable

from msgspec import Struct

from endpoints_server.domain.money.entry import Entry
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.money.usd import usd
from endpoints_server.domain.report import Report
from endpoints_server.domain.scrub import scrub
from endpoints_server.log.legible import legible_text
from endpoints_server.log.output import OUTPUT, encoder, now, render, write

LEVELS = {logging.INFO: "info", logging.WARNING: "warning"}


class CallLine(Struct, kw_only=True):
    """What is said of a call: these fields and no others, always all of them.

    Durations in seconds, tokens disjoint as the ledger counts them.
    """

    at: str
    level: str
    event: str = "call"
    request_id: str
    wire: str
    endpoint: str = ""
    model: str = ""
    wire_out: str = ""
    operation: str = ""
    is_stream: bool = False
    credential: str = ""
    person_id: str
    key_id: str
    outcome: str
    status: int
    fault: str
    who: str
    detail: str
    stop: str = ""
    took_seconds: float
    first_byte_seconds: float | None = None
    overhead_seconds: float | None
    tokens: Usage | None = None
    usage_status: str = ""
    cost_usd: str | None = None
    cost_status: str = ""
    attempts: int = 1
    earlier: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    config: str = ""


def log_calls(reports: Iterable[Report]) -> None:
    """Write the lines of calls that have just ended, one for each, all at once."""
    at = now()
    lines = [line_of(report, at) for report in reports if level_of(report) >= OUTPUT.level]
    if lines:
        write("\n".join(lines))


def level_of(report: Report) -> int:
    """Say how much a call matters to whoever reads the log."""
    is_fine = report.status < 500 and not report.notices
    return logging.INFO if is_fine else logging.WARNING


def line_of(report: Report, at: str) -> str:
    """Write the line of a call, without its end."""
    entry = report.entry
    outcome = entry.outcome.value if entry else "refused"
    line = CallLine(
        at=at,
        level=LEVELS[level_of(report)],
        request_id=report.request_id,
        wire=report.wire,
        person_id=report.person_id,
        key_id=report.key_id,
        outcome=outcome,
        status=report.status,
        fault=report.fault,
        who=report.who,
        detail=scrub(legible_text(report.detail), OUTPUT.secrets) if report.detail else "",
        took_seconds=report.took_seconds,
        overhead_seconds=report.overhead_seconds,
        notices=report.notices,
    )
    line.earlier = tuple(f"{each.endpoint}: {each.fault}" for each in report.earlier)
    if entry is not None:
        fill(line, entry)
    if OUTPUT.format == "json":
        return encoder.encode(line).decode()
    return render(None, line.level, in_short(line))


def fill(line: CallLine, entry: Entry) -> None:
    """Add what the ledger knows of the call."""
    line.endpoint, line.model, line.wire_out = entry.endpoint, entry.model, entry.wire_out
    line.operation, line.is_stream = entry.operation, entry.is_stream
    line.credential = entry.credential
    line.attempts = entry.attempt
    line.stop = entry.stop
    if entry.first_byte_took is not None:
        line.first_byte_seconds = entry.first_byte_took / 1e6
    line.tokens = entry.usage
    line.usage_status = entry.usage_status.value
    if entry.cost_nano_usd is not None:
        line.cost_usd = usd(entry.cost_nano_usd)
    line.cost_status = entry.cost_status.value
    line.losses = tuple(scrub(loss) for loss in entry.losses)
    line.config = entry.config


def in_short(line: CallLine) -> dict[str, object]:
    """Choose what a person at a terminal wants to see of a call."""
    return {
        "at": line.at,
        "level": line.level,
        "event": "call",
        "status": line.status,
        "outcome": line.outcome,
        "endpoint": line.endpoint,
        "model": line.model,
        "seconds": f"{line.took_seconds:.3f}",
        "tokens": f"{line.tokens.total_input}+{line.tokens.total_output}" if line.tokens else "",
        "cost": f"${line.cost_usd}" if line.cost_usd else line.cost_status,
        "fault": line.fault,
        "detail": line.detail,
        "notices": "; ".join(line.notices),
        "request_id": line.request_id,
    }
