"""`db`: tables made, copies taken, and the way from a file to PostgreSQL."""

import asyncio
import json
import sqlite3
import threading
from pathlib import Path

from endpoints_server.domain.people.person import Person
from endpoints_server.store.credentials import Kept
from endpoints_server.store.history.port import Order
from endpoints_server.store.open import open_store
from endpoints_server.store.own_endpoints import OwnEndpoint, Terms
from endpoints_server.store.ports import By, Sum
from endpoints_server.store.seal import Owner
from endpoints_server.store.sql.migrations import HEAD
from endpoints_server.store.sqlite.open import FILE_NAME
from endpoints_server.store.titles import Talk
from tests.cli.conftest import Command
from tests.postgres import Cluster
from tests.store.entries import DAY, NOON, entry

EMPTY = "template0"
ENTRIES = 300


async def fill(data_dir: Path, url: str = "") -> None:
    """Put something of everything into a store."""
    store = await open_store(data_dir, url)
    ada = Person(id="ada", name="Ada \x00 Ω", fields={"TEAM": "one"})
    await store.people.add_person(ada)
    await store.credentials.put_credential(
        Kept(owner=Owner("ada", "acme"), sealed="s", ending="9", created_at=1)
    )
    own = OwnEndpoint(
        person_id="ada", slug="gpu", body='{"Ω":"\\u0000"}', created_at=1, changed_at=2
    )
    await store.own_endpoints.put_own(own, Terms(most=1))
    await store.titles.keep_title(Talk("ada", "c"), "A title", NOON)
    recorded = [
        entry(f"{number:04}", person_id="ada", is_stream=number % 2 == 0, started_at=NOON + number)
        for number in range(ENTRIES)
    ]
    old = entry("old", started_at=NOON - 40 * DAY)
    await asyncio.gather(*map(store.ledger.record, [*recorded, old]))
    while await store.history.fold():
        pass
    order = Order(id="run", before_day=NOON // DAY - 35, reason="test", at=NOON)
    assert await store.history.purge(order) == 1
    await store.close()


async def sums_of(data_dir: Path, url: str = "") -> list[list[Sum]]:
    """Add up a ledger in every way, after it was verified."""
    store = await open_store(data_dir, url)
    try:
        assert (await store.ledger.verify()).findings == ()
        return [await store.ledger.sums(by) for by in By]
    finally:
        await store.close()


def test_tables_are_made_once_and_a_server_says_when_they_are_missing(
    command: Command, cluster: Cluster
) -> None:
    url = cluster.make_database(EMPTY)
    missing = command("ledger", "verify", ES_DATABASE_URL=url)
    assert missing.code == 3
    assert "endpoints-server db migrate" in missing.err
    done = command("db", "migrate", "--json", DATABASE_URL=url)
    assert json.loads(done.out) == {"before": None, "after": HEAD}
    assert "already" in command("db", "migrate", ES_DATABASE_URL=url).out
    assert command("ledger", "verify", ES_DATABASE_URL=url).code == 0


def test_a_file_gets_its_tables_too(command: Command, tmp_path: Path) -> None:
    assert HEAD in command("db", "migrate").out
    assert (tmp_path / "data" / FILE_NAME).exists()
    assert "already" in command("db", "migrate").out


def test_a_copy_is_whole_while_others_write(command: Command, tmp_path: Path) -> None:
    asyncio.run(fill(tmp_path / "data"))
    source, target = tmp_path / "data" / FILE_NAME, tmp_path / "copy.sqlite3"
    stop = threading.Event()

    def write() -> None:
        connection = sqlite3.connect(source, isolation_level=None)
        while not stop.wait(0.001):
            connection.execute("update people set name = name || 'x', email = email || 'x'")
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        done = command("db", "backup", str(target), "--json")
    finally:
        stop.set()
        writer.join()
    assert done.code == 0
    assert json.loads(done.out)["bytes"] == target.stat().st_size
    assert target.stat().st_mode & 0o777 == 0o600
    copied = sqlite3.connect(target)
    assert copied.execute("pragma integrity_check").fetchone() == ("ok",)
    assert copied.execute("select count(*) from entries").fetchone() == (ENTRIES,)
    copied.close()
    again = command("db", "backup", str(target))
    assert again.code == 1
    assert "is there already" in again.err


def test_for_postgresql_a_backup_says_what_to_run(command: Command) -> None:
    url = "postgresql://ada:hunter2@db.example.org/calls"
    done = command("db", "backup", "calls.dump", ES_DATABASE_URL=url)
    assert done.code == 1
    assert "pg_dump --format=custom --file=calls.dump" in done.err.replace("\n", " ")
    assert "hunter2" not in done.err


def test_everything_moves_from_a_file_to_postgresql(
    command: Command, cluster: Cluster, tmp_path: Path
) -> None:
    data_dir, url = tmp_path / "data", cluster.make_database(EMPTY)
    asyncio.run(fill(data_dir))
    done = command("db", "copy", "--json", ES_DATABASE_URL=url)
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert told["rows"]["entries"] == ENTRIES
    assert told["rows"]["people"] == 2
    before = asyncio.run(sums_of(data_dir))
    assert asyncio.run(sums_of(tmp_path / "none", url)) == before
    gone = entry("old").cost_nano_usd or 0
    assert told["cost_nano_usd"] == sum(row.cost_nano_usd for row in before[0]) - gone
    asyncio.run(goes_on(tmp_path / "none", url))


async def goes_on(data_dir: Path, url: str) -> None:
    """Find what was copied, and add to it."""
    store = await open_store(data_dir, url)
    found = await store.people.find_person("ada")
    assert found is not None
    assert (found.name, found.fields) == ("Ada \ufffd Ω", {"TEAM": "one"})
    assert len(await store.credentials.list_credentials("ada")) == 1
    assert [each.body for each in store.own_endpoints.of("ada")] == ['{"Ω":"\\u0000"}']
    await store.ledger.record(entry("after"))
    assert len(await store.ledger.list_entries(limit=1000)) == ENTRIES + 1
    await store.close()


def test_a_database_that_holds_something_is_not_copied_over(
    command: Command, cluster: Cluster, tmp_path: Path
) -> None:
    url = cluster.make_database()
    asyncio.run(fill(tmp_path / "data"))
    cluster.execute(
        "insert into people values ('eve', 'Eve', 'eve', '', 'USER', 'local', '{}')",
        url.partition("@/")[2].partition("?")[0],
    )
    done = command("db", "copy", ES_DATABASE_URL=url)
    assert done.code == 1
    assert "holds people already" in done.err
    assert asyncio.run(sums_of(tmp_path / "none", url)) == [[], [], [], []]


def test_copying_needs_somewhere_to_copy_to(command: Command) -> None:
    done = command("db", "copy")
    assert done.code == 1
    assert "ES_DATABASE_URL" in done.err
