"""Nothing of the house's travels to an address that a person chose."""

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from endpoints_server.calls.call import Call, Inbound
from endpoints_server.calls.outgoing import outgoing
from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.load import load_bytes
from endpoints_server.config.prices import no_prices
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.endpoint import Credential, Endpoint
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.header import Conversation, HeaderTemplate
from endpoints_server.domain.people.caller import Caller
from endpoints_server.domain.people.person import Person
from endpoints_server.domain.route import Route
from endpoints_server.domain.secret import Secret
from endpoints_server.domain.wire import Operation, Wire
from endpoints_server.upstream.clients import Upstreams
from endpoints_server.upstream.send import send
from endpoints_server.wires.listed import WIRES
from tests.upstream.conftest import PROMPT
from tests.upstreams.bad import BadProvider
from tests.upstreams.server import Seen

FILE = """\
version: 1.3.17
endpoints:
  allowedAddresses: ['{place}']
  custom:
    - name: Yours
      apiKey: {key}
      baseURL: user_provided
      {provider}
      models: {{default: [m]}}
      headers:
        X-House: ${{CANARY}}
        Authorization: Bearer canary-of-the-house
        X-Person: '{{{{LIBRECHAT_USER_ID}}}}'
"""
HOUSE = ("canary", "person-7", "es-key-of-ours", "conversation-9")
WIRES_AND_KEYS = [
    (wire, key)
    for wire in ("openai_chat", "anthropic_messages")
    for key in ("${CANARY}", "user_provided")
]


@pytest.fixture
async def upstreams() -> AsyncIterator[Upstreams]:
    upstreams = Upstreams()
    yield upstreams
    await upstreams.close()


def catalog_in(place: str, wire: str, key: str) -> Catalog:
    provider = "provider: anthropic" if wire == "anthropic_messages" else ""
    text = FILE.format(place=place, key=key, provider=provider)
    loaded = load_bytes(text.encode(), {"CANARY": "canary-of-the-environment"}, "f.yaml")
    assert loaded.settings, loaded.problems
    return compile_catalog(loaded.settings, "1", no_prices)


def call_to(catalog: Catalog, endpoint: Endpoint, inbound_wire: Wire) -> Call:
    """Make a call of somebody who sent a provider key of their own."""
    return Call(
        inbound=Inbound(
            wire=inbound_wire,
            operation=Operation.CHAT,
            headers={
                "x-es-key": "es-key-of-ours",
                "authorization": "Bearer key-of-the-person",
                "cookie": "session=canary",
                "x-forwarded-for": "canary",
            },
            endpoint_name="",
            query="",
            request_id="canary-request",
            started_at=0,
            started=0.0,
        ),
        catalog=catalog,
        caller=Caller(person=Person(id="person-7"), key_id="canary-key"),
        route=Route(endpoint=endpoint, model=endpoint.models[0]),
        wire_out=WIRES[endpoint.wire],
        body=PROMPT,
        conversation=Conversation(id="conversation-9"),
        is_stream=False,
        has_stream_usage=False,
        own_secret=Secret("key-of-the-person"),
    )


def everything(seen: Seen) -> str:
    """Give all that an attacker's server was told."""
    return f"{seen.method} {seen.path} {seen.headers} {seen.body.decode()}"


@pytest.mark.parametrize("inbound", ["openai_chat", "anthropic_messages"])
@pytest.mark.parametrize(("wire", "key"), WIRES_AND_KEYS)
async def test_a_chat_tells_a_personal_address_nothing_of_the_house(
    provider: BadProvider, upstreams: Upstreams, wire: str, key: str, inbound: str
) -> None:
    catalog = catalog_in(provider.url.removeprefix("http://"), wire, key)
    upstreams.adopt(catalog)
    endpoint = replace(catalog.endpoints[0], address=f"{provider.url}/good")
    assert endpoint.is_personal
    request, _ = outgoing(call_to(catalog, endpoint, WIRES[inbound]))
    with upstreams.acquire(endpoint) as upstream:
        (await send(upstream, request)).close()
    told = everything(provider.last)
    assert "key-of-the-person" in told
    assert not [word for word in HOUSE if word in told]


@pytest.mark.parametrize("key", ["${CANARY}", "user_provided"])
async def test_without_an_address_a_personal_endpoint_is_refused_and_nothing_leaves(
    provider: BadProvider, upstreams: Upstreams, key: str
) -> None:
    catalog = catalog_in(provider.url.removeprefix("http://"), "openai_chat", key)
    with pytest.raises(Failed) as caught, upstreams.acquire(catalog.endpoints[0]):
        pass
    assert caught.value.fault.public_code == "address_invalid"
    assert not provider.seen


def test_a_personal_endpoint_cannot_be_made_with_what_is_the_house_s() -> None:
    own = Endpoint(
        name="Own",
        slug="own",
        wire="openai_chat",
        address="https://llm.example/v1",
        credential=Credential(owner="user"),
        models=(),
        is_personal=True,
    )
    house = replace(own, is_personal=False, credential=Credential(secret=Secret("sk-house")))
    templated = replace(own, is_personal=False, headers=(HeaderTemplate("x-house", ("secret",)),))
    for endpoint in (house, templated):
        with pytest.raises(ValueError, match="nothing of the house's"):
            replace(endpoint, is_personal=True)


def test_a_malformed_address_holds_no_secrets_and_breaks_nothing() -> None:
    own = Endpoint(
        name="Own",
        slug="own",
        wire="openai_chat",
        address="http://[::1",
        credential=Credential(owner="user"),
        models=(),
        is_personal=True,
    )
    assert own.secrets == ()
