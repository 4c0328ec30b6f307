"""Model lists: fresh though nobody waits, kept when they fail, and each person's own."""

import asyncio

import pytest

from endpoints_server.desk.models import shelves
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.route import plan
from tests.desk.models.keeping import (
    ADA,
    GRACE,
    RATES,
    catalog_of_entries,
    compiled,
    entry,
    keeping,
    names_of,
)

USER_ID = {"x-user": "{{LIBRECHAT_USER_ID}}"}


async def test_the_models_of_the_file_are_served_until_a_list_comes_and_then_the_list() -> None:
    async with keeping() as provider:
        provider.pause.clear()
        provider.lists.adopt(catalog_of_entries(entry("Acme", provider.url)))
        assert names_of(provider.lists.catalog.endpoints[0]) == ["d1", "d2"]
        provider.pause.set()
        await provider.settle()
        acme = provider.lists.catalog.endpoints[0]
        assert names_of(acme) == ["f1", "f2"]
        assert acme.listed_at == 1000


async def test_what_the_file_says_of_a_listed_model_stays() -> None:
    async with keeping() as provider:
        provider.items = [
            {"id": "d2", "context_length": 5, "pricing": {"prompt": "1e-6", "completion": "0"}},
            {"id": "new-one", "display_name": "The New One"},
            {"id": "priced", "pricing": {"prompt": "1e-6", "completion": "2e-6"}},
            {"id": "by-pattern", "context_length": 7},
        ]
        rates = {"d2": RATES, "by-*": RATES}
        provider.lists.adopt(catalog_of_entries(entry("Acme", provider.url, tokenConfig=rates)))
        await provider.settle()
        told = [
            (m.name, m.description, m.price and m.price.source, m.context_tokens)
            for m in provider.lists.catalog.endpoints[0].models
        ]
        assert told == [
            ("d2", "the second", "tokenConfig", 1000),
            ("new-one", "The New One", None, 7),
            ("priced", "", "model-list", 6),
            ("by-pattern", "", "tokenConfig", 1000),
        ]


async def test_a_listed_model_can_be_called_and_one_of_the_file_still() -> None:
    async with keeping() as provider:
        provider.lists.adopt(catalog_of_entries(entry("Acme", provider.url)))
        await provider.settle()
        for asked in ("f1", "acme/f1", "d2", "Acme/d2"):
            assert plan(provider.lists.catalog, asked).routes[0].endpoint.name == "Acme"
        with pytest.raises(Failed) as failed:
            plan(provider.lists.catalog, "f3")
        assert "'acme/f1'" in failed.value.fault.message


async def test_a_bare_name_goes_where_it_is_listed_and_not_where_it_only_can_be_asked_for() -> None:
    async with keeping() as provider:
        other = entry("Other", provider.url) | {"models": {"default": ["d1"]}}
        provider.lists.adopt(catalog_of_entries(entry("Acme", provider.url), other))
        await provider.settle()
        assert plan(provider.lists.catalog, "d1").routes[0].endpoint.name == "Other"
        assert plan(provider.lists.catalog, "d2").routes[0].endpoint.name == "Acme"


async def test_a_stale_list_is_answered_at_once_and_asked_for_once() -> None:
    async with keeping() as provider:
        provider.lists.adopt(catalog_of_entries(entry("Acme", provider.url)))
        await provider.settle()
        provider.seconds += 100
        provider.lists.refresh()
        assert len(provider.asked) == 1
        provider.seconds += 40
        provider.names = ["f3"]
        provider.pause.clear()
        for _ in range(10):
            provider.lists.refresh()
            await asyncio.sleep(0.005)
        assert names_of(provider.lists.catalog.endpoints[0]) == ["f1", "f2"]
        provider.pause.set()
        await provider.settle()
        assert names_of(provider.lists.catalog.endpoints[0]) == ["f3"]
        assert len(provider.asked) == 2


async def test_the_last_good_list_is_kept_and_its_failing_told_once() -> None:
    async with keeping() as provider:
        provider.lists.adopt(catalog_of_entries(entry("Acme", provider.url)))
        await provider.settle()
        provider.status = "503 Later"
        for _ in range(3):
            provider.seconds += 200
            provider.lists.refresh()
            await provider.settle()
        assert names_of(provider.lists.catalog.endpoints[0]) == ["f1", "f2"]
        (state,) = provider.lists.states()
        assert (state.count, state.age_seconds) == (2, 600)
        assert "503" in state.message
        provider.status = "200 OK"
        provider.seconds += 200
        provider.lists.refresh()
        await provider.settle()
        told = [(slug, bool(message)) for slug, _, message in provider.changes]
        assert told == [("acme", True), ("acme", False)]
        assert not provider.lists.states()[0].message


async def test_endpoints_that_would_ask_the_same_share_one_list_and_keep_their_own_models() -> None:
    async with keeping() as provider:
        headers = {"a": "1", "b": "2"}
        one = entry("One", provider.url, headers=headers)
        two = entry("Two", provider.url, headers=dict(reversed(headers.items())))
        three = entry("Three", provider.url, headers={"a": "2"})
        provider.lists.adopt(catalog_of_entries(one, two, three))
        await provider.settle()
        assert len(provider.asked) == 2
        assert [names_of(each) for each in provider.lists.catalog.endpoints] == [["f1", "f2"]] * 3


async def test_a_change_of_the_file_keeps_the_lists_that_it_asks_for_as_before() -> None:
    async with keeping() as provider:
        provider.lists.adopt(catalog_of_entries(entry("Acme", provider.url)))
        await provider.settle()
        again = catalog_of_entries(entry("Acme", provider.url, titleConvo=True))
        provider.lists.adopt(again)
        assert names_of(provider.lists.catalog.endpoints[0]) == ["f1", "f2"]
        provider.lists.adopt(catalog_of_entries(entry("Acme", provider.url, apiKey="sk-other-1")))
        assert names_of(provider.lists.catalog.endpoints[0]) == ["d1", "d2"]
        await provider.settle()
        assert len(provider.asked) == 2


async def test_a_file_that_changes_while_a_list_is_on_its_way_is_the_one_that_counts() -> None:
    async with keeping() as provider:
        provider.pause.clear()
        provider.lists.adopt(catalog_of_entries(entry("Acme", provider.url)))
        await asyncio.sleep(0.02)
        later = catalog_of_entries(entry("Acme", provider.url, dropParams=["user"]))
        provider.lists.adopt(later)
        provider.pause.set()
        await provider.settle()
        acme = provider.lists.catalog.endpoints[0]
        assert names_of(acme) == ["f1", "f2"]
        assert acme.dialect == later.endpoints[0].dialect


async def test_a_list_that_is_told_who_asks_is_each_persons_own() -> None:
    async with keeping() as provider:
        provider.lists.adopt(catalog_of_entries(entry("Acme", provider.url, headers=USER_ID)))
        await provider.settle()
        assert provider.asked == []
        assert await provider.names_for(ADA) == ["f1", "f2"]
        assert provider.server.last.headers["x-user"] == "ada"
        assert names_of((await provider.lists.prepared_for(GRACE)).endpoints[0]) == ["d1", "d2"]
        provider.names = ["only-graces"]
        assert await provider.names_for(GRACE) == ["only-graces"]
        assert await provider.names_for(ADA) == ["f1", "f2"]


async def test_a_persons_list_comes_by_their_key_and_goes_with_it() -> None:
    async with keeping() as provider:
        provider.lists.adopt(
            catalog_of_entries(entry("Acme", provider.url, apiKey="user_provided"))
        )
        assert await provider.names_for(ADA) == ["d1", "d2"]
        assert provider.asked == []
        await provider.store_key("acme", "sk-first-1")
        assert await provider.names_for(ADA) == ["f1", "f2"]
        assert provider.server.last.headers["authorization"] == "Bearer sk-first-1"
        provider.names = ["f3"]
        await provider.store_key("acme", "sk-second-1")
        assert await provider.names_for(ADA) == ["f3"]
        assert provider.server.last.headers["authorization"] == "Bearer sk-second-1"
        assert await provider.names_for(GRACE) == ["d1", "d2"]


async def test_a_private_address_that_a_person_typed_is_not_asked() -> None:
    async with keeping() as provider:
        personal = entry(
            "Acme", "user_provided", apiKey="user_provided", headers={"x-house": "hidden"}
        )
        provider.lists.adopt(catalog_of_entries(personal))
        await provider.store_key("acme", "sk-own-1", f"{provider.url}/v1")
        assert await provider.names_for(ADA) == ["d1", "d2"]
        assert provider.asked == []
        assert [person for _, person, _ in provider.changes] == ["ada"]


async def test_an_address_that_a_person_typed_gets_nothing_of_the_houses() -> None:
    async with keeping() as provider:
        headers = {"x-house": "hidden", "authorization": "Bearer sk-house-2"}
        personal = entry("Acme", "user_provided", apiKey="sk-house-1", headers=headers)
        allowed = [provider.url.removeprefix("http://")]
        catalog = compiled([personal], allowed=allowed)
        assert catalog is not None
        provider.upstreams.adopt(catalog)
        provider.lists.adopt(catalog)
        await provider.store_key("acme", "sk-own-1", f"{provider.url}/v1")
        assert await provider.names_for(ADA) == ["f1", "f2"]
        sent = provider.server.last.headers
        assert sent["authorization"] == "Bearer sk-own-1"
        assert not any("hidden" in value or "sk-house" in value for value in sent.values())


async def test_a_caller_waits_for_lists_never_had_and_only_once() -> None:
    async with keeping() as provider:
        provider.status = "500 No"
        provider.lists.adopt(catalog_of_entries(entry("Acme", provider.url)))
        assert len([catalog async for catalog in provider.lists.learn(ADA)]) == 2
        assert len(provider.asked) == 1
        provider.pause.clear()
        provider.seconds += 60
        provider.lists.refresh()
        async with asyncio.timeout(1):
            assert len([catalog async for catalog in provider.lists.learn(ADA)]) == 1
        provider.pause.set()


def test_people_who_have_not_looked_for_longest_are_forgotten_first() -> None:
    kept = shelves.Shelves()
    for number in range(shelves.MOST_PEOPLE + 5):
        kept.get(f"person-{number}")
        kept.trim()
    assert len(list(kept)) == shelves.MOST_PEOPLE
    assert kept.find("person-4") is None
    assert kept.find("person-5") is not None


async def test_a_list_that_goes_on_failing_is_asked_for_ever_more_seldom() -> None:
    async with keeping() as provider:
        provider.status = "404 Never heard of it"
        provider.lists.adopt(catalog_of_entries(entry("Acme", provider.url)))
        for _ in range(120):
            await provider.settle()
            provider.seconds += 30
            provider.lists.refresh()
        await provider.settle()
        assert 8 <= len(provider.asked) <= 12  # in an hour
