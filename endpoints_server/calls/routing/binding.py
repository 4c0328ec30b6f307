"""What a provider sealed, or keeps, is shown to that provider alone.

Sealed reasoning opens with the account that sealed it, and an answer that is referred to lies with
the account that gave it. A call that holds either is bound: it goes to its issuer, or to nobody.
Who that is was noted as the answer went by; where nobody remembers, it is the route of its wire
that the conversation takes in every process.
"""

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from hashlib import blake2b

from endpoints_server.calls.call import Call
from endpoints_server.calls.delivery import Delivery, Headers
from endpoints_server.calls.exchange import Exchange
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.route import Route

FIELD = (
    rb'"(?:encrypted_content|signature|thoughtSignature|thought_signature|previous_response_id'
    rb'|(?:redacted_thinking|reasoning\.encrypted)"\s{0,9},\s{0,9}"data)"\s{0,9}:\s{0,9}'
)
"""The fields of all wires that hold what only its issuer opens, or refer to what it keeps."""
TEXT = rb'[^"\\]*+(?:\\.[^"\\]*+)*+'
HELD = re.compile(FIELD + rb'"(?!")(' + TEXT + rb')"')
UNENDED = re.compile(FIELD + rb'"' + TEXT + rb"\Z")
MARKS = (b"encrypted", b"ignature", b"previous_response_id", b"redacted_thinking")
"""Something of each field, which is looked for before all of it is."""
UNSEALED = (b"~es.unsealed", b"fmVzLnVuc2VhbGVk")
"""What stands in place of a seal where there is none, and the same as base64."""
ENVELOPE = re.compile(rb"~es\.([a-z_]{1,40})\.")
"""How the seal of another wire begins than the caller's."""
MOST_ASKED = 3
TAIL_BYTES = 80
"""The longest beginning of such a field."""
LONGEST_TAIL = 1024 * 1024


def held_in(call: Call) -> list[bytes]:
    """Give what a call holds that binds it, the latest first."""
    if not any(mark in call.body for mark in MARKS):
        return []
    found = dict.fromkeys(reversed(HELD.findall(call.body)))
    return [value for value in found if value not in UNSEALED]


async def bound(
    exchange: Exchange, call: Call, held: Sequence[bytes], routes: tuple[Route, ...]
) -> tuple[Route, ...]:
    """Keep the routes of the issuer of what a call holds.

    Raises Failed (409, `issuer_gone`) where there is none any more.
    """
    issuer = ""
    for value in held[:MOST_ASKED]:
        issuer = issuer or await exchange.issuers.find(name_of(call, value))
    issuer = issuer or likely(call, held, routes).issuer
    kept = tuple(route for route in routes if route.issuer == issuer)
    if not kept:
        raise Failed(gone())
    return kept


def likely(call: Call, held: Sequence[bytes], routes: tuple[Route, ...]) -> Route:
    """Guess who issued what nobody remembers: the first route that speaks the wire it is of."""
    found = ENVELOPE.match(held[0])
    wire = found[1].decode() if found else call.inbound.wire.name
    return next((route for route in routes if route.wire == wire), routes[0])


def name_of(call: Call, value: bytes) -> str:
    """Name something sealed, or the id of an answer, as its caller's own; tells nothing of it.

    Some clients write a slash with a backslash before it.
    """
    text = call.caller.person.id.encode() + b"\0" + value.replace(b"\\/", b"/")
    return blake2b(text, digest_size=16).hexdigest()


def gone() -> Fault:
    """Say that nobody can open what a conversation holds."""
    return Fault(
        kind=Kind.BAD_REQUEST,
        status=409,
        code="issuer_gone",
        message="This conversation holds reasoning or an answer that only its issuer can open, and "
        "the provider key that it came by is not in use here any more. Begin anew, or send it "
        "without them.",
    )


class Witness:
    """A Delivery that passes everything on, and tells of each thing that is sealed in it.

    It tells before it passes on, and concludes before the end: whoever has an answer may refer to
    it at once, and at another process.
    """

    def __init__(
        self,
        delivery: Delivery,
        tell: Callable[[bytes], None],
        conclude: Callable[[], Awaitable[None]],
    ) -> None:
        self.is_started = False
        self._delivery = delivery
        self._tell = tell
        self._conclude = conclude
        self._tail = b""
        self._is_unended = False

    async def start(self, status: int, headers: Headers) -> None:
        """Send the status and the headers."""
        self.is_started = True
        await self._delivery.start(status, headers)

    async def write(self, body: bytes) -> None:
        """Send bytes of the body, more to follow."""
        self._watch(body)
        await self._delivery.write(body)

    async def end(self, body: bytes) -> None:
        """Send the last bytes of the body."""
        self._watch(body)
        await self._conclude()
        await self._delivery.end(body)

    def _watch(self, body: bytes) -> None:
        seen = self._tail + body
        if self._is_unended and b'"' not in body and len(seen) < LONGEST_TAIL:
            self._tail = seen  # unread: nothing ends here
            return
        for value in sealed_in(seen):
            self._tell(value)
        unended = UNENDED.search(seen, max(0, len(seen) - LONGEST_TAIL))
        self._is_unended = unended is not None
        self._tail = seen[unended.start() :] if unended else seen[-TAIL_BYTES:]


def sealed_in(body: bytes) -> Iterator[bytes]:
    """Find what is sealed in bytes of an answer."""
    return (value for value in HELD.findall(body) if value not in UNSEALED)
