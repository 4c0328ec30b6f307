"""What is made of the facts of each vendor."""

import pytest

from endpoints_server.config.models_json.vendors import names, read_vendor
from endpoints_server.config.prices import no_prices
from endpoints_server.desk.vendors.offered import Surroundings, endpoint_of, offered_models
from endpoints_server.domain.fault import Failed
from endpoints_server.upstream.clients import Upstreams
from endpoints_server.wires.listed import WIRES


def around(**environ: str) -> Surroundings:
    return Surroundings(wires=WIRES, upstreams=Upstreams(), prices=no_prices, environ=environ)


@pytest.mark.parametrize("name", sorted(names()))
def test_every_vendor_is_an_endpoint_that_could_be_asked(name: str) -> None:
    vendor = read_vendor(name)
    endpoint = endpoint_of(vendor, "", around(**dict.fromkeys(vendor.variables, "k3y")))
    assert endpoint.name == vendor.name
    assert endpoint.discovery is not None
    assert endpoint.address == vendor.entry.get("baseURL", "")
    assert endpoint.credential.secret.reveal() == ("k3y" if vendor.variables else "")
    assert not vendor.models or len(endpoint.models) == len(vendor.models)


@pytest.mark.parametrize("name", sorted(names()))
async def test_a_vendor_names_its_models_or_says_what_is_missing(name: str) -> None:
    vendor = read_vendor(name)
    if vendor.model_list is None:
        offer = await offered_models(vendor, "", around())
        assert not offer.is_live
        assert "no list" in offer.reason
    elif vendor.model_list.needs_key:
        with pytest.raises(Failed) as refused:
            await offered_models(vendor, "", around())
        told = refused.value.fault.message
        assert any(variable in told for variable in vendor.variables) or "--base-url" in told
    else:
        assert vendor.entry["baseURL"]
