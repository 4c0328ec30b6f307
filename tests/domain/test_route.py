"""Which model a name means."""

import pytest

from endpoints_server.domain.catalog import catalog_of
from endpoints_server.domain.endpoint import Credential, Endpoint, Model
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.route import plan

LISTED = Endpoint(
    name="Listed",
    slug="listed",
    wire="openai_chat",
    address="https://a.example",
    credential=Credential(),
    models=(Model(name="plain"), Model(name="both"), Model(name="models/both")),
)
CATALOG = catalog_of((LISTED,), "v", compiled_at=0)


@pytest.mark.parametrize("endpoint", ["", "listed"])
@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("plain", "plain"),
        ("models/plain", "plain"),
        ("models/listed/plain", "plain"),
        ("both", "both"),
        ("models/both", "models/both"),
        ("models/models/both", "models/both"),
    ],
)
def test_a_name_may_be_written_in_full_unless_another_model_has_it(
    asked: str, meant: str, endpoint: str
) -> None:
    assert plan(CATALOG, asked, endpoint).routes[0].model.name == meant


def test_a_name_in_full_that_nobody_has_is_refused_with_what_is_near() -> None:
    with pytest.raises(Failed) as refused:
        plan(CATALOG, "models/plane")
    assert "Did you mean 'listed/plain'" in refused.value.fault.message
