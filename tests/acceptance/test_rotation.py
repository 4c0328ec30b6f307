"""The secret keys are rotated under a running server, cut short and finished; no call fails."""

import asyncio
import json
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from endpoints_server.domain.own_key import OwnKey
from endpoints_server.domain.secret import Secret
from endpoints_server.store.keyring.ring import FILE_NAME as RING
from endpoints_server.store.keyring.ring import open_ring
from endpoints_server.store.seal import Owner, find_ring_id, seal
from endpoints_server.store.sqlite.open import FILE_NAME
from tests.acceptance.process import COMMAND, Process, run, served, variables
from tests.acceptance.test_own_keys import answer
from tests.upstreams.server import Running, Server

KEY = "the-key-of-the-rotation-test"
PROVIDER = "zz-provider-key-of-the-admin-zz"
OTHERS = "zz-provider-key-of-others-zz"
CLIENTS = 20
ROWS = 600
CORRUPT = ("slug-0100", "slug-0300")
YAML = """\
version: 1.3.5
endpoints:
  custom:
    - name: Own
      apiKey: user_provided
      baseURL: "{url}/v1"
      models: {{default: [one]}}
"""


class Callers:
    """Twenty who never stop asking, and what they were answered."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_over = False
        self.answered = 0
        self.failed: list[str] = []

    async def ask_on(self, client: httpx2.AsyncClient) -> None:
        body = {"model": "one", "messages": [{"role": "user", "content": "hi"}]}
        while not self.is_over:
            got = await client.post("/v1/chat/completions", json=body)
            if got.status_code == 200:
                self.answered += 1
            else:
                self.failed.append(got.text)
            await asyncio.sleep(0.02)

    async def during(self, deed: asyncio.Task[None]) -> None:
        """Ask for as long as something else is done."""
        headers = {"authorization": f"Bearer {KEY}"}
        async with httpx2.AsyncClient(base_url=self.url, headers=headers, timeout=20) as client:
            asking = [asyncio.create_task(self.ask_on(client)) for _ in range(CLIENTS)]
            try:
                await deed
                await asyncio.sleep(0.3)
            finally:
                self.is_over = True
                await asyncio.gather(*asking)


def fill(data_dir: Path) -> None:
    """Put many sealed keys into the database, two of them corrupt."""
    ring = open_ring(data_dir)
    with closing(sqlite3.connect(data_dir / FILE_NAME, timeout=10)) as database, database:
        for number in range(ROWS):
            owner = Owner("admin", f"slug-{number:04}")
            sealed = seal(ring, owner, OwnKey(api_key=Secret(OTHERS)))
            value = sealed[:-3] if owner.endpoint in CORRUPT else sealed
            database.execute(
                "insert into credentials"
                " (person_id, endpoint, sealed, ending, created_at, revision)"
                " values (?, ?, ?, '', 1, ?)",
                (owner.person_id, owner.endpoint, value, 10 + number),
            )


def ids_in(data_dir: Path) -> list[str | None]:
    """Say which key of the ring each value was sealed with."""
    with closing(sqlite3.connect(data_dir / FILE_NAME, timeout=10)) as database:
        rows = database.execute("select sealed from credentials where sealed != ''").fetchall()
    return [find_ring_id(sealed) for (sealed,) in rows]


def kill_midway(folder: Path, old: str) -> int:
    """Begin a rotation and kill it with some values done; gives how many."""
    rotating = subprocess.Popen(
        [*COMMAND, "secrets", "rotate"],
        cwd=folder,
        env=variables(folder),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    give_up_at = time.monotonic() + 30
    while set(ids_in(folder / "data")) == {old}:
        assert rotating.poll() is None, "it was done before it could be killed"
        assert time.monotonic() < give_up_at
        time.sleep(0.002)
    rotating.kill()
    rotating.wait()
    return sum(each != old for each in ids_in(folder / "data"))


async def rotate(folder: Path, old: str) -> None:
    """Rotate twice: once cut short and finished, once more in one go."""
    done = await asyncio.to_thread(kill_midway, folder, old)
    assert 0 < done < ROWS - len(CORRUPT)
    finished = await asyncio.to_thread(run, folder, "secrets", "rotate", "--json")
    assert finished.returncode == 0, finished.stderr
    told = json.loads(finished.stdout)
    assert told["is_resumed"] is True
    assert told["resealed"] == ROWS + 1 - len(CORRUPT) - done
    assert [each["endpoint"] for each in told["unreadable"]] == list(CORRUPT)
    again = await asyncio.to_thread(run, folder, "secrets", "rotate")
    assert again.returncode == 0
    assert all(slug in again.stderr for slug in CORRUPT)
    assert str(ROWS + 1 - len(CORRUPT)) in again.stdout


def store_own(server: Process) -> None:
    """Store the admin's provider key."""
    put = httpx2.put(
        f"{server.url}/me/credentials/own",
        json={"apiKey": PROVIDER},
        headers={"authorization": f"Bearer {KEY}"},
    )
    assert put.status_code == 200, put.text


def test_no_call_fails_while_the_secret_keys_are_rotated(tmp_path: Path) -> None:
    with Running(Server(answer)) as upstream:
        (tmp_path / "librechat.yaml").write_text(YAML.format(url=upstream.url))
        with served(tmp_path, ES_ADMIN_KEY=KEY, ES_LOG_LEVEL="debug") as server:
            store_own(server)
            data_dir = tmp_path / "data"
            fill(data_dir)
            old = open_ring(data_dir).newest
            callers = Callers(server.url)

            async def together() -> None:
                await callers.during(asyncio.create_task(rotate(tmp_path, old)))

            asyncio.run(together())
            made = run(tmp_path, "key", "new", "--json")
            fresh = {"authorization": f"Bearer {json.loads(made.stdout)['key']}"}
            assert httpx2.get(f"{server.url}/me", headers=fresh).status_code == 200
        keys = {each.headers["authorization"] for each in upstream.seen}
    assert callers.failed == []
    assert callers.answered > CLIENTS
    assert keys == {f"Bearer {PROVIDER}"}
    ring = open_ring(data_dir)
    assert len(ring.keys) == 3
    assert ids_in(data_dir).count(ring.newest) == ROWS + 1 - len(CORRUPT)
    kept = b"".join(path.read_bytes() for path in data_dir.iterdir() if path.name != RING)
    for secret in (PROVIDER, OTHERS):
        assert secret.encode() not in kept
        assert secret not in server.said()


def test_two_rotations_do_not_run_at_once(tmp_path: Path) -> None:
    (tmp_path / "librechat.yaml").write_text(YAML.format(url="http://127.0.0.1:9"))
    assert run(tmp_path, "secrets", "rotate").returncode == 0
    begun = [
        subprocess.Popen(
            [*COMMAND, "secrets", "rotate"],
            cwd=tmp_path,
            env=variables(tmp_path),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=30)[1] for process in begun]
    grown = len(open_ring(tmp_path / "data").keys) - 2
    assert grown == sum(process.returncode == 0 for process in begun)
    assert all("another process" in words for words in said if words)


def test_a_ring_given_by_the_environment_is_the_operators_to_change(tmp_path: Path) -> None:
    (tmp_path / "librechat.yaml").write_text(YAML.format(url="http://127.0.0.1:9"))
    first = run(tmp_path, "secrets", "rotate", ES_SECRET_KEYS=drawn(tmp_path))
    assert first.returncode == 0, first.stderr
    assert "ES_SECRET_KEYS" in first.stderr
    old, fresh = drawn(tmp_path), first.stdout.strip()
    stored = subprocess.run(
        [*COMMAND, "credential", "set", "own"],
        cwd=tmp_path,
        env=variables(tmp_path, ES_SECRET_KEYS=old),
        input=PROVIDER,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert stored.returncode == 0, stored.stderr
    assert PROVIDER not in stored.stdout + stored.stderr
    done = run(tmp_path, "secrets", "rotate", "--json", ES_SECRET_KEYS=f"{fresh},{old}")
    assert json.loads(done.stdout)["resealed"] == 1
    assert not (tmp_path / "data" / RING).exists()
    alone = run(tmp_path, "credential", "list", "--json", ES_SECRET_KEYS=fresh)
    assert json.loads(alone.stdout)[0]["state"] == "valid"
    lost = run(tmp_path, "secrets", "status", "--json", ES_SECRET_KEYS=old)
    assert json.loads(lost.stdout)["unreadable"] == [{"user": "admin", "endpoint": "own"}]


def drawn(folder: Path) -> str:
    """Give a ring, always the same."""
    open_ring(folder / "drawn")
    return (folder / "drawn" / RING).read_text().strip()


@pytest.mark.parametrize("args", [("secrets", "status"), ("credential", "list")])
def test_the_commands_work_where_nothing_is_stored_yet(
    tmp_path: Path, args: tuple[str, ...]
) -> None:
    (tmp_path / "librechat.yaml").write_text(YAML.format(url="http://127.0.0.1:9"))
    assert run(tmp_path, *args).returncode == 0
