"""The store in the hands of whoever asks, so that what they change is noted."""

from collections.abc import Callable

from endpoints_server.calls.exchange import Exchange
from endpoints_server.desk.changes.noting import Hand, in_hands_of
from endpoints_server.store.changes.port import Actor, Via
from endpoints_server.store.ports import Store
from endpoints_server.web.guards import AnyRequest
from endpoints_server.web.me.caller import caller_of

Acting = Callable[[AnyRequest], Store]


def hands(exchange: Exchange, store: Store) -> Acting:
    """Make what gives the store as the caller of a request may change it."""

    def acting(request: AnyRequest) -> Store:
        caller = caller_of(request)
        actor = Actor(via=Via.API, person_id=caller.person.id, key_id=caller.key_id)
        return held_by(exchange, store, actor)

    return acting


def held_by(exchange: Exchange, store: Store, actor: Actor) -> Store:
    """Give the store as somebody may change it."""
    return in_hands_of(Hand(actor=actor, now=exchange.now, identify=exchange.identify), store)
