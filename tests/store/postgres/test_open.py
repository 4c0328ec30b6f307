"""Opening PostgreSQL: which tables it must have, who makes them, and in what order they sort."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from msgspec.structs import replace
from sqlalchemy import text

from endpoints_server.domain.fault import Failed, Kind
from endpoints_server.domain.money.account import Account, Decision, Reservation
from endpoints_server.store.open import open_store
from endpoints_server.store.postgres.migrate import migrate
from endpoints_server.store.postgres.open import open_database
from endpoints_server.store.sql.engine import reading, writing
from endpoints_server.store.sql.migrations import HEAD
from endpoints_server.store.sql.migrations.migrate import Migrated
from endpoints_server.store.sql.tables import METADATA
from tests.postgres import Cluster
from tests.store.entries import entry

ROOT = Path(__file__).parents[3]
PROCESSES = 8
EMPTY = "template0"
MIGRATE_AT_ONCE = """
import os, sys
from pathlib import Path
from endpoints_server.store.postgres.migrate import migrate

children = []
for _ in range(int(sys.argv[2])):
    child = os.fork()
    if not child:
        migrate(Path(), sys.argv[1])
        os._exit(0)
    children.append(child)
sys.exit(any(os.waitpid(child, 0)[1] for child in children))
"""


async def refusal(tmp_path: Path, url: str) -> str:
    """Give what is said where a database is not opened."""
    with pytest.raises(Failed) as failed:
        await open_store(tmp_path, url)
    assert failed.value.fault.kind is Kind.UNAVAILABLE
    return failed.value.fault.message


def change(url: str, statement: str) -> None:
    """Change a database behind the store's back."""
    _, engine = open_database(url)
    with writing(engine) as connection:
        connection.execute(text(statement))
    engine.dispose()


async def test_a_database_without_tables_is_told_how_it_gets_them(
    cluster: Cluster, tmp_path: Path
) -> None:
    url = cluster.make_database(EMPTY)
    assert await refusal(tmp_path, url) == (
        "The database has no tables yet. Run: endpoints-server db migrate"
    )
    assert migrate(tmp_path, url) == Migrated(None, HEAD)
    assert migrate(tmp_path, url) == Migrated(HEAD, HEAD)
    store = await open_store(tmp_path, url)
    await store.close()


@pytest.mark.parametrize(
    ("revision", "words"), [("0001", "older than this version. Run:"), ("9999", "newer version")]
)
async def test_a_database_of_another_version_is_left_as_it_is(
    cluster: Cluster, tmp_path: Path, revision: str, words: str
) -> None:
    url = cluster.make_database()
    change(url, f"update alembic_version set version_num = '{revision}'")
    assert words in await refusal(tmp_path, url)


async def test_a_newer_database_is_not_migrated_back(cluster: Cluster, tmp_path: Path) -> None:
    url = cluster.make_database()
    change(url, "update alembic_version set version_num = '9999'")
    with pytest.raises(Failed) as failed:
        migrate(tmp_path, url)
    assert "newer version" in failed.value.fault.message


async def test_processes_that_migrate_at_once_migrate_once(
    cluster: Cluster, tmp_path: Path
) -> None:
    url = cluster.make_database(EMPTY)
    command = (sys.executable, "-c", MIGRATE_AT_ONCE, url, str(PROCESSES))
    migrating = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    assert await migrating.wait() == 0
    store = await open_store(tmp_path, url)
    await store.close()


async def test_the_migrations_make_the_tables_that_are_declared(cluster: Cluster) -> None:
    _, engine = open_database(cluster.make_database())
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


async def test_every_text_sorts_by_its_code_points(cluster: Cluster) -> None:
    _, engine = open_database(cluster.make_database())
    wanted = text(
        "select table_name, column_name from information_schema.columns "
        "where data_type = 'text' and collation_name is distinct from 'C' "
        "and table_name = any(:names)"
    )
    names = [table.name for table in METADATA.sorted_tables]
    with reading(engine) as connection:
        assert connection.execute(wanted, {"names": names}).all() == []
    engine.dispose()


async def test_a_text_with_nul_is_refused_where_it_is_given_and_replaced_in_the_ledger(
    cluster: Cluster, tmp_path: Path
) -> None:
    store = await open_store(tmp_path, cluster.make_database())
    await store.ledger.record(entry("a", conversation_id="a\x00b"))
    assert [found.conversation_id for found in await store.ledger.list_entries()] == ["a\ufffdb"]
    with pytest.raises(Failed) as failed:
        await store.people.find_person("a\x00b")
    assert failed.value.fault.kind is Kind.BAD_REQUEST
    await store.close()


async def test_an_entry_that_cannot_be_kept_holds_up_no_other(
    cluster: Cluster, tmp_path: Path
) -> None:
    store = await open_store(tmp_path, cluster.make_database())
    recorded = [entry("a"), entry("b", cost_nano_usd=2**70), entry("c", model="\ud800"), entry("d")]
    answers = await asyncio.gather(*map(store.ledger.record, recorded), return_exceptions=True)
    assert [type(answer) for answer in answers] == [type(None), Failed, Failed, type(None)]
    assert {found.id for found in await store.ledger.list_entries()} == {"a", "d"}
    await store.close()


async def test_what_cannot_be_kept_undoes_nothing_and_doubles_nothing_beside_it(
    cluster: Cluster, tmp_path: Path
) -> None:
    store = await open_store(tmp_path, cluster.make_database())
    house = Account(name="house", cap_nano_usd=1000)
    kept = [entry(name, accounts=(house.row,)) for name in ("a", "b", "c")]
    holds = [Reservation(accounts=(house,), nano_usd=100, entry=each) for each in kept]
    await store.accounts.reserve(holds[0])
    told, *decisions = await asyncio.gather(
        store.ledger.record(replace(kept[0], cost_nano_usd=2**70)),
        *map(store.accounts.reserve, holds[1:]),
        return_exceptions=True,
    )
    assert isinstance(told, Failed)
    assert [isinstance(each, Decision) and each.is_admitted for each in decisions] == [True, True]
    (remainder,) = await store.accounts.list_remainders([house])
    assert remainder.left_nano_usd == 700
    await store.close()


async def test_what_a_server_that_died_forgot_of_a_hold_is_paid_for_all_the_same(
    cluster: Cluster, tmp_path: Path
) -> None:
    url = cluster.make_database()
    store = await open_store(tmp_path, url)
    house = Account(name="house", cap_nano_usd=1000)
    kept = entry("a", cost_nano_usd=120, accounts=(house.row,))
    await store.accounts.reserve(Reservation(accounts=(house,), nano_usd=300, entry=kept))
    cluster.execute(
        "delete from reservations; delete from accounts", url.partition("@/")[2].partition("?")[0]
    )
    for _ in range(2):
        await store.ledger.record(kept)
        (remainder,) = await store.accounts.list_remainders([house])
        assert remainder.left_nano_usd == 880
    await store.close()


def test_a_connection_that_is_given_back_late_is_closed(cluster: Cluster) -> None:
    _, engine = open_database(cluster.make_database())
    with reading(engine) as connection:
        driver: Any = connection.connection.driver_connection
        engine.dispose()
        assert not driver.closed
    assert driver.closed


async def test_a_password_is_in_no_words_of_ours(tmp_path: Path) -> None:
    said = await refusal(tmp_path, f"postgresql://ada:hunter2@/none?host={tmp_path}")
    assert "hunter2" not in said


async def test_a_row_changed_by_hand_is_found(cluster: Cluster, tmp_path: Path) -> None:
    url = cluster.make_database()
    store = await open_store(tmp_path, url)
    await asyncio.gather(*(store.ledger.record(entry(name)) for name in "abc"))
    change(url, "update entries set input_tokens = 1 where id = 'b'")
    change(url, "update entries set outcome = 'fine' where id = 'c'")
    findings = (await store.ledger.verify()).findings
    assert {found.entry_id for found in findings} >= {"b", "c"}
    await store.close()
