"""What an answer to the trial of a key means."""

import pytest

from endpoints_server.desk.try_own_key import judge
from endpoints_server.wires.listed import WIRES
from tests.desk.models.keeping import catalog_of_entries, entry

REFUSED = b'{"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT"}}'
CLOSED = "The provider refused the key."


@pytest.mark.parametrize(
    ("wire", "status", "body", "message"),
    [
        ("google_generative", 400, REFUSED, CLOSED),
        ("google_generative", 400, b'{"error": {"message": "Bad."}}', "did not take the call"),
        ("google_generative", 200, b'{"candidates": [{}]}', "The key works."),
        ("google_generative", 200, b"<html>", "no model"),
        ("openai_chat", 401, b"", CLOSED),
        ("anthropic_messages", 403, b"", CLOSED),
        ("openai_chat", 404, b"", "knows neither this address nor the model 'd1'"),
        ("openai_chat", 503, b"", "out of order"),
    ],
)
def test_what_the_provider_said_of_a_key_is_told_in_our_words(
    wire: str, status: int, body: bytes, message: str
) -> None:
    (endpoint,) = catalog_of_entries(entry("One", "https://a.example")).endpoints
    trial = judge(WIRES[wire], endpoint, status, body)
    assert message in trial.message
    assert trial.ok == (message == "The key works.")
