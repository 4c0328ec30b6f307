"""Budgets, limits and groups, from the file to the Catalog, and what is wrong with them."""

from zoneinfo import ZoneInfo

import pytest

from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.prices import no_prices
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.endpoint import Abandonment, AbandonRule
from endpoints_server.domain.rules.budget import Action, AtEnd, Budget
from endpoints_server.domain.rules.limit import Limit
from endpoints_server.domain.rules.period import Every, Period
from endpoints_server.domain.rules.rulebook import Group
from endpoints_server.domain.rules.target import Each, Level, Scope, Target
from tests.config.files import ENTRY, read, told

TEAM = Target(Level.GROUP, "team")


def catalog_with(server: str) -> Catalog:
    loaded = read(f"{ENTRY}server:\n{server}")
    assert loaded.settings, loaded.problems
    return compile_catalog(loaded.settings, "v", no_prices)


def told_of(server: str) -> list[str]:
    return told(f"{ENTRY}server:\n{server}")


def test_a_budget_says_how_much_for_whom_and_when_it_begins_anew() -> None:
    catalog = catalog_with("""\
  timeZone: Europe/Berlin
  holdTokens: 64
  budgets:
    house: {usd: 12.5, per: month, thresholds: [50], whenSpent: cut, includeOwnKeys: true}
    each: {usd: 0.000000001, each: user, rollingSeconds: 60, endpoint: ACME, model: acme-large}
  groups:
    team:
      members: [ada, ben]
      budgets: {ours: {usd: 1, action: warn, shadow: true}}
""")
    assert catalog.zone == ZoneInfo("Europe/Berlin")
    assert catalog.step_tokens == 64
    assert catalog.rules.groups == (Group(name="team", members=("ada", "ben")),)
    assert catalog.rules.budgets == (
        Budget(
            name="house",
            nano_usd=12_500_000_000,
            period=Period(every=Every.MONTH),
            thresholds=(50,),
            at_end=AtEnd.CUT,
            has_own_keys=True,
        ),
        Budget(
            name="each",
            nano_usd=1,
            scope=Scope(each=Each.USER, endpoint="acme", model="acme-large"),
            period=Period(rolling_seconds=60),
        ),
        Budget(
            name="ours",
            nano_usd=10**9,
            scope=Scope(target=TEAM),
            action=Action.WARN,
            is_shadow=True,
        ),
    )


def test_a_limit_says_how_many_and_for_whom() -> None:
    catalog = catalog_with("""\
  limits: {all: {requestsPerMinute: 60, tokensPerMinute: 1000, each: key, shadow: true}}
  groups: {team: {members: [ada], limits: {few: {concurrent: 2}}}}
""")
    assert catalog.rules.limits == (
        Limit(name="all", requests=60, tokens=1000, scope=Scope(each=Each.KEY), is_shadow=True),
        Limit(name="few", concurrent=2, scope=Scope(target=TEAM)),
    )


def test_an_endpoint_says_what_becomes_of_answers_whose_callers_left() -> None:
    catalog = catalog_with("  endpoints: {acme: {abandoned: drain, drainSeconds: 5}}\n")
    (endpoint,) = catalog.endpoints
    assert endpoint.abandonment == Abandonment(rule=AbandonRule.DRAIN, drain_seconds=5)
    (endpoint,) = catalog_with("  holdTokens: 1\n").endpoints
    assert endpoint.abandonment.rule is AbandonRule.ESTIMATE


@pytest.mark.parametrize(
    ("server", "problem"),
    [
        (
            "  timeZone: Europe/Berlyn\n",
            "9:13: error: `Europe/Berlyn` is not a time zone that this machine knows "
            "(did you mean `Europe/Berlin`?)",
        ),
        ("  timeZone: ../../etc/passwd\n", "9:13: error: `../../etc/passwd` is not a time zone"),
        ("  budgets: {a: {usd: -1}}\n", "9:22: error: `usd` must be zero or more, not negative"),
        ("  budgets: {a: {usd: 1e12}}\n", "9:22: error: `usd` is above a thousand million USD"),
        ("  budgets: {a: {usd: .inf}}\n", "9:22: error: `usd` must be a finite number"),
        ("  budgets: {a: {per: day}}\n", "9:16: error: `a` lacks `usd`"),
        (
            "  budgets: {a: {usd: 1, per: fortnight}}\n",
            "9:30: error: `per` must be `day` or `month` or `never` or `week`",
        ),
        (
            "  budgets: {a: {usd: 1, per: day, rollingSeconds: 60}}\n",
            "9:51: error: `rollingSeconds` and `per` are two different spans (remove one of them)",
        ),
        (
            "  budgets: {a: {usd: 1, endpoint: Acm}}\n",
            "9:35: error: there is no endpoint `Acm` (did you mean `Acme`?)",
        ),
        (
            "  groups: {team: {limits: {a: {concurrent: 1, model: acme-larg}}}}\n",
            "9:54: warning: no endpoint here lists the model `acme-larg`, so the rule counts "
            "nothing (did you mean `acme-large`?)",
        ),
        ("  limits: {a: {each: user}}\n", "9:12: warning: the limit `a` limits nothing"),
        ("  limits: {a: {requestsPerMinute: 0}}\n", "9:35: error: `requestsPerMinute` must be"),
        (
            "  limits: {a: {requestsPerMinute: 99999999999999999999}}\n",
            "9:35: error: `requestsPerMinute` must be at most 1000000000000",
        ),
        (
            "  budgets: {a: {usd: 1, rollingSeconds: 99999999999999999999}}\n",
            "9:41: error: `rollingSeconds` must be at most 1000000000",
        ),
        ("  ledger: {keepDays: 36501}\n", "9:22: error: `keepDays` must be at most 36500"),
        ("  timeouts: {total: 1e300}\n", "9:21: error: `total` must be at most 1000000000"),
        ("  groups: {team: {member: [a]}}\n", "9:19: error: `member` is not a key of `team`"),
        (
            "  budgets: {a: {usd: 1e-10}}\n",
            "9:22: error: `usd` is less than a billionth of a USD, so it would be zero",
        ),
        (
            "  budgets: {a: {usd: 1, rollingSeconds: 24h}}\n",
            "9:41: error: `rollingSeconds` must be a whole number, not text (write the number in d",
        ),
        ("  budgets: {'': {usd: 1}}\n", "9:13: error: a budget lacks a name"),
        ("  limits: {' ': {concurrent: 1}}\n", "9:12: error: a limit lacks a name"),
        ('  groups: {"a\\nx-b: c": {}}\n', "9:12: error: the name of a group has 1 to 64 print"),
        ("  budgets: {a|b: {usd: 1}}\n", "9:13: error: the name of a budget has 1 to 64 print"),
        ("  budgets: {%s: {usd: 1}}\n" % ("a" * 65), "9:13: error: the name of a budget has 1"),
        ('  groups: {a: {limits: {"\\ud83d": {}}}}\n', "9:25: error: the name of a limit has"),
    ],
)
def test_t_31_i_60_a_rule_that_cannot_take_effect_is_told_of_in_its_place(
    server: str, problem: str
) -> None:
    assert [line for line in told_of(server) if line.startswith(problem)], told_of(server)


def test_a_whole_number_may_be_written_with_a_point_or_an_exponent() -> None:
    catalog = catalog_with("""\
  holdTokens: 1e3
  budgets: {a: {usd: 1, rollingSeconds: 60.0, thresholds: [5e1]}}
  limits: {a: {requestsPerMinute: 1e2}}
  retries: {attempts: 2.0}
  breaker: {consecutiveFailures: 7.0}
""")
    assert (catalog.step_tokens, catalog.routing.retries.attempts) == (1000, 2)
    assert catalog.rules.budgets[0].period.rolling_seconds == 60
    assert catalog.rules.budgets[0].thresholds == (50,)
    assert catalog.rules.limits[0].requests == 100


def test_an_amount_is_taken_as_written_to_the_last_digit() -> None:
    catalog = catalog_with("""\
  budgets: {a: {usd: 123456789.123456789}}
  groups: {team: {budgets: {b: {usd: 0x10}, c: {usd: 987654321.987654321}}}}
""")
    amounts = [budget.nano_usd for budget in catalog.rules.budgets]
    assert amounts == [123456789123456789, 16 * 10**9, 987654321987654321]
