"""The whole server while PostgreSQL is away: who is known goes on, nobody is told a lie, and every
call is in the ledger once when it is back."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest

from endpoints_server.cli.outcome import Outcome
from endpoints_server.domain.people.access_key import RANDOM_BYTES, make_key
from endpoints_server.store.open import open_store
from tests.acceptance.process import run
from tests.cli.test_serve import serving
from tests.postgres import Cluster, running_cluster

KEY = "a-key-that-the-tests-chose"
STRANGER = make_key(bytes(RANDOM_BYTES)).reveal()
RECOVERY_SECONDS = 5.0
END_WHO_READS = """
select pg_terminate_backend(pid) from pg_stat_activity
where wait_event_type = 'Lock' and datname = current_database() and query ilike 'declare % cursor %'
"""
"""Not whoever waits: what writes entries prepares its statements, which waits as well."""
CHAT = {"model": "demo-chat", "messages": [{"role": "user", "content": "Hello"}]}


@pytest.fixture(scope="module")
def own_cluster() -> Generator[Cluster]:
    """A server that no other test relies on."""
    with running_cluster() as running:
        yield running


@contextmanager
def on_postgresql(folder: Path, url: str, **more: str) -> Iterator[httpx.Client]:
    """Serve the demo with its ledger on PostgreSQL."""
    environ = {"ES_DATABASE_URL": url, "ES_ADMIN_KEY": KEY, **more}
    with (
        serving(folder, "demo", "--json", until="}", **environ) as (_, said),
        client_of(said) as it,
    ):
        yield it


def client_of(said: str) -> httpx.Client:
    """Make a client of a server by what it said."""
    return httpx.Client(base_url=json.loads(said)["address"], timeout=10)


def call(client: httpx.Client, key: str = KEY) -> httpx.Response:
    return client.post("/v1/chat/completions", json=CHAT, headers={"x-api-key": key})


def stream(client: httpx.Client) -> str:
    """Ask for a stream, wait for its end, and give the id of the call."""
    body = CHAT | {"stream": True}
    with client.stream(
        "POST", "/v1/chat/completions", json=body, headers={"x-api-key": KEY}
    ) as got:
        assert got.status_code == 200
        assert got.read().rstrip().endswith(b"data: [DONE]")
        return got.headers["x-request-id"]


async def ids_in(folder: Path, url: str) -> Counter[str]:
    """Count the entries of each call, in a ledger that is sound."""
    store = await open_store(folder / "reader", url)
    listed = await store.ledger.list_entries(limit=1000)
    assert (await store.ledger.verify()).findings == ()
    await store.close()
    return Counter(entry.request_id for entry in listed)


def wait_for(folder: Path, url: str, wanted: list[str]) -> None:
    """Wait until the ledger holds every call, and each of them once."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while True:
        found = asyncio.run(ids_in(folder, url))
        assert max(found.values()) == 1
        if set(wanted) <= set(found):
            return
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize("kind", ["frozen", "dead"])
def test_known_callers_go_on_and_strangers_are_told_to_come_again(
    own_cluster: Cluster, tmp_path: Path, kind: str
) -> None:
    url = own_cluster.make_database()
    with on_postgresql(tmp_path, url) as client:
        answered = [call(client).headers["x-request-id"]]
        (own_cluster.freeze if kind == "frozen" else own_cluster.kill)()
        try:
            for number in range(10):
                began = time.monotonic()
                answered.append(stream(client))
                assert time.monotonic() - began < (3.0 if number == 0 else 1.5)
                refused = call(client, STRANGER)
                assert refused.status_code == 503, refused.text
                assert int(refused.headers["retry-after"]) >= 1
            assert client.get("/livez").status_code == 200
            assert client.get("/readyz").status_code == 200
        finally:
            (own_cluster.thaw if kind == "frozen" else own_cluster.start)()
        wait_for(tmp_path, url, answered)
        assert call(client).status_code == 200
        back_at = time.monotonic()
        while call(client, STRANGER).status_code != 401:
            assert time.monotonic() - back_at < RECOVERY_SECONDS
            time.sleep(0.1)


def test_what_was_answered_before_a_kill_is_in_the_ledger_after_a_restart(
    own_cluster: Cluster, tmp_path: Path
) -> None:
    url = own_cluster.make_database()
    environ = {"ES_DATABASE_URL": url, "ES_ADMIN_KEY": KEY}
    server = serving(tmp_path, "demo", "--json", until="}", **environ)
    with server as (process, said), client_of(said) as client:
        answered = [stream(client)]
        own_cluster.kill()
        answered += [stream(client) for _ in range(5)]
        process.kill()
        process.wait()
    own_cluster.start()
    with on_postgresql(tmp_path, url):
        wait_for(tmp_path, url, answered)


def test_two_workers_on_postgresql_are_one_server(own_cluster: Cluster, tmp_path: Path) -> None:
    url = own_cluster.make_database()
    with on_postgresql(tmp_path, url, ES_WORKERS="2") as client:
        answered = [stream(client) for _ in range(20)]
        wait_for(tmp_path, url, answered)


def test_a_ledger_that_was_not_read_to_its_end_is_not_called_damaged(
    own_cluster: Cluster, tmp_path: Path
) -> None:
    url = own_cluster.make_database()
    with ThreadPoolExecutor() as pool, psycopg.connect(url) as other:
        other.execute("lock table entries")
        verifying = pool.submit(run, tmp_path, "ledger", "verify", ES_DATABASE_URL=url)
        with psycopg.connect(url, autocommit=True) as admin:
            while not admin.execute(END_WHO_READS).fetchall():
                time.sleep(0.02)
        ended = verifying.result()
    said = ended.stdout + ended.stderr
    assert ended.returncode == Outcome.UNREACHABLE, said
    assert "cannot be used" in said
    assert "damaged" not in said
