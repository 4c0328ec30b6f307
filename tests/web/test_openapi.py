"""The OpenAPI document tells of every route that is asked with a key, and of what it takes."""

import inspect
import re
from typing import Any

import jsonschema
import pytest
from litestar.routes import HTTPRoute

from endpoints_server.domain.people.person import ADMIN
from endpoints_server.web.guards import ACCESS, BODY, QUERY
from tests.config.own.test_own import FULL, PLAIN
from tests.web.site import Site

READS = re.compile(r"read_(body|query)\(request, (\w+)\)")


@pytest.fixture
def site() -> Site:
    return Site()


async def document_of(site: Site) -> Any:
    async with site.client() as client:
        answer = await client.get("/openapi.json")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_every_route_that_wants_a_key_is_told(site: Site) -> None:
    paths = (await document_of(site))["paths"]
    wanted = {
        (re.sub(r":\w+}", "}", route.path), method.lower())
        for route in site.app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if handler.opt.get(ACCESS) in ("key", "admin")
        for method in handler.http_methods
    }
    assert len(wanted) > 40
    assert wanted <= {(path, method) for path, told in paths.items() for method in told}
    assert not any(path.startswith("/console") for path in paths)
    ids = [each["operationId"] for told in paths.values() for each in told.values()]
    assert len(ids) == len(set(ids))


async def test_what_a_route_reads_is_what_it_is_said_to_take(site: Site) -> None:
    for route in site.app.routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            read = dict(READS.findall(inspect.getsource(inspect.unwrap(handler.fn))))
            told = {name: handler.opt.get(name) for name in (BODY, QUERY)}
            names = {name: kind.__name__ for name, kind in told.items() if kind is not None}
            assert read.items() <= names.items(), route.path


async def test_answers_are_as_the_document_says(site: Site) -> None:
    document = await document_of(site)
    _, text = await site.key_of(ADMIN)
    asked = [
        ("PUT", "/admin/v1/budgets/{name}", {"usd": "2.5", "per": "month"}),
        ("PUT", "/admin/v1/limits/{name}", {"concurrent": 2}),
        ("PUT", "/admin/v1/groups/{name}", {"members": ["admin"]}),
        ("GET", "/admin/v1/budgets", None),
        ("GET", "/admin/v1/endpoints", None),
        ("GET", "/admin/v1/prices", None),
        ("GET", "/admin/v1/audit", None),
        ("GET", "/me/balance", None),
        ("GET", "/me/usage", None),
        ("GET", "/me/nothing", None),
        ("PUT", "/admin/v1/budgets/{name}", {"usd": -1}),
    ]
    async with site.client() as client:
        client.headers["authorization"] = f"Bearer {text}"
        for method, path, body in asked:
            answer = await client.request(method, path.replace("{name}", "a"), json=body)
            told = document["paths"].get(path, {}).get(method.lower())
            schema: Any = {"$ref": "#/components/schemas/Refusal"}
            if answer.is_success:
                schema = told["responses"][str(answer.status_code)]["content"]["application/json"]
                schema = schema["schema"]
            jsonschema.validate(answer.json(), {**schema, "components": document["components"]})


@pytest.mark.parametrize("entry", [PLAIN, FULL])
async def test_what_it_tells_of_an_endpoint_of_ones_own_is_what_is_taken(
    site: Site, entry: dict[str, Any]
) -> None:
    document = await document_of(site)
    told = document["paths"]["/me/custom-endpoints"]["post"]["requestBody"]
    shape = told["content"]["application/json"]["schema"] | {"components": document["components"]}
    jsonschema.validate(entry | {"apiKey": "sk-1"}, shape)
    wrong_rate = {"tokenConfig": {"other": {"prompt": "0.1", "completion": 1, "context": 1}}}
    for wrong in (entry | {"titleEndpoint": "x"}, entry | wrong_rate):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, shape)
