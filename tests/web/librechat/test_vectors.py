"""LibreChat's verdicts on stored keys, case by case; where ours differs, it says why."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from endpoints_server.calls.routing.reach import reach
from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.load import load_bytes
from endpoints_server.config.prices import Listing
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.header import Conversation, render
from endpoints_server.domain.own_key import OwnKey
from endpoints_server.domain.people.caller import Caller
from endpoints_server.domain.route import plan
from endpoints_server.domain.secret import MASK, Secret
from endpoints_server.store.keyring.ring import Ring
from endpoints_server.store.seal import Owner, open_seal, seal
from tests.web.me.test_me import Speaker, speaker
from tests.web.site import ADA, MINUTE, Site

RING = Ring(newest="a", keys={"a": bytes(range(32))})
OWNER = Owner("ada", "acme")
ENVIRON = {"KEY": "ek", "URL": "https://e.test/v1", "CREDS_KEY": "infra"}

REFUSED = "the file is refused when it is loaded, with the place of the mistake"
AT_ONCE = "what cannot be used is refused when it is stored, not at the first call"
DIFFERENT = {
    "env-key-missing": REFUSED,
    "infra-secret": REFUSED,
    "empty-key": REFUSED,
    "empty-url": REFUSED,
    "case-differs": "an endpoint is found in any case",
    "all-headers-not-applied-here": "headers of all endpoints reach custom ones, as documented",
    "user-key-not-json": "a value that is no JSON is a bare key",
    "user-url-no-url": AT_ONCE,
    "user-url-private": AT_ONCE,
}
"""Where ours differs from a verdict, and why; what ours is instead stands in the test."""
CODES = {
    "no_user_key": "user_key_required",
    "expired_user_key": "user_key_expired",
    "config-not-found": "endpoint_not_found",
}
"""Our words for LibreChat's errors."""
USUAL_PORT = ":443/"
"""A typed address is written out with its port, as it is connected."""
PREVIEWED = "of a key shorter than twelve nothing is shown, of others the last four alone"


def read_cases(shared: Path, name: str) -> list[dict[str, Any]]:
    """Read the cases of a file of vectors."""
    found = json.loads((shared / "vectors" / "librechat-config" / f"{name}.json").read_text())
    cases: list[dict[str, Any]] = found["cases"]
    return cases


def compiled(case: Mapping[str, Any]) -> Catalog | None:
    """Compile the endpoint of a case; None where its file is refused."""
    shared = {"all": case["all"]} if case["all"] else {}
    file = {"version": "1.3.5", "endpoints": {"custom": [case["endpoint"]], **shared}}
    loaded = load_bytes(json.dumps(file).encode(), ENVIRON, "case")
    if loaded.settings is None:
        return None
    return compile_catalog(loaded.settings, loaded.version, lambda *_: Listing())


async def store(site: Site, ada: Speaker, case: Mapping[str, Any]) -> str:
    """Store the case's key as a page does; gives the code of a refusal, empty where it was taken.

    An end in the past cannot be stored: the clock goes past one in the future instead.
    """
    value = case["storedUserKey"]
    if value in (None, "none"):
        return ""
    expiry = case["requestKeyExpiry"] or ""
    is_past = expiry.startswith("2020")
    body = {
        "name": "Acme",
        "value": value if isinstance(value, str) else json.dumps(value),
        "expiresAt": "2026-11-21T12:01:00Z" if is_past else expiry,
    }
    answer = await ada.ask("PUT", "/api/keys", json=body)
    site.now += MINUTE if is_past else 0
    return "" if answer.status_code == 201 else str(answer.json()["error"]["es"]["code"])


async def outcome(case: Mapping[str, Any]) -> dict[str, Any]:
    """Say what becomes of a case here: where a call would go, or why it would not."""
    catalog = compiled(case)
    if catalog is None:
        return {"error": "refused when loaded"}
    site = Site(endpoints=catalog.endpoints)
    async with site.client() as client:
        ada = await speaker(site, client, ADA)
        if code := await store(site, ada, case):
            return {"error": code}
    caller = Caller(person=ADA, key_id="k")
    try:
        (route,) = plan(catalog, "m", case["ask"]).routes
        route = await reach(site.exchange, route, caller, None, site.now)
    except Failed as failed:
        return {"error": failed.fault.public_code}
    reached = route.endpoint
    return {
        "apiKey": reached.credential.secret.reveal(),
        "baseURL": reached.address.replace(USUAL_PORT, "/"),
        "headers": render(reached.headers, ADA, Conversation()) or None,
        "guarded": reached.is_personal,
        "streamDelay": reached.screen.stream_rate_ms,
        "is_structured": reached.titles.is_structured,
    }


def expected(case: Mapping[str, Any]) -> dict[str, Any]:
    """Say LibreChat's verdict in our words."""
    if "error" in case:
        kind = case["error"]["type"] or case["error"]["kind"]
        return {"error": CODES.get(kind, kind)}
    names = ("apiKey", "baseURL", "headers", "guarded", "streamDelay")
    connection = case["connection"]
    is_structured = connection["titleMethod"] != "completion"
    return {name: connection[name] for name in names} | {"is_structured": is_structured}


async def test_a_call_goes_where_librechats_would_with_the_same_key(shared: Path) -> None:
    cases = read_cases(shared, "connection")
    ours = {case["case"]: await outcome(case) for case in cases}
    differing = {case["case"] for case in cases if ours[case["case"]] != expected(case)}
    assert differing == set(DIFFERENT)
    for name, reason in DIFFERENT.items():
        if reason is REFUSED:
            assert ours[name] == {"error": "refused when loaded"}
    assert ours["user-key-not-json"]["apiKey"] == "bad"
    assert ours["user-url-no-url"] == {"error": "invalid_request"}
    assert ours["user-url-private"] == {"error": "address_refused"}


def test_of_a_key_no_more_is_shown_than_librechat_shows(shared: Path) -> None:
    for case in read_cases(shared, "secret-preview"):
        ending = Secret(case["input"]).ending()
        assert ending.removeprefix(MASK) in ("", case["output"][-4:]), PREVIEWED
        assert len(ending.removeprefix(MASK)) <= 4


def test_what_librechat_can_keep_can_be_kept_and_never_looks_the_same_twice(shared: Path) -> None:
    plain = {
        case["plaintext"] for case in read_cases(shared, "key-encryption") if "plaintext" in case
    }
    assert len(plain) > 5
    for text in plain:
        own_key = OwnKey(api_key=Secret(text))
        sealed = [seal(RING, OWNER, own_key) for _ in range(2)]
        assert len(set(sealed)) == 2
        assert [open_seal(RING, OWNER, each) for each in sealed] == [own_key] * 2


def test_what_librechat_encrypted_is_none_of_ours(shared: Path) -> None:
    for case in read_cases(shared, "key-encryption"):
        assert open_seal(RING, OWNER, case["ciphertext"]) is None
