"""What answers speaks another wire than is configured."""

from endpoints_server.desk.doctor.answers.path import MISSING
from endpoints_server.desk.doctor.case import Case, Finding, Weight
from endpoints_server.desk.doctor.shape import (
    MESSAGES,
    OLLAMA,
    PROVIDERS,
    SPOKEN,
    is_messages_error,
    wire_of,
)
from endpoints_server.desk.doctor.words import first_object
from endpoints_server.upstream.lists.address import origin
from endpoints_server.upstream.observed.exchanges import Exchanged


def wire(case: Case) -> Finding | None:
    """Tell which wire it is, and what chooses it."""
    exchange, configured = case.exchange, wire_in(case)
    if exchange is None or (case.called and case.called.text):
        return None
    spoken = spoken_in(exchange)
    if not spoken or spoken == configured:
        return None
    paste = f"provider: {PROVIDERS.get(spoken, '')}"
    change = "name the API that is spoken there"
    if spoken == OLLAMA:
        paste = f"baseURL: {origin(case.endpoint.address)}/v1"
        change = "use Ollama's address for OpenAI's API"
    return Finding(
        rule="another_wire",
        weight=Weight.MEND,
        symptom=f"the answer looks like {SPOKEN[spoken]}",
        cause=f"the endpoint is configured to speak {SPOKEN[configured]}",
        change=change,
        paste=paste,
    )


def spoken_in(exchange: Exchanged) -> str:
    """Name the wire of an answer, or of the refusal of a path; empty where none can be told."""
    body = first_object(exchange)
    if exchange.status == 200:
        return wire_of(body)
    is_theirs = exchange.status in MISSING and is_messages_error(body)
    return MESSAGES if is_theirs else ""


def wire_in(case: Case) -> str:
    """Name the wire that is configured for the model."""
    found = case.endpoint.model(case.model)
    return (found.wire if found else "") or case.endpoint.wire
