"""The pool of connections to PostgreSQL, which tells quickly that the database is away."""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError

from endpoints_server.store.postgres.connection import ANSWER_SECONDS, connect
from endpoints_server.store.postgres.outage import Outage
from endpoints_server.store.sql.engine import Pool

KEPT_CONNECTIONS = 5
MORE_CONNECTIONS = 10
QUEUE_SECONDS = 1.0
"""How long somebody waits for a connection while all are in use."""
PLANS = "set plan_cache_mode to force_custom_plan"
"""What is prepared is planned for the values at hand: a plan that is kept was made for tables as
they were then."""


class Away(SQLAlchemyError):
    """The database did not answer a moment ago, so it is not asked."""


def open_engine(conninfo: str) -> Engine:
    """Open a pool; a transaction sees one state of the database unless it is told otherwise."""
    outage = Outage(lambda: connect(conninfo).close())
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: dial(conninfo, outage),
        poolclass=Pool,
        isolation_level="REPEATABLE READ",
        pool_size=KEPT_CONNECTIONS,
        max_overflow=MORE_CONNECTIONS,
        pool_timeout=QUEUE_SECONDS,
        hide_parameters=True,
        use_native_hstore=False,
    )
    watch(engine, outage)
    return engine


def dial(conninfo: str, outage: Outage) -> Any:
    """Connect, unless that is known to be of no use."""
    require_there(outage)
    connection = None
    try:
        connection = connect(conninfo)
        connection.execute(PLANS)
        connection.commit()
    except Exception:
        if connection is not None:
            connection.close()
        outage.begin()
        raise
    return connection


def watch(engine: Engine, outage: Outage) -> None:
    """See what becomes of connections, and lend none while the database is away."""

    def check(driver: Any, _record: object, _proxy: object) -> None:
        require_there(outage)
        driver.patience_seconds = ANSWER_SECONDS
        if driver.is_gone():
            raise DisconnectionError  # and the pool tries another

    def fail(context: ExceptionContext) -> None:
        if context.is_disconnect:
            outage.begin()

    event.listen(engine, "checkout", check)
    event.listen(engine, "handle_error", fail)
    event.listen(engine, "set_connection_execution_options", be_patient)
    event.listen(engine, "begin", begin)
    event.listen(engine, "engine_disposed", lambda _: outage.close())


def require_there(outage: Outage) -> None:
    """Raise Away where the database need not be asked."""
    if outage.is_on():
        raise Away("the database is away; it is looked for twice a second")


def be_patient(connection: Connection, options: dict[str, Any]) -> None:
    """Let a connection wait as long as it was told, until it is handed back."""
    if "patience_seconds" in options:
        driver: Any = connection.connection.driver_connection
        driver.patience_seconds = options["patience_seconds"]


def begin(connection: Connection) -> None:
    """Wait for no disk at the end of a transaction that is light."""
    if connection.get_execution_options().get("is_light"):
        connection.exec_driver_sql("set local synchronous_commit to off")
