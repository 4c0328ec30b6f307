"""Private addresses that people may choose, as the file lists them."""

import pytest

from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.prices import no_prices
from endpoints_server.domain.address.read import HostPort
from tests.config.files import ENTRY, read, told

KEY = "  allowedAddresses:\n"


def with_entries(*entries: str) -> str:
    lines = "".join(f"    - '{entry}'\n" for entry in entries)
    return ENTRY.replace("  custom:", f"{KEY}{lines}  custom:")


def test_entries_are_compiled_in_one_spelling() -> None:
    loaded = read(with_entries("Ollama:11434", "10.20.0.9:08443", "[FD00::0001]:80", "127.1:80"))
    assert loaded.settings
    assert not loaded.problems
    catalog = compile_catalog(loaded.settings, "1", no_prices)
    assert catalog.allowed_addresses == {
        HostPort("ollama", 11434),
        HostPort("10.20.0.9", 8443),
        HostPort("fd00::1", 80),
        HostPort("127.0.0.1", 80),
    }


def test_without_entries_nothing_private_is_allowed() -> None:
    loaded = read(ENTRY)
    assert loaded.settings
    assert compile_catalog(loaded.settings, "1", no_prices).allowed_addresses == frozenset()


@pytest.mark.parametrize(
    "entry",
    [
        *("10.0.0.5", "http://10.0.0.5:80", "10.0.0.0/8", "10.0.0.5:80/path", "a b:80", " a:80"),
        *("fd00::1:80", "[fd00::1]", "a:0", "a:65536", "a:", ":80", "a:abc", "", "me@a:80"),
    ],
)
def test_an_entry_of_another_shape_is_an_error_with_its_place(entry: str) -> None:
    assert told(with_entries("ollama:80", entry)) == [
        "5:7: error: item 2 of `allowedAddresses` must be `host:port` or `[ipv6]:port`, "
        "with a port from 1 to 65535"
    ]


def test_a_public_address_needs_no_entry() -> None:
    assert told(with_entries("8.8.8.8:443")) == [
        "4:7: error: item 1 of `allowedAddresses` is a public address, which needs no permission"
    ]


@pytest.mark.parametrize("entry", ["*:80", "*.internal:80", "999.1.1.1:80"])
def test_an_entry_that_librechat_takes_but_nothing_matches_is_a_warning(entry: str) -> None:
    assert told(with_entries(entry)) == [
        "4:7: warning: item 1 of `allowedAddresses` matches nothing: it is no name of a host"
    ]
    loaded = read(with_entries(entry))
    assert loaded.settings
    assert compile_catalog(loaded.settings, "1", no_prices).allowed_addresses == frozenset()
