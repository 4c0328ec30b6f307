"""Opening a store: files, urls, and the tables of this version."""

import asyncio
import sqlite3
import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from endpoints_server.domain.fault import Failed, Kind
from endpoints_server.store.audit import Rule
from endpoints_server.store.open import open_store
from endpoints_server.store.sql.engine import reading
from endpoints_server.store.sql.migrations import HEAD
from endpoints_server.store.sql.migrations.migrate import history
from endpoints_server.store.sql.tables import METADATA
from endpoints_server.store.sqlite.file import open_engine
from endpoints_server.store.sqlite.open import FILE_NAME
from tests.store.entries import entry


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def make(data_dir: Path) -> Path:
    """Open and close a store, so that its file is there."""
    store = await open_store(data_dir)
    await store.close()
    return data_dir / FILE_NAME


async def change(path: Path, statement: str) -> None:
    """Change a file behind the store's back."""
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement)
    connection.close()


async def test_nobody_else_may_read_what_is_made(tmp_path: Path) -> None:
    data_dir = tmp_path / "state"
    store = await open_store(data_dir)
    await store.ledger.record(entry("a"))
    assert mode_of(data_dir) == 0o700
    files = {path.name: mode_of(path) for path in data_dir.iterdir()}
    assert FILE_NAME in files
    assert set(files.values()) == {0o600}
    await store.close()


async def test_a_connection_that_is_given_back_late_is_closed(tmp_path: Path) -> None:
    engine = open_engine(await make(tmp_path))
    with reading(engine) as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        engine.dispose()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        driver.execute("select 1")


async def test_what_was_recorded_is_there_after_opening_again(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    await store.ledger.record(entry("a"))
    await store.close()
    store = await open_store(tmp_path)
    assert await store.ledger.list_entries() == [entry("a")]
    await store.close()


async def test_a_url_names_another_file(tmp_path: Path) -> None:
    other = tmp_path / "deep" / "100% mine.db"
    store = await open_store(tmp_path, f"sqlite:///{other}")
    await store.close()
    assert other.exists()
    assert not (tmp_path / FILE_NAME).exists()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://user:hunter2@host/name?no=such", "The database url cannot be read"),
        ("mysql://user:hunter2@host/name", "must be 'sqlite:///path' or 'postgresql://"),
        ("sqlite:///", "must be 'sqlite:///path'"),
    ],
)
async def test_a_url_of_no_database_is_refused(tmp_path: Path, url: str, words: str) -> None:
    with pytest.raises(Failed) as failed:
        await open_store(tmp_path, url)
    assert failed.value.fault.kind is Kind.BAD_REQUEST
    assert words in failed.value.fault.message
    assert "hunter2" not in failed.value.fault.message


async def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("a letter to my aunt, " * 100)
    with pytest.raises(Failed) as failed:
        await open_store(tmp_path)
    assert failed.value.fault.kind is Kind.UNAVAILABLE
    assert "not a database" in failed.value.fault.message
    assert (tmp_path / FILE_NAME).read_text().startswith("a letter to my aunt")


async def test_a_database_of_a_newer_version_is_left_as_it_is(tmp_path: Path) -> None:
    path = await make(tmp_path)
    await change(path, "update alembic_version set version_num = '9999'")
    before = path.read_bytes()
    with pytest.raises(Failed) as failed:
        await open_store(tmp_path)
    assert "newer version" in failed.value.fault.message
    assert path.read_bytes() == before


def test_the_newest_migration_is_the_one_that_opening_looks_for() -> None:
    assert ScriptDirectory.from_config(history()).get_heads() == [HEAD]


async def test_the_migrations_make_the_tables_that_are_declared(tmp_path: Path) -> None:
    engine = open_engine(await make(tmp_path))
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("update entries set cost_nano_usd = cost_nano_usd + 1 where id = 'b'", Rule.COST),
        ("update entries set input_tokens = input_tokens + 1 where id = 'b'", Rule.COST),
        ("update entries set input_rate = '0.16' where id = 'b'", Rule.COST),
        ("update entries set input_rate = 'much' where id = 'b'", Rule.UNREADABLE),
        ("update entries set outcome = 'fine' where id = 'b'", Rule.UNREADABLE),
        ("update entries set losses = '[' where id = 'b'", Rule.UNREADABLE),
        ("update entries set attempt = 2 where id = 'b'", Rule.ATTEMPTS),
    ],
)
async def test_a_row_changed_by_hand_is_found(tmp_path: Path, statement: str, rule: Rule) -> None:
    store = await open_store(tmp_path)
    await asyncio.gather(*(store.ledger.record(entry(name)) for name in "abc"))
    await change(tmp_path / FILE_NAME, statement)
    verification = await store.ledger.verify()
    await store.close()
    assert verification.checked == 3
    assert [(found.rule, found.entry_id) for found in verification.findings][:1] == [(rule, "b")]


async def test_a_row_that_cannot_be_read_is_named_to_who_asks_for_it(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    await store.ledger.record(entry("a"))
    await change(tmp_path / FILE_NAME, "update entries set outcome = 'fine'")
    with pytest.raises(Failed) as failed:
        await store.ledger.list_entries()
    await store.close()
    assert failed.value.fault.kind is Kind.INTERNAL
    assert "'a'" in failed.value.fault.message


async def test_damaged_pages_are_found(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    await asyncio.gather(*(store.ledger.record(entry(f"{i:05}")) for i in range(300)))
    await store.close()
    path = tmp_path / FILE_NAME
    content = bytearray(path.read_bytes())
    content[-3 * 4096 :] = b"\xa5" * (3 * 4096)
    path.write_bytes(content)
    store = await open_store(tmp_path)
    verification = await store.ledger.verify()
    await store.close()
    assert Rule.DAMAGED in {found.rule for found in verification.findings}
