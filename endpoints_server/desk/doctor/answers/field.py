"""The upstream refuses a field of the request."""

from collections.abc import Iterator, Mapping

from endpoints_server.desk.doctor.case import Case, Finding, Weight
from endpoints_server.desk.doctor.words import answered, decode, error_in, says_any, words_of
from endpoints_server.upstream.observed.exchanges import Exchanged

REFUSALS = frozenset({400, 422})
REMEDIES = {
    "store": "compat:\n  supportsStore: false",
    "developer": "compat:\n  supportsDeveloperRole: false",
    "max_completion_tokens": "compat:\n  maxTokensField: max_tokens",
    "max_tokens": "compat:\n  maxTokensField: max_completion_tokens",
    "stream": "addParams:\n  stream: false",
    "stream_options": "compat:\n  supportsUsageInStreaming: false",
    "include_usage": "compat:\n  supportsUsageInStreaming: false",
    "reasoning_effort": "compat:\n  supportsReasoningEffort: false",
    "strict": "compat:\n  supportsStrictMode: false",
}
"""What keeps a field away; any other is dropped by its name."""
CEILINGS = frozenset({"max_tokens", "max_completion_tokens"})
BOUNDS = ("at least", "at most", "greater", "less than", "minimum", "maximum", "too large")
UNDROPPED = frozenset(
    {"model", "messages", "contents", "input", "role", "content", "type", "text", "user"}
)
"""Fields and roles that no request can do without."""
REFUSING = (
    *("support", "unknown", "unrecognized", "unexpected", "extra", "permitted", "allowed"),
    *("accept", "invalid", "not valid", "should be", "must be", *BOUNDS),
)
"""Without any of these a word that is the name of a field may just be a word."""
PARTS = str.maketrans(dict.fromkeys("'\"`.,:;()[]{}<>=/\\!?", " "))


def field(case: Case) -> Finding | None:
    """Tell which field it is, and the rule that keeps it away."""
    exchange = case.exchange
    if exchange is None or exchange.status not in REFUSALS:
        return None
    sent = dict(fields_of(decode(exchange.request), ""))
    name = named_field(exchange, sent)
    if not name:
        return None
    is_bounded = name in CEILINGS and says_any(exchange, *BOUNDS)
    dropped = f"dropParams: [{sent[name]}]" if sent[name] else ""
    return Finding(
        rule="field_refused",
        weight=Weight.MEND,
        symptom=answered(exchange),
        cause=f"the upstream does not take `{name}`" + (" of this size" if is_bounded else ""),
        change="see what it takes" if is_bounded else "keep it away",
        paste="" if is_bounded else REMEDIES.get(name, dropped),
    )


def named_field(exchange: Exchanged, sent: Mapping[str, str]) -> str:
    """Find the field of the request that an error is about; empty where it names none."""
    told = str(error_in(exchange).get("param") or "").translate(PARTS).split()
    if says_any(exchange, *REFUSING):
        told += words_of(exchange).translate(PARTS).split()
    return next((word for word in told if word in sent and word not in UNDROPPED), "")


def fields_of(body: object, place: str | None) -> Iterator[tuple[str, str]]:
    """Give all fields of a request with their dotted paths, and the roles of its turns.

    What stands in a list has no path.
    """
    match body:
        case Mapping():
            for name, value in body.items():
                path = f"{place}{name}" if place is not None else ""
                yield str(name), path
                if name == "role":
                    yield str(value), ""
                yield from fields_of(value, f"{path}." if path else None)
        case list():
            for each in body:
                yield from fields_of(each, None)
        case _:  # a plain value has no fields
            return
