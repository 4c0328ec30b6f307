"""What every backend does with what calls are paid from."""

import asyncio
import random
from datetime import UTC
from pathlib import Path

import pytest
from msgspec.structs import replace

from endpoints_server.domain.money.account import Account, Past, Reservation
from endpoints_server.domain.money.balance import Grant, account_of
from endpoints_server.domain.money.entry import CostStatus, Outcome
from endpoints_server.domain.money.price import cost
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.people.person import Person
from endpoints_server.domain.rules.budget import Budget, draw_of
from endpoints_server.domain.rules.target import Circumstances, Each, Scope
from endpoints_server.store.accounts import KEPT, LEASE
from endpoints_server.store.audit import Rule
from endpoints_server.store.open import open_store
from endpoints_server.store.ports import Store
from tests.store.backends import AT_ONCE
from tests.store.entries import NOON, RATES, entry

HOUSE = Account(name="house", cap_nano_usd=1000)
TEAM = Account(name="team", cap_nano_usd=400)
LOOSE = Account(name="loose", cap_nano_usd=50, is_binding=False)
ADA = account_of("ada")
RICH = Account(name="rich", cap_nano_usd=10**9)


def wanted(name: str, nano_usd: int, *accounts: Account) -> Reservation:
    rows = tuple(account.row for account in accounts)
    kept = entry(name, usage=Usage(), cost_nano_usd=0, accounts=rows)
    return Reservation(accounts=accounts, nano_usd=nano_usd, entry=kept)


async def hold(store: Store, name: str, nano_usd: int, *accounts: Account) -> bool:
    return (await store.accounts.reserve(wanted(name, nano_usd, *accounts))).is_admitted


async def settle(store: Store, name: str, nano_usd: int, *accounts: Account) -> None:
    rows = tuple(account.row for account in accounts)
    await store.ledger.record(entry(name, cost_nano_usd=nano_usd, accounts=rows))


async def left(store: Store, *accounts: Account) -> list[int]:
    return [each.left_nano_usd for each in await store.accounts.list_remainders(accounts)]


async def test_an_amount_is_held_in_every_account_or_in_none(store: Store) -> None:
    assert await hold(store, "a", 300, HOUSE, TEAM)
    assert await left(store, HOUSE, TEAM) == [700, 100]
    refused = await store.accounts.reserve(wanted("b", 101, HOUSE, TEAM))
    assert not refused.is_admitted
    assert [(each.account, each.left_nano_usd) for each in refused.remainders] == [(TEAM, 100)]
    assert await left(store, HOUSE, TEAM) == [700, 100]
    assert await hold(store, "c", 100, HOUSE, TEAM)
    assert await left(store, HOUSE, TEAM) == [600, 0]


async def test_what_was_held_is_settled_once_and_the_rest_given_back(store: Store) -> None:
    assert await hold(store, "a", 300, HOUSE, TEAM)
    for _ in range(2):
        await settle(store, "a", 120, HOUSE, TEAM)
    assert await left(store, HOUSE, TEAM) == [880, 280]
    store.accounts.release("a")
    assert await left(store, HOUSE, TEAM) == [880, 280]


async def test_what_is_spent_is_told_apart_from_what_is_held(store: Store) -> None:
    first = replace(TEAM, starts_at=10, since=10)
    later = replace(TEAM, starts_at=20, since=20)
    span = replace(TEAM, starts_at=20, since=5)
    assert await store.accounts.sum_spent(first) == 0
    for name, account, charged in (("a", first, 30), ("b", later, 50), ("c", HOUSE, 70)):
        assert await hold(store, name, 80, account)
        await settle(store, name, charged, account)
        assert await hold(store, f"more of {name}", 20, account)
    spent = [await store.accounts.sum_spent(each) for each in (first, later, span, HOUSE)]
    assert spent == [30, 50, 80, 70]


async def test_a_cost_above_what_was_held_is_charged_whole(store: Store) -> None:
    assert await hold(store, "a", 390, TEAM)
    await settle(store, "a", 450, TEAM)
    assert await left(store, TEAM) == [-50]
    assert not await hold(store, "b", 1, TEAM)


@pytest.mark.parametrize("length", [856, 880, 5000])
async def test_each_model_has_an_account_however_long_its_name(store: Store, length: int) -> None:
    chance = random.Random(length)  # what repeats itself would be kept compressed
    model = "".join(chr(chance.randrange(0x4E00, 0x9FA6)) for _ in range(length))
    facts = Circumstances(person_id="ada", key_id="key", endpoint="mistral", model=model)
    each = Budget(name="each", nano_usd=400, scope=Scope(each=Each.MODEL))
    account = draw_of(each, facts, NOON, UTC).account
    assert await hold(store, "a", 300, account)
    await settle(store, "a", 120, account)
    assert await left(store, account) == [280]


async def test_a_release_that_comes_late_takes_nothing_back(store: Store) -> None:
    assert await hold(store, "a", 300, TEAM)
    kept = store.ledger.record(entry("a", cost_nano_usd=120, accounts=(TEAM.row,)))
    store.accounts.release("a")
    await kept
    assert await left(store, TEAM) == [280]


async def test_what_was_never_made_is_given_back(store: Store) -> None:
    assert await hold(store, "a", 300, TEAM)
    store.accounts.release("a")
    store.accounts.release("a")
    store.accounts.release("unheard-of")
    assert await left(store, TEAM) == [400]


async def test_t_42_what_others_spent_in_a_later_part_of_a_rolling_span_counts(
    store: Store,
) -> None:
    """Clocks differ, and a stream draws on the part that it began in for as long as it goes on."""
    earlier = Account(name="rolling", cap_nano_usd=400, starts_at=60, since=0)
    later = replace(earlier, starts_at=61, since=1)
    stream = wanted("stream", 50, earlier)
    assert (await store.accounts.reserve(stream)).is_admitted
    assert await hold(store, "a", 300, later)
    assert not await hold(store, "b", 51, earlier)
    assert not (await store.accounts.extend(stream, 51)).is_admitted
    assert await hold(store, "b", 50, earlier)
    assert await left(store, earlier, later) == [0, 0]


async def test_days_of_a_calendar_are_counted_apart(store: Store) -> None:
    today = Account(name="daily", cap_nano_usd=400, starts_at=60, since=60)
    tomorrow = replace(today, starts_at=61, since=61)
    assert await hold(store, "a", 400, tomorrow)
    assert await hold(store, "b", 400, today)
    assert await left(store, today, tomorrow) == [0, 0]


async def test_more_is_held_while_there_is_more(store: Store) -> None:
    first = wanted("a", 300, HOUSE, TEAM)
    assert (await store.accounts.reserve(first)).is_admitted
    assert (await store.accounts.extend(first, 100)).is_admitted
    assert not (await store.accounts.extend(first, 1)).is_admitted
    assert await left(store, HOUSE, TEAM) == [600, 0]
    await settle(store, "a", 50, HOUSE, TEAM)
    assert await left(store, HOUSE, TEAM) == [950, 350]
    assert not (await store.accounts.extend(first, 1)).is_admitted
    assert await left(store, HOUSE, TEAM) == [950, 350]


async def test_what_does_not_bind_is_drawn_from_whatever_it_holds(store: Store) -> None:
    decision = await store.accounts.reserve(wanted("a", 80, LOOSE, TEAM))
    assert decision.is_admitted
    assert [each.left_nano_usd for each in decision.remainders] == [-30, 320]
    assert await hold(store, "b", 80, LOOSE)
    assert await left(store, LOOSE) == [-110]


async def test_what_earlier_spans_took_counts_as_long_as_the_window_reaches_them(
    store: Store,
) -> None:
    def at(hour: int) -> Account:
        return replace(TEAM, starts_at=hour, since=hour - 2)

    assert await hold(store, "a", 150, at(1))
    assert await hold(store, "b", 150, at(2))
    assert not await hold(store, "c", 101, at(3))
    assert await hold(store, "d", 100, at(3))
    assert await left(store, at(3), at(4), at(5)) == [0, 150, 300]
    await settle(store, "a", 10, at(1))
    assert await left(store, at(3)) == [140]


async def test_who_was_granted_nothing_yet_can_pay_for_nothing(store: Store) -> None:
    decision = await store.accounts.reserve(wanted("a", 1, ADA))
    assert (decision.is_admitted, decision.remainders) == (False, ())
    assert await store.accounts.list_remainders([ADA]) == []


async def test_a_grant_is_drawn_from_and_refilled(store: Store) -> None:
    await store.people.add_person(Person(id="ada"))
    grant = Grant(person_id="ada", granted_nano_usd=100, opened_at=NOON, refilled_at=NOON)
    await store.balances.open_grant(grant)
    assert await hold(store, "a", 100, ADA)
    assert not await hold(store, "b", 1, ADA)
    standing = await store.balances.find_standing("ada")
    assert standing is not None
    assert (standing.reserved_nano_usd, standing.left_nano_usd) == (100, 0)
    await store.balances.refill(grant, 50, NOON + 1)
    await settle(store, "a", 120, ADA)
    assert await left(store, ADA) == [30]
    credited = await store.balances.credit("ada", 5)
    assert credited is not None
    assert (credited.spent_nano_usd, credited.left_nano_usd) == (120, 35)
    assert await store.balances.credit("nobody", 5) is None


async def test_a_caller_who_leaves_while_waiting_holds_nothing(store: Store) -> None:
    waiting = [asyncio.create_task(hold(store, f"{i}", 10, TEAM)) for i in range(20)]
    await asyncio.sleep(0)
    for task in waiting[::2]:
        task.cancel()
    done = await asyncio.gather(*waiting, return_exceptions=True)
    kept = [each for each in done if each is True]
    assert await left(store, TEAM) == [400 - 10 * len(kept)]


async def test_t_25_of_a_thousand_at_once_as_many_are_admitted_as_the_money_holds(
    store: Store,
) -> None:
    purse = Account(name="purse", cap_nano_usd=37 * 10 + 9)
    tries = [hold(store, f"{i}", 10, purse, HOUSE) for i in range(1000)]
    assert sum(await asyncio.gather(*tries)) == 37
    assert await left(store, purse, HOUSE) == [9, 1000 - 370]


async def test_t_29_what_a_dead_process_held_is_settled_as_its_reservation_says(
    tmp_path: Path, shared_url: str
) -> None:
    dead, other = [await open_store(tmp_path, shared_url, AT_ONCE) for _ in range(2)]
    usage = Usage(input=1000)
    rows = (HOUSE.row, TEAM.row)
    lost = entry(
        "lost",
        usage=usage,
        cost_nano_usd=cost(usage, RATES),
        cost_status=CostStatus.ESTIMATED,
        outcome=Outcome.FAILED,
        fault="internal",
        accounts=rows,
    )
    costs = lost.cost_nano_usd or 0
    rich = replace(HOUSE, cap_nano_usd=10 * costs), replace(TEAM, cap_nano_usd=10 * costs)
    held = Reservation(accounts=rich, nano_usd=5 * costs, entry=lost)
    assert (await dead.accounts.reserve(held)).is_admitted
    assert await hold(other, "alive", costs, rich[1])
    await dead.accounts.beat(NOON)
    await other.accounts.beat(NOON + LEASE)
    assert await other.accounts.resolve(NOON + LEASE) == 0
    assert await other.accounts.resolve(NOON + LEASE + 1) == 1
    assert await other.accounts.resolve(NOON + LEASE + 1) == 0
    assert await left(other, *rich) == [9 * costs, 8 * costs]
    await dead.ledger.record(replace(lost, cost_nano_usd=7 * costs))
    assert await other.ledger.find_entries(lost.request_id) == [lost]
    assert await left(other, *rich) == [9 * costs, 8 * costs]
    verification = await other.ledger.verify()
    assert verification.findings == ()
    await dead.close()
    await other.close()


@pytest.mark.parametrize("cost_nano_usd", [None, 0])
async def test_what_costs_nothing_gives_back_everything(
    store: Store, cost_nano_usd: int | None
) -> None:
    assert await hold(store, "a", 300, TEAM)
    await store.ledger.record(entry("a", cost_nano_usd=cost_nano_usd, accounts=(TEAM.row,)))
    assert await left(store, TEAM) == [400]


async def test_an_entry_that_nothing_was_held_for_is_charged_or_found(store: Store) -> None:
    for name, nano_usd in (("a", 120), ("b", 30)):
        assert await hold(store, name, 300, RICH)
        kept = entry(name, usage=Usage(input=nano_usd), accounts=(RICH.row,))
        await store.ledger.record(replace(kept, cost_nano_usd=cost(kept.usage, RATES)))
    assert (await store.ledger.verify()).findings == ()
    before = await left(store, RICH)
    await store.ledger.record(entry("never-held", accounts=(RICH.row,)))
    if await left(store, RICH) != before:
        assert (await store.ledger.verify()).findings == ()
        return
    (finding,) = (await store.ledger.verify()).findings
    assert finding.rule is Rule.ACCOUNTS
    assert "'rich'" in finding.message


BEFORE: dict[str, dict[str, object]] = {
    "a": {"person_id": "ada"},
    "b": {"person_id": "ben", "key_id": "k"},
    "c": {"person_id": "ada", "endpoint": "Claude", "model": "large"},
    "d": {"person_id": "ada", "credential": "user"},
    "e": {"person_id": "ada", "started_at": NOON - 1},
    "f": {"person_id": "ada", "cost_nano_usd": None},
}


async def test_an_account_begins_with_what_the_ledger_says_was_spent_before(store: Store) -> None:
    for name, fields in BEFORE.items():
        await store.ledger.record(entry(name, **({"cost_nano_usd": 100} | fields)))
    wanted = {
        "all": (Past(since=NOON), 300),
        "earlier": (Past(since=NOON - 1), 400),
        "own-keys": (Past(since=NOON, is_house=False), 400),
        "ada": (Past(since=NOON, person_ids=("ada",)), 200),
        "both": (Past(since=NOON, person_ids=("ada", "ben")), 300),
        "nobody": (Past(since=NOON, person_ids=()), 0),
        "key": (Past(since=NOON, key_id="k"), 100),
        "endpoint": (Past(since=NOON, endpoint="Claude"), 100),
        "model": (Past(since=NOON, endpoint="Mistral", model="large"), 0),
    }
    for name, (past, spent) in wanted.items():
        account = Account(name=name, cap_nano_usd=1000)
        for each in (past, Past(since=0)):
            await store.accounts.open(account, each)
            assert await left(store, account) == [1000 - spent], name
    found = {each.rule for each in (await store.ledger.verify()).findings}
    assert Rule.ACCOUNTS not in found


async def test_a_window_that_has_a_row_is_not_opened_again(store: Store) -> None:
    await store.ledger.record(entry("past", cost_nano_usd=100))
    first = replace(TEAM, starts_at=10, since=0)
    assert await hold(store, "a", 10, first)
    later = replace(first, starts_at=20, since=5)
    await store.accounts.open(later, Past(since=0))
    assert await left(store, later) == [390]


async def test_rows_that_count_for_nothing_are_forgotten_once_they_hold_nothing(
    store: Store,
) -> None:
    old = replace(TEAM, expires_at=NOON)
    await store.accounts.beat(NOON + KEPT)
    for name in ("a", "b"):
        assert await hold(store, name, 10, old)
    await settle(store, "a", 5, old)
    await store.accounts.resolve(NOON + KEPT + 1)
    assert await left(store, old) == [385]
    store.accounts.release("b")
    await store.accounts.resolve(NOON + KEPT)
    assert await left(store, old) == [395]
    await store.accounts.resolve(NOON + KEPT + 1)
    assert await left(store, old) == [400]
