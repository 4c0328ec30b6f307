"""What every backend does with rules that people set."""

import asyncio
from pathlib import Path

from endpoints_server.domain.rules.budget import AtEnd, Budget
from endpoints_server.domain.rules.limit import Limit
from endpoints_server.domain.rules.period import Every, Period
from endpoints_server.domain.rules.rulebook import Group, Rules
from endpoints_server.domain.rules.target import Each, Level, Scope, Target
from endpoints_server.store.open import open_store
from endpoints_server.store.ports import Store

ADA = Target(Level.USER, "ada")
BUDGET = Budget(
    name="purse",
    nano_usd=10**9,
    scope=Scope(target=ADA, each=Each.MODEL),
    period=Period(every=Every.MONTH),
    at_end=AtEnd.CUT,
)
LIMIT = Limit(name="purse", requests=5)
TEAM = Group(name="purse", members=("ada", "ben"))


async def test_rules_of_every_kind_are_kept_as_they_were_given(store: Store) -> None:
    assert store.rules.current() == Rules()
    for rule in (BUDGET, LIMIT, TEAM):
        await store.rules.put_rule(rule)
    assert store.rules.current() == Rules(groups=(TEAM,), budgets=(BUDGET,), limits=(LIMIT,))


async def test_a_rule_takes_the_place_of_the_one_of_its_kind_target_and_name(store: Store) -> None:
    fresh = Budget(name="purse", nano_usd=5, scope=Scope(target=ADA))
    other = Budget(name="purse", nano_usd=7)
    for rule in (BUDGET, fresh, other):
        await store.rules.put_rule(rule)
    assert set(store.rules.current().budgets) == {fresh, other}
    assert await store.rules.delete_rule(BUDGET)
    assert not await store.rules.delete_rule(BUDGET)
    assert store.rules.current().budgets == (other,)


async def test_the_rules_stay_the_same_object_until_something_changes(store: Store) -> None:
    await store.rules.put_rule(LIMIT)
    before = store.rules.current()
    await store.rules.catch_up()
    assert store.rules.current() is before


async def test_what_another_process_rules_is_seen_at_the_next_look(
    tmp_path: Path, shared_url: str
) -> None:
    one, other = [await open_store(tmp_path, shared_url) for _ in range(2)]
    await asyncio.gather(*(store.rules.put_rule(BUDGET) for store in (one, other)))
    await one.rules.put_rule(TEAM)
    await other.rules.catch_up()
    assert other.rules.current() == one.rules.current()
    await other.rules.delete_rule(BUDGET)
    await one.rules.catch_up()
    assert one.rules.current() == Rules(groups=(TEAM,))
    await one.close()
    again = await open_store(tmp_path, shared_url)
    assert again.rules.current() == Rules(groups=(TEAM,))
    await again.close()
    await other.close()


async def test_looks_at_once_never_bring_back_what_was_deleted(store: Store) -> None:
    for number in range(30):
        rule = Limit(name=f"{number}", requests=5)
        looks = [asyncio.create_task(store.rules.catch_up()) for _ in range(3)]
        await store.rules.put_rule(rule)
        looks += [asyncio.create_task(store.rules.catch_up()) for _ in range(3)]
        assert await store.rules.delete_rule(rule)
        await asyncio.gather(*looks)
        assert store.rules.current() == Rules()
