"""The pool of connections to PostgreSQL, which tells quickly that the database is away."""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError

from endpoints_server.store.postgres.connection import ANSWER_SECONDS, connect
from endpoints_server.store.shared.breaker import Breaker

KEPT_CONNECTIONS = 5
MORE_CONNECTIONS = 10
QUEUE_SECONDS = 1.0
"""How long somebody waits for a connection while all are in use."""


class Away(SQLAlchemyError):
    """The database did not answer a moment ago, so it is not asked."""


def open_engine(conninfo: str, breaker: Breaker) -> Engine:
    """Open a pool; a transaction sees one state of the database unless it is told otherwise."""
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: dial(conninfo, breaker),
        isolation_level="REPEATABLE READ",
        pool_size=KEPT_CONNECTIONS,
        max_overflow=MORE_CONNECTIONS,
        pool_timeout=QUEUE_SECONDS,
        hide_parameters=True,
        use_native_hstore=False,
    )
    watch(engine, breaker)
    return engine


def dial(conninfo: str, breaker: Breaker) -> Any:
    """Connect, unless that is known to be of no use."""
    require_closed(breaker)
    try:
        connection = connect(conninfo)
    except Exception:
        breaker.note_failure()
        raise
    breaker.note_success()
    return connection


def watch(engine: Engine, breaker: Breaker) -> None:
    """Let the breaker see what becomes of the connections, and whoever wants one ask it."""

    def check(driver: Any, _record: object, _proxy: object) -> None:
        require_closed(breaker)
        driver.patience_seconds = ANSWER_SECONDS
        if driver.is_gone():
            raise DisconnectionError  # and the pool tries another

    def fail(context: ExceptionContext) -> None:
        if context.is_disconnect:
            breaker.note_failure()

    def succeed(*_: object) -> None:
        breaker.note_success()

    event.listen(engine, "checkout", check)
    event.listen(engine, "handle_error", fail)
    event.listen(engine, "after_cursor_execute", succeed)
    event.listen(engine, "set_connection_execution_options", be_patient)


def require_closed(breaker: Breaker) -> None:
    """Raise Away where nothing is to be tried yet."""
    if not breaker.may_try():
        raise Away("the database is away; it is tried again in a moment")


def be_patient(connection: Connection, options: dict[str, Any]) -> None:
    """Let a connection wait as long as it was told, until it is handed back."""
    if "patience_seconds" in options:
        driver: Any = connection.connection.driver_connection
        driver.patience_seconds = options["patience_seconds"]
