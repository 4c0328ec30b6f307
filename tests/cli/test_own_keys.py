"""`credential` knows the endpoints that a person brought, and nobody else's."""

import asyncio
import io
import json
import sys
from pathlib import Path

import pytest

from endpoints_server.domain.people.person import Person
from endpoints_server.store.open import open_store
from endpoints_server.store.own_endpoints import OwnEndpoint, Terms
from tests.cli.conftest import Command

BODY = '{"name":"My GPU","baseURL":"https://gpu.example.com/v1","models":{"default":["llama"]}}'
CONFIGURATION = """\
endpoints:
  custom: [{name: House, apiKey: k, baseURL: 'https://x.example/v1', models: {default: [m]}}]
"""


async def bring(data_dir: Path) -> None:
    store = await open_store(data_dir)
    for person_id in ("ada", "grace"):
        await store.people.add_person(Person(id=person_id))
    own = OwnEndpoint(person_id="ada", slug="my-gpu", body=BODY, created_at=1, changed_at=1)
    await store.own_endpoints.put_own(own, Terms(most=1))
    await store.close()


def test_a_key_is_stored_listed_and_deleted_for_an_endpoint_that_its_person_brought(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "librechat.yaml").write_text(CONFIGURATION)
    asyncio.run(bring(tmp_path / "data"))
    monkeypatch.setattr(sys, "stdin", io.StringIO("sk-own-0123456789"))
    done = command("credential", "set", "my gpu", "--user", "ada", "--json")
    assert (done.code, json.loads(done.out)["state"]) == (0, "valid"), done.err
    (row,) = json.loads(command("credential", "list", "--user", "ada", "--json").out)
    assert (row["endpoint"], row["state"], row["ending"]) == ("my-gpu", "valid", "•••6789")
    assert json.loads(command("credential", "list", "--user", "grace", "--json").out) == []
    assert command("credential", "set", "my-gpu", "--user", "grace").code == 1
    assert command("credential", "delete", "my-gpu", "--user", "grace").code == 1
    assert command("credential", "delete", "my-gpu", "--user", "ada").code == 0
    (row,) = json.loads(command("credential", "list", "--user", "ada", "--json").out)
    assert row["state"] == "missing"


def test_a_key_whose_endpoint_is_served_no_more_is_deleted_by_its_place(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "librechat.yaml").write_text(CONFIGURATION)
    asyncio.run(bring(tmp_path / "data"))
    monkeypatch.setattr(sys, "stdin", io.StringIO("sk-own-0123456789"))
    assert command("credential", "set", "my-gpu", "--user", "ada").code == 0
    (tmp_path / "librechat.yaml").write_text(CONFIGURATION + "server: {allowOwnEndpoints: false}\n")
    (row,) = json.loads(command("credential", "list", "--user", "ada", "--json").out)
    assert (row["endpoint"], row["state"]) == ("my-gpu@ada", "not served any more")
    assert command("credential", "delete", "my-gpu@ada", "--user", "ada").code == 0
    assert json.loads(command("credential", "list", "--user", "ada", "--json").out) == []
