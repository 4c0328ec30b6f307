"""What administrators are told of the configuration, of prices, and of people's provider keys."""

from decimal import Decimal

from msgspec.structs import replace

from endpoints_server.config.problem import Level, Problem
from endpoints_server.domain.catalog import with_endpoints
from endpoints_server.domain.money.price import Hours, Price, Rates, Tier
from endpoints_server.domain.people.person import ADMIN
from tests.web.site import ADA, BORROWED, HOUSE_SECRET, MISTRAL, Site

ADAS_KEY = "sk-of-ada-0123456789-tail"


async def told(site: Site, path: str, status: int = 200, method: str = "GET") -> str:
    _, text = await site.key_of(ADMIN)
    async with site.client() as client:
        headers = {"authorization": f"Bearer {text}"}
        answer = await client.request(method, f"/admin/v1/{path}", headers=headers)
        if answer.status_code != status:
            raise AssertionError((answer.status_code, answer.text))
        return answer.text


async def test_the_version_and_the_problems_of_the_file_are_told() -> None:
    problem = Problem(file="f.yaml", line=3, column=7, message="wrong", level=Level.WARNING)
    site = Site(problems=(problem,))
    text = await told(site, "config")
    assert f'"version":"{site.catalog.version}"' in text
    assert '"is_refused":false,"endpoints":2' in text
    assert '"line":3,"column":7,"message":"wrong"' in text
    refused = Site(problems=(replace(problem, level=Level.ERROR),))
    assert '"is_refused":true' in await told(refused, "config")


async def test_prices_are_told_as_plain_decimals_and_what_nobody_knows_as_such() -> None:
    dear = Rates(input=Decimal("1e1"), output=Decimal("0.10"))
    price = Price(
        rates=Rates(input=Decimal("0.15"), output=Decimal(0)),
        source="cost",
        tiers=(Tier(1000, dear),),
        hours=(Hours(from_second=3_600, until_second=5_400, rates=dear),),
    )
    site = Site()
    model = replace(MISTRAL.models[0], price=price)
    endpoint = replace(MISTRAL, models=(model, MISTRAL.models[1]))
    catalog = with_endpoints(site.catalog, (endpoint, BORROWED))
    site.serve(endpoints=catalog.endpoints, by_name=catalog.by_name)
    text = await told(site, "prices")
    assert '"input":"0.15","output":"0","cache_read":null' in text
    assert '"endpoint":"mistral","model":"mistral-small","source":"cost"' in text
    assert '"input_tokens_above":1000' in text
    assert '"since":"01:00","until":"01:30"' in text
    assert '"input":"10","output":"0.10"' in text
    assert '"endpoint":"borrowed","model":"both","source":"unpriced"' in text
    assert HOUSE_SECRET not in text


async def test_whose_provider_keys_there_are_is_told_without_them_and_one_is_deleted() -> None:
    site = Site()
    _, text = await site.key_of(ADA)
    async with site.client() as client:
        hers = {"authorization": f"Bearer {text}"}
        stored = {"apiKey": ADAS_KEY}
        answer = await client.put("/me/credentials/borrowed", json=stored, headers=hers)
        assert answer.status_code == 200, answer.text
    for query in ("", "?user=ada"):
        found = await told(site, f"credentials{query}")
        assert '"user":"ada","endpoint":"borrowed","ending":"' in found
        assert ADAS_KEY not in found
    assert await told(site, "credentials?user=admin") == '{"data":[]}'
    await told(site, "credentials?user=nobody", 404)
    await told(site, "credentials/ada/mistral", 404, "DELETE")
    await told(site, "credentials/nobody/borrowed", 404, "DELETE")
    await told(site, "credentials/ada/Borrowed", 204, "DELETE")
    assert await told(site, "credentials") == '{"data":[]}'
