"""What a request asks for is done once, however often it is sent under one `Idempotency-Key`."""

from collections.abc import Awaitable, Callable
from functools import wraps
from hashlib import sha256
from typing import Any

import msgspec
from msgspec.structs import replace

from endpoints_server.calls.exchange import Exchange
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.own_key import OwnKey
from endpoints_server.domain.secret import Secret
from endpoints_server.store.once.port import Claim
from endpoints_server.store.ports import Store
from endpoints_server.store.seal import Owner, open_seal, seal
from endpoints_server.web.guards import AnyRequest
from endpoints_server.web.me.caller import bad_request, caller_of

HEADER = "idempotency-key"
LONGEST = 255
SEALED_AS = "an answer"
"""Stands where a sealed key names its endpoint: an answer may hold a key, so it is sealed too."""
Handler = Callable[..., Awaitable[Any]]


class OnlyOnce:
    """Lets handlers do things once, and gives their answers again for a day."""

    def __init__(self, exchange: Exchange, store: Store) -> None:
        self.exchange = exchange
        self.store = store

    def __call__(self, handler: Handler) -> Handler:
        """Wrap a handler: nothing is done under a name under which it was done before.

        The handler raises Failed(bad_request) then where the name stands for something else, or for
        something that is not over yet. Of what it raises itself nothing is remembered.
        """
        kind: type[msgspec.Struct] = handler.__annotations__["return"]

        @wraps(handler)
        async def handle(request: AnyRequest, **places: Any) -> Any:
            name = request.headers.get(HEADER)
            if name is None:
                return await handler(request, **places)
            claim = await claim_of(request, name, self.exchange.now())
            kept = await self.store.once.claim(claim)
            if kept is not None:
                return self._again(kept, claim, kind)
            try:
                made = await handler(request, **places)
            except Exception:
                await self.store.once.release(claim)
                raise
            await self.store.once.answer(replace(claim, sealed=self._seal(claim, made)))
            return made

        return handle

    def _seal(self, claim: Claim, made: msgspec.Struct) -> str:
        text = Secret(msgspec.json.encode(made).decode())
        return seal(self.exchange.ring, owner_of(claim), OwnKey(api_key=text))

    def _again(self, kept: Claim, claim: Claim, kind: type[msgspec.Struct]) -> msgspec.Struct:
        if kept.digest != claim.digest:
            raise conflict(422, "idempotency_key_reused", "This key stands for another request.")
        opened = open_seal(self.exchange.ring, owner_of(kept), kept.sealed) if kept.sealed else None
        if opened is None:
            raise conflict(409, "idempotency_in_progress", "This request is not answered yet.")
        return msgspec.json.decode(opened.api_key.reveal(), type=kind)


async def claim_of(request: AnyRequest, name: str, now: int) -> Claim:
    """Say what is asked, and by whom; raises Failed(bad_request) for a name that is none."""
    if not 0 < len(name) <= LONGEST or not name.isprintable():
        raise bad_request(f"An Idempotency-Key has 1 to {LONGEST} printable letters.")
    asked = f"{request.method} {request.url.path}\n".encode() + await request.body()
    person_id = caller_of(request).person.id
    return Claim(person_id=person_id, name=name, digest=sha256(asked).hexdigest(), at=now)


def owner_of(claim: Claim) -> Owner:
    """Say whose an answer is."""
    return Owner(claim.person_id, SEALED_AS)


def conflict(status: int, code: str, message: str) -> Failed:
    """Say why nothing is done."""
    fault: dict[str, Any] = {"status": status, "code": code, "message": message}
    return Failed(Fault(kind=Kind.BAD_REQUEST, **fault))
