"""One line for each thing that happened, and no secret in any of them."""

import logging
import sys
import threading
from collections.abc import Iterable, Mapping, MutableMapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal, TextIO

import structlog
from msgspec import Struct
from msgspec.json import Encoder
from structlog.typing import FilteringBoundLogger, Processor

from endpoints_server.domain.money.entry import Entry
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.money.usd import usd
from endpoints_server.domain.report import Report
from endpoints_server.domain.scrub import scrub
from endpoints_server.domain.secret import Secret

Format = Literal["json", "console"]
Fields = MutableMapping[str, object]

DEEPEST = 6
"""How far into a nested value a line looks before it takes its text."""
LARGEST_NUMBER = 2**63

call_id: ContextVar[str] = ContextVar("call_id", default="")
"""The id of the call that is being served; every line of its task carries it."""

encoder = Encoder()


class Output(Struct):
    """Where lines go and how; there is one, because a process has one log."""

    format: Format = "json"
    level: int = logging.INFO
    stream: TextIO | None = None
    secrets: tuple[Secret, ...] = ()


OUTPUT = Output()


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


def configure(level: str = "info", form: Format = "json", stream: TextIO | None = None) -> None:
    """Set up every logger of the process; `stream` is stderr unless told.

    What libraries have to say below a warning is only told at the level debug.
    """
    OUTPUT.format, OUTPUT.stream = form, stream
    OUTPUT.level = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared_processors(), render],
        wrapper_class=structlog.make_filtering_bound_logger(OUTPUT.level),
        logger_factory=LineLogger,
        cache_logger_on_first_use=False,
    )
    lines = LibraryLines()
    lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
            foreign_pre_chain=shared_processors(),
        )
    )
    quiet = OUTPUT.level if OUTPUT.level <= logging.DEBUG else max(OUTPUT.level, logging.WARNING)
    logging.basicConfig(level=quiet, handlers=[lines], force=True)


def hide(secrets: Iterable[Secret]) -> None:
    """Say which secrets exist, so that no line holds one even where nothing gives it away."""
    OUTPUT.secrets = tuple(secrets)


def watch_crashes() -> None:
    """See that an exception which ends the process or a thread passes the same gate."""

    def tell(error: BaseException | None) -> None:
        logger("endpoints_server").critical("crashed", exc_info=error)

    sys.excepthook = lambda _kind, error, _traceback: tell(error)
    threading.excepthook = lambda crash: tell(crash.exc_value)


def logger(name: str) -> FilteringBoundLogger:
    """Give the logger of a part of the server; its lines are `event, **fields`."""
    made: FilteringBoundLogger = structlog.get_logger(name)
    return made


def log_call(report: Report) -> None:
    """Write the one line of a call."""
    entry = report.entry
    outcome = entry.outcome.value if entry else "refused"
    is_fine = report.status < 500 and not report.notices
    if (logging.INFO if is_fine else logging.WARNING) < OUTPUT.level:
        return
    line = CallLine(
        at=now(),
        level="info" if is_fine else "warning",
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
        write(encoder.encode(line).decode())
    else:
        write(str(render(None, line.level, in_short(line))))


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


def shared_processors() -> list[Processor]:
    """Give the steps every line takes before it is written out, ours or a library's."""
    return [
        add_call_id,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,  # a plain traceback, which shows no variables
        add_instant,
    ]


def add_call_id(_logger: object, _method: str, fields: Fields) -> Fields:
    """Say which call a line belongs to."""
    if request_id := call_id.get():
        fields.setdefault("request_id", request_id)
    return fields


def add_instant(_logger: object, _method: str, fields: Fields) -> Fields:
    """Say when."""
    fields["at"] = now()
    return fields


def now() -> str:
    """Give the instant as ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def render(_logger: object, _method: str, fields: Fields) -> str:
    """Write the fields as a line, then take out every secret: the last gate before the stream."""
    leading = {name: fields.pop(name, "") for name in ("at", "level", "event")}
    legible = {name: legible_value(value) for name, value in (leading | dict(fields)).items()}
    is_json = OUTPUT.format == "json"
    line = encoder.encode(legible).decode() if is_json else in_words(legible)
    return scrub(line, OUTPUT.secrets)


def in_words(fields: dict[str, object]) -> str:
    """Write a line for a person at a terminal: what is empty is left out, a traceback goes last."""
    clock = str(fields.pop("at"))[11:19]
    level, event = fields.pop("level"), fields.pop("event")
    traceback = fields.pop("exception", None)
    told = [f"{name}={value}" for name, value in fields.items() if value not in ("", None, (), [])]
    line = "  ".join([f"{clock} {level!s:<8}{event}", *told])
    return f"{line}\n{traceback}" if traceback else line


def legible_value(value: object, depth: int = 0) -> object:
    """Turn any value into one that JSON has, bytes into text, and what is unknown into its repr."""
    match value:
        case None | bool() | float():
            return value
        case int() if abs(value) < LARGEST_NUMBER:
            return value
        case str():
            return legible_text(value)
        case bytes():
            return value.decode(errors="replace")
        case Mapping() | list() | tuple() | set() | frozenset() if depth < DEEPEST:
            return legible_items(value, depth + 1)
        case _:  # a Secret, an exception, anything: its repr goes through the gate as well
            return legible_text(repr(value))


def legible_items(values: Iterable[object], depth: int) -> object:
    """Do so with everything in a mapping or a sequence; names become text."""
    if not isinstance(values, Mapping):
        return [legible_value(inner, depth) for inner in values]
    return {
        str(legible_value(name, DEEPEST)): legible_value(inner, depth)
        for name, inner in values.items()
    }


def legible_text(text: str) -> str:
    """Replace what UTF-8 cannot say."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def write(line: str) -> None:
    """Put a line on the stream; a stream that is gone takes no call down with it."""
    try:
        (OUTPUT.stream or sys.stderr).write(line + "\n")
    except (OSError, ValueError):
        return


class LineLogger:
    """What structlog hands finished lines to."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.debug = self.info = self.warning = self.error = self.critical = write


class LibraryLines(logging.Handler):
    """What the standard library hands its records to."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record of a library as a line of ours."""
        write(self.format(record))
