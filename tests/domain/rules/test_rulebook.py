"""Which rules a call is held to, and which account it is paid from."""

from datetime import UTC

from msgspec.structs import replace

from endpoints_server.domain.rules.budget import LONGEST_BYTES, Budget, draw_of
from endpoints_server.domain.rules.limit import Limit, share_name
from endpoints_server.domain.rules.period import Every, Period
from endpoints_server.domain.rules.rulebook import Group, Rulebook, Rules, rulebook_of
from endpoints_server.domain.rules.target import Circumstances, Each, Level, Scope, Target

NOON = 1_795_262_400_000_000
ADA = Circumstances(person_id="ada", key_id="k1", endpoint="mistral", model="small")
TEAM = Target(Level.GROUP, "team")


def budget(name: str, usd: int = 1, **scope: object) -> Budget:
    return Budget(name=name, nano_usd=usd * 10**9, scope=Scope(**scope))  # type: ignore[arg-type]


def test_a_call_is_held_to_the_rules_of_all_its_group_its_person_and_its_key() -> None:
    rules = Rules(
        groups=(Group(name="team", members=("ada", "ben")), Group(name="others", members=("eve",))),
        budgets=(
            budget("all"),
            budget("team", target=TEAM),
            budget("others", target=Target(Level.GROUP, "others")),
            budget("ada", target=Target(Level.USER, "ada")),
            budget("ben", target=Target(Level.USER, "ben")),
            budget("key", target=Target(Level.KEY, "k1")),
            budget("elsewhere", endpoint="claude"),
            budget("small", endpoint="mistral", model="small"),
            budget("large", model="large"),
        ),
    )
    found = rulebook_of([rules]).budgets_of(ADA)
    assert [each.name for each in found] == ["all", "small", "team", "ada", "key"]


def test_what_the_file_says_hides_what_the_store_says_by_the_same_name() -> None:
    file = Rules(budgets=(budget("a", 1), budget("team", 2, target=TEAM)))
    stored = Rules(budgets=(budget("a", 5), budget("team", 6), budget("b", 7)))
    found = rulebook_of([file, stored]).budgets_of(ADA)
    assert [(each.name, each.nano_usd // 10**9) for each in found] == [
        ("a", 1),
        ("team", 6),
        ("b", 7),
    ]


def test_people_belong_to_the_groups_of_every_source() -> None:
    file = Rules(groups=(Group(name="team", members=("ada",)),))
    stored = Rules(
        groups=(Group(name="team", members=("ben",)), Group(name="more", members=("ada",)))
    )
    book = rulebook_of([file, stored])
    assert book.groups == {"ada": ("team", "more"), "ben": ("team",)}


def test_no_rules_are_empty_and_any_rule_is_not() -> None:
    assert Rulebook().is_empty
    assert rulebook_of([Rules(groups=(Group(name="team"),))]).is_empty
    assert not rulebook_of([Rules(limits=(Limit(name="a"),))]).is_empty


def test_no_two_shares_targets_or_spans_have_an_account_in_common() -> None:
    spans = [Period(), Period(every=Every.DAY), Period(rolling_seconds=60)]
    targets = [Target(), TEAM, Target(Level.USER, "team"), Target(Level.KEY, "team")]
    eaches = [None, *Each]
    names = [
        draw_of(
            Budget(name=name, nano_usd=1, scope=Scope(target=target, each=each), period=period),
            ADA,
            NOON,
            UTC,
        ).account.name
        for name in ("a", "b")
        for target in targets
        for each in eaches
        for period in spans
    ]
    assert len(set(names)) == len(names)


def test_an_account_of_any_length_has_a_name_that_fits_and_is_its_own() -> None:
    each = Budget(name="each", nano_usd=1, scope=Scope(each=Each.MODEL))
    at_most = "m" * (LONGEST_BYTES - len("budget|all||each|never|mistral/"))
    models = [at_most, at_most + "m", at_most + "n", "\N{WHITE SMILING FACE}" * 3000]
    names = [draw_of(each, replace(ADA, model=model), NOON, UTC).account.name for model in models]
    assert names[0] == f"budget|all||each|never|mistral/{at_most}"
    assert len(set(names)) == len(models)
    assert all(len(name.encode()) <= LONGEST_BYTES for name in names)


def test_each_limit_is_counted_apart_for_each_share() -> None:
    limit = Limit(name="calls", scope=Scope(each=Each.MODEL))
    other = Circumstances(person_id="ada", key_id="k1", endpoint="claude", model="small")
    assert share_name(limit, ADA) != share_name(limit, other)
