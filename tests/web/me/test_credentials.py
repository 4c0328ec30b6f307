"""Provider keys of one's own, over HTTP: stored, told, forgotten, and told to nobody else."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import msgspec
import pytest
from httpx2 import AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from endpoints_server.domain.endpoint import Credential, Endpoint, Model
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.own_key import LONGEST, OwnKey, read_api_key, take_secret
from endpoints_server.domain.secret import Secret
from endpoints_server.store.credentials import Resealed
from endpoints_server.store.seal import Owner
from endpoints_server.web.me.credentials import OwnKeyRequest
from tests.web.me.test_me import Speaker, speaker
from tests.web.site import ADA, BORROWED, GRACE, MISTRAL, NOON, Site

KEY = "sk-or-v1-0123456789abcdef"
ONE = "/me/credentials/borrowed"
HOUR = 3_600_000_000
PERSONAL = Endpoint(
    name="My Own",
    slug="my-own",
    wire="openai_chat",
    address="",
    credential=Credential(owner="user"),
    models=(Model(name="mine"),),
    is_personal=True,
)


@pytest.fixture
def site() -> Site:
    return Site(endpoints=(MISTRAL, BORROWED, PERSONAL))


@pytest.fixture
async def client(site: Site) -> AsyncGenerator[AsyncClient]:
    async with site.client() as opened:
        yield opened


@pytest.fixture
async def ada(site: Site, client: AsyncClient) -> Speaker:
    return await speaker(site, client, ADA)


@pytest.fixture
async def grace(site: Site, client: AsyncClient) -> Speaker:
    return await speaker(site, client, GRACE)


async def put(who: Speaker, body: Any, path: str = ONE) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await who.ask("PUT", path, content=content)


def missing(slug: str, name: str, *, needs_address: bool) -> dict[str, Any]:
    """Tell an endpoint that somebody has no key for."""
    nothing = dict.fromkeys(["createdAt", "expiresAt", "lastUsedAt"])
    told = {"endpoint": slug, "name": name, "isServed": True, "needsBaseURL": needs_address}
    return {**told, "state": "missing", "ending": "", **nothing}


async def test_what_needs_a_key_is_listed_in_the_order_of_the_file(ada: Speaker) -> None:
    assert (await ada.get("/me/credentials"))["data"] == [
        missing("borrowed", "Borrowed", needs_address=False),
        missing("my-own", "My Own", needs_address=True),
    ]
    assert await ada.get(ONE) == missing("borrowed", "Borrowed", needs_address=False)


async def test_a_stored_key_is_told_by_its_ending_and_dates_alone(
    site: Site, ada: Speaker, grace: Speaker
) -> None:
    answer = await put(ada, {"apiKey": f"  {KEY}\n", "expiresAt": "2027-01-31T09:00:00+01:00"})
    expected = {
        **missing("borrowed", "Borrowed", needs_address=False),
        "state": "valid",
        "ending": "•••cdef",
        "createdAt": "2026-11-21T12:00:00+00:00",
        "expiresAt": "2027-01-31T08:00:00+00:00",
    }
    assert (answer.status_code, answer.json()) == (200, expected)
    listed = await ada.ask("GET", "/me/credentials")
    assert listed.json()["data"][0] == expected
    assert KEY not in listed.text + answer.text
    assert await grace.get(ONE) == missing("borrowed", "Borrowed", needs_address=False)
    held = await site.exchange.vault.find(Owner("ada", "borrowed"))
    assert held
    assert held.own_key
    assert held.own_key.api_key.reveal() == KEY


@pytest.mark.parametrize("name", ["borrowed", "BORROWED", "Borrowed"])
async def test_an_endpoint_goes_by_name_or_slug_in_any_case(ada: Speaker, name: str) -> None:
    assert (await put(ada, {"apiKey": KEY}, f"/me/credentials/{name}")).status_code == 200
    assert (await ada.get(ONE))["state"] == "valid"


async def test_a_key_is_forgotten_by_its_own_person_alone(ada: Speaker, grace: Speaker) -> None:
    await put(ada, {"apiKey": KEY})
    assert (await grace.ask("DELETE", ONE)).status_code == 204
    assert (await ada.get(ONE))["state"] == "valid"
    for _ in range(2):
        answer = await ada.ask("DELETE", ONE)
        assert (answer.status_code, answer.content) == (204, b"")
    assert (await ada.get(ONE))["state"] == "missing"


async def test_a_key_expires_when_it_was_told_to(site: Site, ada: Speaker) -> None:
    await put(ada, {"apiKey": KEY, "expiresAt": "2026-11-21T13:00:00Z"})
    endpoints = (await ada.get("/me/endpoints"))["data"]
    assert [each["has_user_key"] for each in endpoints] == [False, True, False]
    site.now = NOON + HOUR - 1
    assert (await ada.get(ONE))["state"] == "valid"
    site.now = NOON + HOUR
    assert (await ada.get(ONE))["state"] == "expired"
    endpoints = (await ada.get("/me/endpoints"))["data"]
    assert [each["has_user_key"] for each in endpoints] == [False] * 3
    models = (await ada.get("/me/models"))["data"]
    assert [each["requires_user_key"] for each in models] == [False, False, True, True]


@pytest.mark.parametrize("never", [{}, {"expiresAt": None}, {"expiresAt": "never"}])
async def test_a_key_may_be_for_ever(ada: Speaker, never: dict[str, Any]) -> None:
    assert (await put(ada, {"apiKey": KEY, **never})).json()["expiresAt"] is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "must be JSON"),
        (b"[]", "must be JSON"),
        (b'"\xff"', "must be JSON"),
        (b"[" * 50_000, "must be JSON"),
        ({}, "must be JSON"),
        ({"apiKey": 5}, "must be JSON"),
        ({"apiKey": KEY, KEY: 1}, "must be JSON"),
        ({KEY: KEY}, "must be JSON"),
        ({"apiKey": {KEY: KEY}}, "must be JSON"),
        ({"apiKey": ""}, "is empty"),
        ({"apiKey": " \n"}, "is empty"),
        ({"apiKey": f"{KEY} {KEY}"}, "space or a line break"),
        ({"apiKey": f"{KEY}\r\nX-Evil: 1"}, "space or a line break"),
        ({"apiKey": f"{KEY}\u00a0{KEY}"}, "space or a line break"),
        ({"apiKey": f"{KEY}\x00"}, "no key has"),
        ({"apiKey": f"{KEY}\x7f"}, "no key has"),
        ({"apiKey": f"“{KEY}”"}, "no key has"),
        ({"apiKey": f"\ufeff{KEY}"}, "no key has"),
        ({"apiKey": f"{KEY}\udc80"}, "must be JSON"),
        ({"apiKey": KEY * (LONGEST // len(KEY) + 1)}, "longer than"),
        ({"apiKey": KEY, "expiresAt": "2026-11-21T12:00:00Z"}, "expired already"),
        ({"apiKey": KEY, "expiresAt": "0001-01-01T00:00:00+14:00"}, "expired already"),
        ({"apiKey": KEY, "expiresAt": ""}, "ISO 8601"),
        ({"apiKey": KEY, "expiresAt": KEY}, "ISO 8601"),
        ({"apiKey": KEY, "expiresAt": 1}, "must be JSON"),
        ({"apiKey": KEY, "baseURL": "https://evil.example"}, "is set; send none"),
    ],
)
async def test_what_is_no_key_is_refused_in_words_that_do_not_repeat_it(
    ada: Speaker, body: Any, words: str
) -> None:
    for path, method in ((ONE, "PUT"), (f"{ONE}/test", "POST")):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        if method == "POST" and (not content or words == "expired already"):
            continue
        answer = await ada.ask(method, path, content=content)
        assert answer.status_code == 400, answer.text
        assert words in answer.json()["error"]["message"]
        assert KEY not in answer.text
        assert "evil" not in answer.text
    assert (await ada.get(ONE))["state"] == "missing"


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("", 400, "needs the address"),
        ("ftp://x.example", 400, "http"),
        ("https://someone:hidden@x.example/v1", 400, "user name"),
        ("not an address", 400, "spaces"),
        ("http://localhost:11434/v1", 403, "allowedAddresses"),
        ("http://169.254.169.254/latest", 403, "allowedAddresses"),
    ],
)
async def test_an_address_that_cannot_be_called_is_refused(
    ada: Speaker, address: str, status: int, words: str
) -> None:
    body = {"apiKey": KEY, "baseURL": address}
    answer = await put(ada, body, "/me/credentials/my-own")
    assert answer.status_code == status
    assert words in answer.json()["error"]["message"]
    assert "hidden" not in answer.text


async def test_where_the_address_is_ones_own_it_is_kept_with_the_key(
    site: Site, ada: Speaker
) -> None:
    body = {"apiKey": KEY, "baseURL": " https://llm.example/v1 "}
    assert (await put(ada, body, "/me/credentials/my-own")).json()["state"] == "valid"
    held = await site.exchange.vault.find(Owner("ada", "my-own"))
    assert held
    assert held.own_key
    assert held.own_key.address.reveal() == "https://llm.example:443/v1"
    assert "llm.example" not in held.kept.sealed


@pytest.mark.parametrize("text", ["${HOME}", "{{LIBRECHAT_USER_ID}}", "!id", "$HOME", "$(id)"])
async def test_nothing_in_a_key_is_ever_filled_in(site: Site, ada: Speaker, text: str) -> None:
    assert (await put(ada, {"apiKey": text})).status_code == 200
    held = await site.exchange.vault.find(Owner("ada", "borrowed"))
    assert held
    assert held.own_key
    assert held.own_key.api_key.reveal() == text


@pytest.mark.parametrize(("name", "status"), [("mistral", 400), ("nobody", 404)])
async def test_a_key_is_stored_only_where_one_is_asked_for(
    ada: Speaker, name: str, status: int
) -> None:
    path = f"/me/credentials/{name}"
    answers = [
        await ada.ask("GET", path),
        await put(ada, {"apiKey": KEY}, path),
        await ada.ask("POST", f"{path}/test", content=json.dumps({"apiKey": KEY})),
    ]
    assert [answer.status_code for answer in answers] == [status] * 3
    assert (await ada.ask("DELETE", path)).status_code == 204


async def test_trying_the_stored_key_needs_one_and_names_where_to_put_it(ada: Speaker) -> None:
    answer = await ada.ask("POST", f"{ONE}/test")
    assert answer.status_code == 403
    error = answer.json()["error"]
    assert error["code"] == "user_key_required"
    assert "http://testserver.local/console/my-keys" in error["message"]


async def test_a_key_that_does_not_open_any_more_is_told_so_and_may_be_entered_again(
    site: Site, ada: Speaker
) -> None:
    await put(ada, {"apiKey": KEY})
    owner = Owner("ada", "borrowed")
    kept = await site.store.credentials.find_credential(owner)
    assert kept
    await site.store.credentials.replace_sealed([Resealed(owner, kept.sealed, kept.sealed[:-1])])
    assert (await ada.get(ONE))["state"] == "unreadable"
    assert (await ada.ask("POST", f"{ONE}/test")).json()["error"]["code"] == "user_key_unreadable"
    await put(ada, {"apiKey": KEY})
    assert (await ada.get(ONE))["state"] == "valid"


@given(st.text() | st.text(st.characters(codec="ascii")))
def test_a_key_is_kept_as_it_is_or_refused(text: str) -> None:
    key = text.strip()
    if key and len(key) <= LONGEST and all("!" <= character <= "~" for character in key):
        assert read_api_key(text).reveal() == key
        return
    with pytest.raises(Failed) as failed:
        read_api_key(text)
    assert failed.value.fault.http_status == 400
    assert len(key) < 4 or key not in failed.value.fault.message


def test_no_request_prints_the_key_in_it() -> None:
    request = msgspec.json.decode(
        json.dumps({"apiKey": KEY, "baseURL": KEY}), type=OwnKeyRequest, dec_hook=take_secret
    )
    assert KEY not in f"{request!r}{read_api_key(KEY)!r}{OwnKey(api_key=Secret(KEY))!r}"
