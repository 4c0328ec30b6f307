"""The host wants its key in another header than it got."""

from msgspec import Struct

from endpoints_server.config.parameters.vendor import host_of
from endpoints_server.desk.doctor.answers.key import is_denied
from endpoints_server.desk.doctor.case import Case, Finding, Weight
from endpoints_server.desk.doctor.words import answered


class Known(Struct, frozen=True, kw_only=True):
    """Where a host wants its key, and the lines that put it there."""

    host: str
    header: str
    paste: str


KNOWN = (
    Known(host="api.anthropic.com", header="x-api-key", paste="provider: anthropic"),
    Known(
        host="generativelanguage.googleapis.com", header="x-goog-api-key", paste="provider: google"
    ),
    *(
        Known(host=host, header="api-key", paste="headers:\n  api-key: '${AZURE_OPENAI_API_KEY}'")
        for host in (".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com")
    ),
    *(
        Known(host=host, header="api-key", paste="headers:\n  api-key: '${XIAOMI_API_KEY}'")
        for host in ("api.xiaomimimo.com", "token-plan-sgp.xiaomimimo.com")
    ),
)


def header(case: Case) -> Finding | None:
    """Tell which header it is, and what puts the key there."""
    exchange = case.exchange
    if exchange is None or not is_denied(exchange):
        return None
    host = host_of(case.endpoint.address)
    known = next((each for each in KNOWN if fits(host, each.host)), None)
    if known is None or known.header in exchange.header_names:
        return None
    return Finding(
        rule="key_in_another_header",
        weight=Weight.REFUSED,
        symptom=answered(exchange),
        cause=f"{host} wants the key in `{known.header}`, which was not sent",
        change=f"have the key sent in `{known.header}`",
        paste=known.paste,
    )


def fits(host: str, known: str) -> bool:
    """Say whether a host is the known one, or below it."""
    return host.endswith(known) if known.startswith(".") else host == known
