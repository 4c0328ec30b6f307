"""What the framework refuses is told as completely as what we refuse."""

import pytest

from tests.web.site import ADA, Site


@pytest.mark.parametrize(
    ("method", "path", "methods"),
    [
        ("PATCH", "/me/keys", {"GET", "POST"}),
        ("POST", "/me/usage/one", {"GET"}),
        ("GET", "/admin/v1/budgets/house", {"PUT", "DELETE"}),
        ("DELETE", "/console/usage", {"GET"}),
    ],
)
async def test_a_refused_method_is_told_with_those_that_are_answered(
    method: str, path: str, methods: set[str]
) -> None:
    site = Site()
    _, text = await site.key_of(ADA)
    async with site.client() as client:
        answer = await client.request(method, path, headers={"authorization": f"Bearer {text}"})
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) - {"OPTIONS", "HEAD"} == methods
    assert answer.json()["error"]["message"] == "Method Not Allowed."
