"""The cases of the vectors, brought before our own code."""

import json
from typing import Any

from endpoints_server.calls.call import Call, Inbound
from endpoints_server.calls.titles.make import find_target, title_call
from endpoints_server.calls.titles.words import Talked
from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.load import load_bytes
from endpoints_server.config.prices import no_prices
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.endpoint import Endpoint, Model
from endpoints_server.domain.header import Conversation
from endpoints_server.domain.people.caller import Caller
from endpoints_server.domain.people.person import Person
from endpoints_server.domain.route import Route
from endpoints_server.domain.wire import Operation
from tests.web.site import Site

Json = dict[str, Any]
FOLDER = "vectors/librechat-requests"


def compiled(entries: list[Json], everywhere: Json | None) -> Catalog:
    """Compile a case's file."""
    endpoints: Json = {"custom": entries}
    if everywhere is not None:
        endpoints["all"] = everywhere
    text = json.dumps({"version": "1.3.17", "endpoints": endpoints})
    loaded = load_bytes(text.encode(), {}, "f.yaml")
    assert loaded.settings, loaded.problems
    return compile_catalog(loaded.settings, loaded.version, no_prices)


async def title_call_of(case: Json, catalog: Catalog) -> Call:
    """Write the call that asks for a case's title."""
    site = Site(catalog.endpoints)
    chat = chat_of(site, catalog, catalog.endpoints[0], case["chat_model"])
    answers = [part["text"] for part in case["assistant_parts"] if part["type"] == "text"]
    talked = Talked(said=user_text(case), answered="\n".join(answers))
    target = await find_target(site.exchange, chat)
    return title_call(site.exchange, chat, target, talked, deadline=45.0, is_plain=False)


def chat_of(site: Site, catalog: Catalog, endpoint: Endpoint, model: str) -> Call:
    """Make the call whose conversation is to have a title."""
    exchange = site.exchange
    wire = exchange.wires[endpoint.wire]
    return Call(
        inbound=Inbound(
            wire=wire,
            operation=Operation.CHAT,
            headers={},
            endpoint_name="",
            query="",
            request_id="r",
            started_at=0,
            started=0.0,
        ),
        catalog=catalog,
        caller=Caller(person=Person(id="u1"), key_id="k"),
        route=Route(endpoint=endpoint, model=Model(name=model)),
        wire_out=wire,
        body=b"{}",
        conversation=Conversation(id="c1"),
        is_stream=False,
        has_stream_usage=False,
    )


def user_text(case: Json) -> str:
    """Give what the user said."""
    said = case["user_text"]
    return said if isinstance(said, str) else said["$repeat"] * said["count"]
