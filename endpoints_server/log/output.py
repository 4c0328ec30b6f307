"""Where lines go, and the steps they take to get there."""

import logging
import sys
import threading
from collections.abc import Iterable, MutableMapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal, TextIO

import structlog
from msgspec import Struct
from msgspec.json import Encoder
from structlog.typing import FilteringBoundLogger, Processor

from endpoints_server.domain.scrub import scrub
from endpoints_server.domain.secret import Secret
from endpoints_server.log.legible import legible_value

Format = Literal["json", "console"]
Fields = MutableMapping[str, object]

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
