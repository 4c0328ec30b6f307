"""The pool of connections to PostgreSQL, which tells quickly that the database is away."""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError

from endpoints_server.store.postgres.breaker import Breaker
from endpoints_server.store.postgres.connection import ANSWER_SECONDS, connect

KEPT_CONNECTIONS = 5
MORE_CONNECTIONS = 10
QUEUE_SECONDS = 1.0
"""How long somebody waits for a connection while all are in use."""


class Away(SQLAlchemyError):
    """The database did not answer a moment ago, so it is not asked."""


def open_engine(conninfo: str, breaker: Breaker) -> Engine:
    """Open a pool; a transaction sees one state of the database unless it is told otherwise."""

    def dial() -> Any:
        require_closed(breaker)
        try:
            connection = connect(conninfo)
        except Exception:
            breaker.note_failure()
            raise
        breaker.note_success()
        return connection

    engine = create_engine(
        "postgresql+psycopg://",
        creator=dial,
        isolation_level="REPEATABLE READ",
        pool_size=KEPT_CONNECTIONS,
        max_overflow=MORE_CONNECTIONS,
        pool_timeout=QUEUE_SECONDS,
        hide_parameters=True,
    )

    def check(driver: Any, _record: object, _proxy: object) -> None:
        require_closed(breaker)
        driver.patience_seconds = ANSWER_SECONDS
        if driver.is_gone():
            raise DisconnectionError  # and the pool tries another

    def note(context: ExceptionContext) -> None:
        if context.is_disconnect:
            breaker.note_failure()

    def succeed(*_: object) -> None:
        breaker.note_success()

    event.listen(engine, "checkout", check)
    event.listen(engine, "handle_error", note)
    event.listen(engine, "after_cursor_execute", succeed)
    event.listen(engine, "set_connection_execution_options", be_patient)
    return engine


def require_closed(breaker: Breaker) -> None:
    """Raise Away where nothing is to be tried yet."""
    if not breaker.may_try():
        raise Away("the database is away; it is tried again in a moment")


def be_patient(connection: Connection, options: dict[str, Any]) -> None:
    """Let a connection wait as long as it was told, until it is handed back."""
    if "patience_seconds" in options:
        driver: Any = connection.connection.driver_connection
        driver.patience_seconds = options["patience_seconds"]
