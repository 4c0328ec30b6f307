"""Keys in addresses, where logs and proxies see them, are refused."""

import pytest

from endpoints_server.calls.authenticate import require_keyless
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.people.access_key import RANDOM_BYTES, make_key

KEY = make_key(bytes(range(RANDOM_BYTES))).reveal()


@pytest.mark.parametrize(
    "query",
    [
        *("key=x", "alt=sse&key=", "%6bey=x", "$key=x", "access_token=x"),
        *("KEY=x", "apiKey=x", "X-Goog-Api-Key=x", "api-key=x", "x-es-key=x"),
        f"whatever={KEY}",
    ],
)
def test_a_key_in_the_address_is_refused_under_any_name_it_goes_by(query: str) -> None:
    with pytest.raises(Failed) as caught:
        require_keyless(query)
    assert caught.value.fault.http_status == 401
    assert KEY not in caught.value.fault.message


@pytest.mark.parametrize("query", ["", "alt=sse", "api-version=2024-10-21", "q=es-not-a-key"])
def test_other_words_in_the_address_are_not(query: str) -> None:
    require_keyless(query)
