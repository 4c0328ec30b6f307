"""What `try` tells of refusals."""

from pathlib import Path

import pytest

from tests.cli.configured import CANARY, entry, write
from tests.cli.conftest import Command
from tests.upstreams.ailing import Ailing
from tests.upstreams.server import Running


@pytest.mark.parametrize(
    "body",
    [{"detail": "Nothing here"}, {"error": "Nothing here"}, {"error": {"msg": "Nothing here"}}],
)
def test_a_refusal_of_any_shape_is_told_in_its_words(
    command: Command, tmp_path: Path, body: object
) -> None:
    with Running(Ailing()) as upstream:
        upstream.answers("404 Not Found", body)
        write(tmp_path, entry(upstream.url))
        done = command("try", "acme/one")
    assert done.code == 4
    assert "Nothing here" in done.err
    assert CANARY not in done.out + done.err
