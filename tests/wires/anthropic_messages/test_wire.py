"""The record itself: addresses, headers, and what a relay changes."""

import json

import pytest

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.fault import Failed, Kind
from endpoints_server.domain.wire import Entrance, Operation, Target
from endpoints_server.wires.anthropic_messages import ANTHROPIC_MESSAGES as WIRE


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://api.anthropic.com", "https://api.anthropic.com/v1/messages"),
        ("https://api.anthropic.com/", "https://api.anthropic.com/v1/messages"),
        ("https://api.anthropic.com/v1", "https://api.anthropic.com/v1/messages"),
        ("https://api.anthropic.com/v1/", "https://api.anthropic.com/v1/messages"),
        ("https://x/anthropic/v1/messages", "https://x/anthropic/v1/messages"),
        ("https://x/api?beta=true", "https://x/api/v1/messages?beta=true"),
    ],
)
def test_a_base_with_or_without_its_version_gives_one_address(base: str, url: str) -> None:
    assert WIRE.address(base, Target()) == url


def test_the_key_travels_in_its_own_header() -> None:
    assert WIRE.credential("k") == {"x-api-key": "k"}
    assert WIRE.headers == {"anthropic-version": "2023-06-01"}
    assert WIRE.forwards == ("anthropic-",)
    assert WIRE.paths == {
        "/v1/messages": Entrance(Operation.CHAT),
        "/v1/messages/count_tokens": Entrance(Operation.COUNT, is_stream=False),
    }


def test_tokens_are_counted_beside_where_messages_are_sent() -> None:
    for base in ("https://x/v1", "https://x/v1/messages", "https://x"):
        counted = WIRE.address(base, Target(operation=Operation.COUNT))
        assert counted == "https://x/v1/messages/count_tokens"


def test_a_relayed_request_keeps_its_nested_bytes() -> None:
    body = (
        b'{"model": "mine", "messages": [ {"role":"user", "content":"\\u0041 1.10"} ], "odd":1.10}'
    )
    relayed = WIRE.relay_request(body, "theirs", Dialect(), False).body
    assert relayed == (
        b'{"model":"theirs","messages":[ {"role":"user", "content":"\\u0041 1.10"} ],"odd":1.10}'
    )


def test_a_relayed_request_streams_as_the_call_does() -> None:
    body = b'{"model":"mine","messages":[],"stream":true}'
    assert json.loads(WIRE.relay_request(body, "m", Dialect(), False).body)["stream"] is False
    assert json.loads(WIRE.relay_request(body, "m", Dialect(), True).body)["stream"] is True


def test_what_a_configuration_adds_and_drops_is_done_on_a_relay_and_on_a_translation() -> None:
    dialect = Dialect(add={"metadata.user_id": "house", "top_k": 3}, drop=("temperature",))
    body = (
        b'{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"Hi"}],"temperature":1}'
    )
    relayed = json.loads(WIRE.relay_request(body, "m", dialect, False).body)
    written = json.loads(WIRE.write_request(WIRE.read_request(body), dialect).body)
    assert relayed == written
    assert relayed["metadata"] == {"user_id": "house"}
    assert relayed["top_k"] == 3
    assert "temperature" not in relayed


def test_a_body_that_is_no_object_is_refused() -> None:
    for body in (b"[]", b"{", b"\xff", b""):
        with pytest.raises(Failed) as caught:
            WIRE.relay_request(body, "m", Dialect(), False)
        assert caught.value.fault.kind is Kind.BAD_REQUEST
