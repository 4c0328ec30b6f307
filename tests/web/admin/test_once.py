"""What is sent again under one Idempotency-Key is done once, and answered alike."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from endpoints_server.domain.money.balance import Allowance
from endpoints_server.domain.people.person import ADMIN
from endpoints_server.store.once.port import KEPT
from tests.web.site import ADA, Site


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
async def client(site: Site) -> AsyncGenerator[AsyncClient]:
    async with site.client() as opened:
        _, text = await site.key_of(ADMIN)
        opened.headers["authorization"] = f"Bearer {text}"
        yield opened


async def send(client: AsyncClient, path: str, body: Any, name: str = "n-1") -> Response:
    return await client.post(path, json=body, headers={"idempotency-key": name})


async def test_a_key_is_made_once_and_told_again(site: Site, client: AsyncClient) -> None:
    answers = [await send(client, "/admin/v1/keys", {"user": "admin"}) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len(await site.store.keys.list_keys()) == 2
    other = await send(client, "/admin/v1/keys", {"user": "admin"}, "n-2")
    assert other.json()["key"] != answers[0].json()["key"]
    (kept, _) = site.store.once.claims.values()  # type: ignore[attr-defined]
    assert answers[0].json()["key"] not in str(kept)


async def test_a_credit_is_granted_once(site: Site, client: AsyncClient) -> None:
    site.serve(allowance=Allowance(start_nano_usd=0))
    for _ in range(3):
        told = (await send(client, "/admin/v1/users/admin/credit", {"usd": "1"})).json()
        assert told["left_usd"] == "1"
    assert (await send(client, "/admin/v1/users/admin/credit", {"usd": "1"}, "n-2")).json()[
        "left_usd"
    ] == "2"


async def test_a_name_stands_for_one_request_of_one_person(site: Site, client: AsyncClient) -> None:
    await send(client, "/admin/v1/keys", {"user": "admin"})
    reused = await send(client, "/admin/v1/keys", {"user": "admin", "name": "x"})
    assert (reused.status_code, "idempotency_key_reused" in reused.text) == (422, True)
    _, text = await site.key_of(ADA)
    hers = await client.post(
        "/me/keys",
        headers={"authorization": f"Bearer {text}", "idempotency-key": "n-1"},
    )
    assert hers.status_code == 201


async def test_what_was_refused_may_be_tried_again(client: AsyncClient) -> None:
    assert (await send(client, "/admin/v1/keys", {"user": "eve"})).status_code == 404
    await client.post("/admin/v1/users", json={"id": "eve"})
    assert (await send(client, "/admin/v1/keys", {"user": "eve"})).status_code == 201


async def test_an_answer_is_given_again_for_a_day(site: Site, client: AsyncClient) -> None:
    first = await send(client, "/admin/v1/keys", {"user": "admin"})
    site.now += KEPT + 1
    assert (await send(client, "/admin/v1/keys", {"user": "admin"})).text != first.text


@pytest.mark.parametrize("name", ["", "x" * 256, "a\tb"])
async def test_a_name_is_short_and_printable(client: AsyncClient, name: str) -> None:
    assert (await send(client, "/admin/v1/keys", {"user": "admin"}, name)).status_code == 400
