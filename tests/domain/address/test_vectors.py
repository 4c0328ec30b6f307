"""LibreChat's verdicts on addresses people type, and the reason wherever ours differs."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from endpoints_server.domain.address.allowed import AllowedAddresses, Mistake, read_allowed
from endpoints_server.domain.address.judge import judge
from endpoints_server.domain.address.read import read_address
from endpoints_server.domain.fault import Failed

Reasons = Mapping[str, Iterable[str]]

HOSTS_DIFFERENTLY: Reasons = {
    "a final dot makes no other host": ["host.5"],
    "a host is judged as a URL's host is read, so short and decimal spellings are addresses": [
        "host.8",
        "host.10",
    ],
    "nothing public has an address that is set aside for documentation": ["host.25"],
    "names are not taken for addresses by how they begin": ["host.54"],
}
URLS_DIFFERENTLY: Reasons = {
    "a key has a place of its own, and two parsers may see two hosts around an @": ["url.17"],
}
ENTRIES_DIFFERENTLY: Reasons = {
    "site-local and documentation addresses are refused, so they can be allowed": [
        'allowedAddresses."[fec0::1]:80"',
        'allowedAddresses."192.0.2.1:80"',
    ],
}


def cases_of(shared: Path, name: str) -> list[dict[str, Any]]:
    vectors = json.loads((shared / "vectors" / "librechat-config" / name).read_text())
    assert vectors["cases"]
    cases: list[dict[str, Any]] = vectors["cases"]
    return cases


def all_of(reasons: Reasons) -> set[str]:
    return {case for cases in reasons.values() for case in cases}


def is_blocked(url: str, allowed: AllowedAddresses = frozenset()) -> bool:
    try:
        judge(read_address(url), allowed)
    except Failed:
        return True
    return False


def url_of(host: str, port: object = 443) -> str:
    is_bare = ":" in host and not host.startswith("[")
    return f"https://[{host}]:{port}/v1" if is_bare else f"https://{host}:{port}/v1"


def allowed_in(entries: Iterable[str] | None) -> AllowedAddresses:
    read = map(read_allowed, entries or ())
    return frozenset(place for place in read if not isinstance(place, Mistake))


def test_hosts_are_blocked_as_librechat_does(shared: Path) -> None:
    cases = cases_of(shared, "ssrf-host.json")
    differing = {
        case["case"] for case in cases if is_blocked(url_of(case["host"])) != case["blocked"]
    }
    assert differing == all_of(HOSTS_DIFFERENTLY)


def test_exemptions_lift_the_block_as_in_librechat(shared: Path) -> None:
    for case in cases_of(shared, "ssrf-exemption.json"):
        allowed = allowed_in(case["allowedAddresses"])
        url = url_of(case["host"], case["port"])
        assert (read_address(url).place in allowed) == case["exempt"], case
        assert is_blocked(url, allowed) == case["blocked"], case


def test_whole_addresses_are_judged_as_librechat_does(shared: Path) -> None:
    cases = cases_of(shared, "ssrf-url.json")
    differing = {case["case"] for case in cases if is_blocked(case["url"]) == case["allowed"]}
    assert differing == all_of(URLS_DIFFERENTLY)


def test_entries_are_wrong_where_librechat_says_so(shared: Path) -> None:
    told = [case for case in cases_of(shared, "file-schema.json") if "allowedAddr" in case["case"]]
    cases = {
        case["case"]: (case["ok"], entries[0])
        for case in told
        if isinstance(entries := case["input"]["endpoints"]["allowedAddresses"], list)
        and isinstance(entries[0], str)
    }
    assert len(cases) > 25
    differing = {
        name
        for name, (is_ok, entry) in cases.items()
        if (read_allowed(entry) in (Mistake.SHAPE, Mistake.PUBLIC)) == is_ok
    }
    assert differing == all_of(ENTRIES_DIFFERENTLY)
