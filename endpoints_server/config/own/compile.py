"""An entry that a person brought becomes an Endpoint that is theirs alone."""

from msgspec.structs import replace

from endpoints_server.config.compile import endpoint_of, titles_of
from endpoints_server.config.prices import PriceBook
from endpoints_server.config.schema.endpoint import CustomEndpoint
from endpoints_server.config.schema.server import Server
from endpoints_server.config.schema.settings import Endpoints
from endpoints_server.domain.address.read import read_address
from endpoints_server.domain.catalog import OwnTerms
from endpoints_server.domain.endpoint import Endpoint


def own_endpoint_of(
    entry: CustomEndpoint, owner: str, terms: OwnTerms, prices: PriceBook
) -> Endpoint:
    """Compile an entry in which no check found an error; nothing of the file's is laid over it."""
    return replace(
        endpoint_of(entry, Server(), prices),
        address=read_address(entry.base_url).url,
        is_personal=True,
        owner=owner,
        timeouts=terms.timeouts,
        titles=titles_of(entry, Endpoints(custom=[entry]), prices),
    )
