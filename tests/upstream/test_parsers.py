"""Wherever an address is parsed again on its way out, the same host and port are read."""

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from endpoints_server.domain.address.read import Address, read_address
from endpoints_server.domain.fault import Failed
from tests.upstream.spellings import INVALID, REFUSED

letters = st.sampled_from(
    [
        *"aZ09-_.:/@#?%\\[]xX \t",
        "xn--",
        "127.0.0.1",
        "\u00fc",
        "\u00df",
        "\u3002",
        "\uff11",
        "\u200d",
    ]
)
hosts = st.one_of(st.lists(letters, min_size=1, max_size=12).map("".join), st.text(max_size=20))
rests = st.one_of(st.just("/v1"), st.lists(letters, max_size=8).map("/".join), st.text(max_size=9))


def read_or_none(text: str) -> Address | None:
    try:
        return read_address(text)
    except Failed:
        return None


@given(st.sampled_from(["http", "https", "HTTPS"]), hosts, rests)
def test_every_parser_reads_the_same_place(scheme: str, host: str, rest: str) -> None:
    address = read_or_none(f"{scheme}://{host}{rest}")
    if address is not None:
        agree(address)


@pytest.mark.parametrize("text", [*REFUSED, *INVALID])
def test_every_parser_reads_the_same_place_in_what_attackers_type(text: str) -> None:
    address = read_or_none(text.replace("{port}", "8080"))
    assert (address is None) == (text in INVALID)
    if address is not None:
        agree(address)


def agree(address: Address) -> None:
    """Parse as a request does: by httpx2 first, and what it makes of it by yarl."""
    first = httpx2.URL(address.url)
    second = URL(str(first), encoded=True)
    assert first.raw_host.decode() == second.raw_host == address.place.host
    assert second.port == address.place.port
    assert (first.scheme, second.scheme) == (address.scheme, address.scheme)
    assert second.user is second.password is None
