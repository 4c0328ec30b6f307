"""What a database is asked, and how it goes about the answer."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

Asked = list[tuple[str, Any]]
NODE = "->"


@contextmanager
def noted() -> Generator[Asked]:
    """Note what is asked of any database while the block lasts."""
    asked: Asked = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        asked.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def explain(engine: Engine, asked: Asked) -> list[str]:
    """Let PostgreSQL answer again, and tell its steps with the rows and the time of each."""
    with engine.connect() as connection:
        return [
            line
            for statement, values in asked
            for (line,) in connection.exec_driver_sql(f"explain analyze {statement}", values)
            if NODE in line or "Execution Time" in line
        ]
