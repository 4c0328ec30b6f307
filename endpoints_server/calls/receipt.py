"""The headers every model answer carries, errors included: what served it, and what it cost."""

from functools import lru_cache
from urllib.parse import quote

from endpoints_server.calls.call import Attempt, Call
from endpoints_server.calls.delivery import Headers
from endpoints_server.calls.settle import credential_class
from endpoints_server.domain.fault import Fault, Who
from endpoints_server.domain.money.entry import CostStatus, Entry
from endpoints_server.domain.money.usd import usd

UNBUFFERED = (
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
)
JSON = ((b"content-type", b"application/json"),)


def stream_headers(call: Call) -> Headers:
    """Say how a stream is framed on the caller's wire, and that it is to go on as it comes."""
    kind = call.inbound.wire.stream_type(call.inbound.query)
    return [(b"content-type", kind.encode()), *UNBUFFERED]


def identify(request_id: str) -> Headers:
    """Name the request, under the names that both families of SDKs read."""
    value = request_id.encode()
    return [(b"x-request-id", value), (b"request-id", value)]


def of_none(request_id: str, config: str) -> Headers:
    """Give the receipt of a request that came to no call."""
    return [*identify(request_id), (b"x-es-attempts", b"0"), (b"x-es-config", encode(config))]


def receipt(call: Call, attempts: int, losses: tuple[str, ...] = ()) -> Headers:
    """Say what serves a call, and after how many attempts."""
    endpoint = call.route.endpoint
    headers = identify(call.inbound.request_id)
    headers += [
        (b"x-es-endpoint", encode(endpoint.slug)),
        (b"x-es-upstream-model", encode(call.route.model.name)),
        (b"x-es-credential", credential_class(call).encode()),
        (b"x-es-attempts", str(attempts).encode()),
        (b"x-es-config", encode(call.catalog.version)),
    ]
    if call.counted_here:
        headers.append((b"x-es-estimated", call.counted_here.encode()))
    if losses:
        headers.append((b"x-es-losses", encode(",".join(losses))))
    return headers


def bill(entry: Entry) -> Headers:
    """Say what a whole answer cost."""
    status = entry.cost_status.value.encode()
    if entry.cost_status is CostStatus.UNPRICED or entry.cost_nano_usd is None:
        return [(b"x-es-cost-status", status)]
    return [(b"x-es-cost", usd(entry.cost_nano_usd).encode()), (b"x-es-cost-status", status)]


def advice(fault: Fault) -> Headers:
    """Tell a client whether and when to try again."""
    headers: Headers = []
    if fault.rule.who is not Who.CALLER or fault.rule.may_retry:
        headers.append((b"x-should-retry", b"true" if fault.may_retry else b"false"))
    elif not fault.body:
        headers.append((b"x-should-retry", b"false"))
    seconds = fault.retry_after_seconds
    if seconds is not None:
        headers.append((b"retry-after", str(max(0, round(seconds))).encode()))
        headers.append((b"retry-after-ms", str(max(0, round(seconds * 1000))).encode()))
    return headers


@lru_cache(maxsize=4096)
def encode(text: str) -> bytes:
    """Make a configured name fit for a header line; what is beyond ASCII is percent-encoded."""
    return quote(text, safe="!#$&'()*+,/:;=?@[]~ -._|^`").encode()


def of_attempt(attempt: Attempt) -> Headers:
    """Give the receipt of an attempt as far as it has come."""
    headers = receipt(attempt.call, attempts_of(attempt), attempt.losses)
    if attempt.fallbacks:
        headers.append((b"x-es-fallbacks", str(attempt.fallbacks).encode()))
    if attempt.admission is not None:
        headers += attempt.admission.headers
    return headers + bill(attempt.entry) if attempt.entry else headers


def attempts_of(attempt: Attempt) -> int:
    """Count what was asked of upstreams; what came after an attempt but was never sent is none."""
    if attempt.call.counted_here:
        return 0
    is_made = attempt.sent is not None or attempt.entry is not None
    return attempt.number if is_made else attempt.number - 1
