"""A key becomes a caller, or the call ends here."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.people.access_key import (
    digest_key,
    is_same_digest,
    key_id_of,
    read_key_id,
)
from endpoints_server.domain.people.caller import Caller
from endpoints_server.domain.secret import Secret
from endpoints_server.store.keyring.ring import Ring
from endpoints_server.store.ports import Keys

DECLARED = "x-es-key"
CARRIERS = ("x-api-key", "api-key", "x-goog-api-key")
BEARER = "bearer "
IN_QUERY = frozenset({"key", "$key", "api_key", "apikey", "access_token", DECLARED, *CARRIERS})
SEND_IT = "Send it in the header 'x-goog-api-key', or as 'Authorization: Bearer es-…'."


async def authenticate(
    headers: Mapping[str, str], keys: Keys, ring: Ring, now: int
) -> tuple[Caller, Secret | None]:
    """Find whose key a request carries, and the caller's own provider key where one came along.

    Raises Failed: `invalid_api_key` for none or a wrong one, `conflicting_credentials` for two
    different ones of which none is declared to be ours.
    """
    ours, own = pick(headers)
    caller = await recognise(ours, keys, ring, now)
    return caller, own


def pick(headers: Mapping[str, str]) -> tuple[str, Secret | None]:
    """Choose our key among a request's credentials; the other, if declared so, is the caller's."""
    carried = carried_by(headers)
    declared = headers.get(DECLARED, "")
    if declared:
        others = carried - {declared}
        if len(others) > 1:
            raise Failed(conflict())
        return declared, Secret(others.pop()) if others else None
    if not carried:
        raise Failed(refused("No API key was sent. Send one as 'Authorization: Bearer es-…'."))
    if len(carried) > 1:
        raise Failed(conflict())
    return carried.pop(), None


def carried_by(headers: Mapping[str, str]) -> set[str]:
    """Gather the distinct credentials of a request."""
    carried = {value for name in CARRIERS if (value := headers.get(name))}
    authorization = headers.get("authorization", "")
    if authorization[: len(BEARER)].lower() == BEARER:
        carried.add(authorization[len(BEARER) :].strip())
    elif authorization:
        raise Failed(refused("The Authorization header must be 'Bearer' and a key."))
    return carried


def require_keyless(query: str) -> None:
    """Refuse a request that carries a key behind its path, where logs and proxies see it.

    Raises Failed(unauthenticated); the key itself is not looked at.
    """
    asked = parse_qsl(query, keep_blank_values=True)
    if any(name.lower() in IN_QUERY or read_key_id(value) for name, value in asked):
        raise Failed(refused("A key in the address is not accepted. " + SEND_IT))


async def recognise(text: str, keys: Keys, ring: Ring, now: int) -> Caller:
    """Look a key up; a wrong one, a revoked one and an expired one are told in the same words."""
    key_id = key_id_of(text)
    key = await keys.find_key(key_id) if key_id else None
    if key is None or not key.is_valid_at(now):
        raise Failed(refused("The API key is not valid."))
    ring_key = ring.find_key(key.ring_id)
    if ring_key is None or not is_same_digest(digest_key(text, ring_key), key.digest):
        raise Failed(refused("The API key is not valid."))
    return Caller(person=key.person, key_id=key.id)


def refused(message: str) -> Fault:
    """Say that a key was not accepted."""
    return Fault(kind=Kind.UNAUTHENTICATED, message=message)


def conflict() -> Fault:
    """Say that a request carries two different keys."""
    return Fault(
        kind=Kind.BAD_REQUEST,
        code="conflicting_credentials",
        message="The request carries two different keys. Send one, or ours as 'x-es-key' and your "
        "provider's in 'Authorization'.",
    )
