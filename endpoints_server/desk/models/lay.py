"""A list that an endpoint gave is laid over the models of the file."""

from collections.abc import Callable

from msgspec.structs import replace

from endpoints_server.config.money import find_key
from endpoints_server.config.prices import Listing
from endpoints_server.domain.endpoint import Endpoint, Model
from endpoints_server.upstream.lists.read import ListedModel

FindPrice = Callable[[str], Listing]
"""Looks up, by a model's name, what a price book knows of it."""
CONFIGURED = ("tokenConfig", "cost")


def lay(
    endpoint: Endpoint, listed: tuple[ListedModel, ...], listed_at: int, find: FindPrice
) -> Endpoint:
    """Give an endpoint with its list: the list's models in its order, described as the file does.

    What the file says of price and context wins, then what the list says, then the book. Models of
    the file that the list lacks can be asked for still.
    """
    served = {model.name: model for model in endpoint.models}
    names = {each.name for each in listed}
    return replace(
        endpoint,
        models=tuple(
            merge(each, served.get(each.name) or priced(endpoint, each.name), find)
            for each in listed
        ),
        unlisted=tuple(model for model in endpoint.models if model.name not in names),
        listed_at=listed_at,
    )


def priced(endpoint: Endpoint, name: str) -> Model | None:
    """Find what the file says of a model that it prices without serving it."""
    known = endpoint.discovery.known if endpoint.discovery else {}
    key = find_key(known, name)
    return None if key is None else known[key]


def merge(listed: ListedModel, known: Model | None, find: FindPrice) -> Model:
    """Put together what is known of one model; what the file says of it otherwise stays."""
    if known and known.price and known.price.source in CONFIGURED:
        found = Listing(price=known.price, context_tokens=known.context_tokens)
    else:
        found = Listing(price=listed.price, context_tokens=listed.context_tokens)
    book = look_up(listed, known, find) if not (found.price and found.context_tokens) else found
    model = known or Model(name=listed.name)
    said = model.dialect.context_tokens if model.dialect else None
    context = found.context_tokens or listed.context_tokens or book.context_tokens
    return replace(
        model,
        name=listed.name,
        description=model.description or listed.title,
        price=found.price or book.price,
        context_tokens=said or context,
        output_tokens=model.output_tokens or listed.output_tokens,
    )


def look_up(listed: ListedModel, known: Model | None, find: FindPrice) -> Listing:
    """Look a model up in the book; what was found there for the file's models is taken."""
    if known:
        return Listing(price=known.price, context_tokens=known.context_tokens)
    return find(listed.name)
