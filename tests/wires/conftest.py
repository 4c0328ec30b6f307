"""What the tests of every wire may ask for."""

import pytest

from endpoints_server.domain.wire import Style, Wire
from endpoints_server.wires.listed import WIRES


@pytest.fixture(scope="session", params=sorted(WIRES))
def wire(request: pytest.FixtureRequest) -> Wire:
    """Each wire in turn."""
    return WIRES[request.param]


@pytest.fixture(scope="session")
def style() -> Style:
    """What a Writer needs beside the events."""
    return Style(
        id="reply_1",
        model="a-model",
        created_at=1_700_000_000,
        request_id="req_1",
        has_usage=True,
        query="alt=sse",
    )
