"""Aliases, retries, breakers and further keys, from the file to the Catalog; and their mistakes."""

import pytest

from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.prices import no_prices
from endpoints_server.config.problem import Level
from endpoints_server.domain.catalog import Catalog, Routing
from endpoints_server.domain.endpoint import Cap, Credential, SpareKey
from endpoints_server.domain.route import plan
from endpoints_server.domain.routing.breaker import BreakerRules
from endpoints_server.domain.routing.retries import Retries
from endpoints_server.domain.secret import Secret
from tests.config.files import ENTRY, read, told

FILE = f"""{ENTRY}\
    - name: Other One
      apiKey: k-other
      baseURL: https://other.test/v1
      models: {{default: [acme-large, org/small, tiny]}}
    - name: Open
      apiKey: k-open
      baseURL: https://open.test/v1
      models: {{default: [listed], fetch: true}}
server:
"""


def catalog_with(server: str) -> Catalog:
    loaded = read(FILE + server)
    assert loaded.settings, loaded.problems
    return compile_catalog(loaded.settings, "v", no_prices)


def led(server: str, name: str, endpoint: str = "") -> list[tuple[str, int, float]]:
    routes = plan(catalog_with(server), name, endpoint).routes
    return [(route.id, route.order, round(route.weight, 3)) for route in routes]


def told_of(server: str, *levels: Level) -> list[str]:
    return told(FILE + server, *levels)


def test_one_target_may_be_named_in_several_ways() -> None:
    server = """\
  aliases:
    bare: tiny
    full: other-one/org/small
    alone: {model: tiny}
    placed: {endpoint: OTHER ONE, model: acme-large}
    unlisted: Open/never-heard-of
"""
    assert led(server, "bare") == [("other-one#1/tiny", 1, 1.0)]
    assert led(server, "full") == [("other-one#1/org/small", 1, 1.0)]
    assert led(server, "alone") == [("other-one#1/tiny", 1, 1.0)]
    assert led(server, "placed") == [("other-one#1/acme-large", 1, 1.0)]
    assert led(server, "unlisted") == [("open#1/never-heard-of", 1, 1.0)]


def test_a_plain_list_is_an_order_and_weights_share_the_calls() -> None:
    server = """\
  aliases:
    ordered: [Acme/acme-large, tiny]
    shared: [{model: tiny, weight: 3}, Acme/acme-large, {model: listed, order: 2}]
"""
    assert led(server, "ordered") == [("acme#1/acme-large", 1, 1.0), ("other-one#1/tiny", 2, 1.0)]
    assert led(server, "shared") == [
        ("other-one#1/tiny", 1, 3.0),
        ("acme#1/acme-large", 1, 1.0),
        ("open#1/listed", 2, 1.0),
    ]


def test_an_alias_within_an_alias_shares_what_that_one_weighs() -> None:
    server = """\
  aliases:
    outer: [{model: inner, weight: 4}, {model: tiny, weight: 1}]
    inner: [{model: listed, weight: 3}, {model: org/small, weight: 1}, {model: tiny, order: 2}]
"""
    assert led(server, "outer") == [
        ("open#1/listed", 1, 3.0),
        ("other-one#1/org/small", 1, 1.0),
        ("other-one#1/tiny", 1, 1.0),
    ]


def test_the_keys_of_an_endpoint_share_what_its_models_weigh() -> None:
    server = """\
  endpoints:
    Acme:
      apiKeys: ['${ACME_KEY}-2', {apiKey: k-3, weight: 2}, {apiKey: k-4, order: 2}]
      maxConcurrent: 8
      maxQueue: 4
      queueSeconds: 0.5
      organisation: acme-org
  aliases: {both: [Acme/acme-large, tiny]}
"""
    catalog = catalog_with(server)
    acme = catalog.by_name["acme"]
    assert acme.spare_keys == (
        SpareKey(credential=Credential(secret=Secret("k-acme-2"))),
        SpareKey(credential=Credential(secret=Secret("k-3")), weight=2.0),
        SpareKey(credential=Credential(secret=Secret("k-4")), order=2),
    )
    assert {secret.reveal() for secret in acme.secrets} == {"k-acme", "k-acme-2", "k-3", "k-4"}
    assert acme.cap == Cap(calls=8, waiting=4, wait_seconds=0.5)
    assert led(server, "acme/acme-large") == [
        ("acme#1/acme-large", 1, 1.0),
        ("acme#2/acme-large", 1, 1.0),
        ("acme#3/acme-large", 1, 2.0),
        ("acme#4/acme-large", 2, 1.0),
    ]
    assert led(server, "both") == [
        ("acme#1/acme-large", 1, 0.25),
        ("acme#2/acme-large", 1, 0.25),
        ("acme#3/acme-large", 1, 0.5),
        ("acme#4/acme-large", 2, 1.0),
        ("other-one#1/tiny", 3, 1.0),
    ]
    secrets = {"k-acme", "k-acme-2", "k-3", "k-4"}
    for route in plan(catalog, "acme/acme-large").routes:
        assert {secret.reveal() for secret in route.endpoint.secrets} == secrets
    assert {route.issuer for route in plan(catalog, "both").routes} == {"acme-org", "other-one#1"}


def test_under_an_endpoint_an_alias_leads_no_further() -> None:
    server = "  aliases: {both: [Acme/acme-large, tiny]}\n"
    assert led(server, "both", "other-one") == [("other-one#1/tiny", 2, 1.0)]
    assert led(server, "both", "acme") == [("acme#1/acme-large", 1, 1.0)]


def test_retries_and_breakers_are_what_the_file_says() -> None:
    assert catalog_with("  timeZone: UTC\n").routing == Routing()
    routing = catalog_with("""\
  affinity: none
  retries: {attempts: 4, perTarget: 1, perTrySeconds: 9, backoffSeconds: 1, maxBackoffSeconds: 2,
            budgetPercent: 0, minPerSecond: 0}
  breaker: {consecutiveFailures: 2, failurePercent: 10, minCalls: 3, windowSeconds: 4,
            cooldownSeconds: 5, maxCooldownSeconds: 6, panic: false}
""").routing
    assert routing == Routing(
        has_affinity=False,
        retries=Retries(
            attempts=4,
            per_target=1,
            per_try_seconds=9,
            backoff_seconds=1,
            max_backoff_seconds=2,
            budget_percent=0,
            min_per_second=0,
        ),
        breaker=BreakerRules(
            consecutive_failures=2,
            failure_percent=10,
            min_calls=3,
            window_seconds=4,
            cooldown_seconds=5,
            max_cooldown_seconds=6,
            has_panic=False,
        ),
    )


@pytest.mark.parametrize(
    ("aliases", "problem"),
    [
        ("a: tini", "18:8: error: there is no model `tini` (did you mean `tiny`?)"),
        ("a: [tiny, Othr One/tiny]", "18:15: error: there is no model `Othr One/tiny` "
         "(did you mean `Other One/tiny`?)"),
        ("a: {model: tiny, endpoint: Othr}", "18:32: error: there is no endpoint `Othr` "
         "(did you mean `Other One`?)"),
        ("a: {model: tini, endpoint: Other One}", "18:16: error: the endpoint Other One has no "
         "model `tini` (did you mean `tiny`?)"),
        ("a: acme-large", "18:8: error: more than one endpoint has the model `acme-large` "
         "(write `Acme/acme-large` or `Other One/acme-large`)"),
        ("a: []", "18:8: error: `a` must not be empty"),
        ("a: ''", "18:8: error: `a` must not be empty"),
        ("a: [{model: tiny, weight: 0}]", "18:31: error: `weight` must be at least 0.001"),
        ("a: {model: tiny, weight: -2}", "18:30: error: `weight` must be at least 0.001"),
        ("a: {model: tiny, weight: 1.0e+300}", "18:30: error: `weight` must be at most 1000000"),
        ("a: {model: tiny, weight: 1.0e-300}", "18:30: error: `weight` must be at least 0.001"),
        ("a: {model: tiny, order: 0}", "18:29: error: `order` must be greater than 0"),
        ("a: {modle: tiny}", "18:9: error: `modle` is not a key of `a` (did you mean `model`?)"),
        ("a: a", "18:8: error: there is no model `a`"),
        ("'': tiny", "18:5: error: an alias lacks a name"),
        ("a: [tiny, tiny]", "18:15: warning: this target stands in the alias already"),
        ("tiny: listed", "18:5: warning: the alias `tiny` hides a model of the endpoint "
         "`Other One` (ask for the model as `Other One/tiny`, or choose another name)"),
        ("open/listed: tiny", "18:5: warning: the alias `open/listed` hides a model of the "
         "endpoint `Open` (choose another name)"),
    ],
)  # fmt: skip
def test_a_mistake_in_an_alias_is_told_with_its_place(aliases: str, problem: str) -> None:
    assert told_of(f"  aliases:\n    {aliases}\n") == [problem]


def test_aliases_that_lead_back_to_themselves_are_told_with_their_way() -> None:
    assert told_of("  aliases:\n    a: [b, tiny]\n    b: c\n    c: [a]\n    d: a\n") == [
        "18:5: error: the alias `a` leads back to itself (`a` → `b` → `c` → `a`)",
        "19:5: error: the alias `b` leads back to itself (`b` → `c` → `a` → `b`)",
        "20:5: error: the alias `c` leads back to itself (`c` → `a` → `b` → `c`)",
    ]


def test_an_alias_of_a_models_own_name_that_leads_there_is_fine() -> None:
    server = "  aliases:\n    acme-large: [Other One/acme-large, Acme/acme-large]\n    tiny: tiny\n"
    assert told_of(server) == []
    assert [name for name, *_ in led(server, "acme-large")] == [
        "other-one#1/acme-large",
        "acme#1/acme-large",
    ]


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ("['${NOT_SET}']", "19:17: error: the variable `NOT_SET` is not set"),
        ("[user_provided]", "19:17: error: a further key must be one of the house's "
         "(write a key, or the variable that holds it)"),
        ("['!cat key']", "19:17: error: a value that begins with `!` is a command, and none is "
         "allowed (set `server.allowCommands: true`, or write `$!` for the text itself)"),
        ("[k-2, {apiKey: k-2}]", "19:31: warning: this key is there already"),
        ("['${ACME_KEY}']", "19:17: warning: this key is there already"),
        ("[{apiKey: k, weight: 0}]", "19:37: error: `weight` must be at least 0.001"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_further_key_is_told_with_its_place(keys: str, problem: str) -> None:
    (found,) = told_of(f"  endpoints:\n    Acme:\n      apiKeys: {keys}\n")
    assert found.startswith(problem)


def test_a_queue_before_no_door_is_warned_of() -> None:
    (problem,) = told_of("  endpoints:\n    Acme: {maxQueue: 3}\n")
    assert problem == "18:12: warning: `maxQueue` has no effect without `maxConcurrent`"


def test_where_people_bring_their_key_there_are_no_further_ones() -> None:
    file = FILE.replace("apiKey: ${ACME_KEY}", "apiKey: user_provided")
    (problem,) = told(f"{file}  endpoints:\n    Acme: {{apiKeys: [k-2]}}\n")
    assert problem.startswith("18:12: error: people bring their own key for this endpoint")
