"""The advice to wait, as every wire reads it from an upstream that gives it."""

import pytest

from endpoints_server.domain.fault import Fault, Kind
from endpoints_server.domain.wire import Wire
from endpoints_server.wires.advice import LONGEST_SECONDS
from endpoints_server.wires.listed import WIRES

NOON = "Wed, 21 Oct 2026 12:00:00 GMT"
LATER = "Wed, 21 Oct 2026 12:00:30 GMT"
FAR = "Wed, 21 Oct 9026 12:00:00 GMT"
every_wire = pytest.mark.parametrize("wire", WIRES.values(), ids=WIRES)


@every_wire
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": " 0.5 "}, 0.5),
        ({"retry-after": "9", "retry-after-ms": "250"}, 0.25),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "1e9"}, None),
        ({"retry-after": "\u0663"}, None),
        ({"retry-after": "9999999999"}, LONGEST_SECONDS),
        ({"retry-after": "9" * 40}, LONGEST_SECONDS),
        ({"retry-after-ms": "9" * 400}, LONGEST_SECONDS),
        ({"retry-after": "0.0000000000000001"}, pytest.approx(0)),
        ({"retry-after": LATER}, None),
        ({"retry-after": LATER, "date": NOON}, 30),
        ({"retry-after": NOON, "date": LATER}, 0),
        ({"retry-after": FAR, "date": NOON}, LONGEST_SECONDS),
    ],
)
def test_the_advice_to_wait_is_read(
    wire: Wire, headers: dict[str, str], seconds: float | None
) -> None:
    assert wire.read_fault(429, headers, b"").retry_after_seconds == seconds


@every_wire
@pytest.mark.parametrize("seconds", [0, 0.25, 7, 86_400, LONGEST_SECONDS])
def test_no_wait_is_written_in_a_way_that_cannot_be_read(wire: Wire, seconds: float) -> None:
    """One of the wires tells it in the body as well, whose reader takes no exponent."""
    fault = Fault(kind=Kind.UPSTREAM_LIMITED, message="Later.", retry_after_seconds=seconds)
    body = wire.write_fault(fault, "req_1")
    assert wire.read_fault(429, {}, body).retry_after_seconds in (None, seconds)
    assert b"e+" not in body
