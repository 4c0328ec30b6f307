"""What is counted, under which labels, and that no label is anybody's choice."""

from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families

from endpoints_server.domain.money.entry import CostStatus, Entry, Outcome
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.report import OWN, Report
from endpoints_server.metrics import Metrics

CANARY = "c4n4ryZk39dQpLw8"

ENTRY = Entry(
    id="entry-1",
    request_id=f"call-{CANARY}",
    started_at=1,
    took=1_500_000,
    first_byte_took=250_000,
    person_id=f"person-{CANARY}",
    key_id=f"key-{CANARY}",
    conversation_id=f"talk-{CANARY}",
    endpoint="Demo",
    model=f"model-{CANARY}",
    answered_model=f"model-{CANARY}",
    wire_in="openai_chat",
    wire_out="anthropic_messages",
    outcome=Outcome.DELIVERED,
    status=200,
    usage=Usage(input=10, cache_read=3, cache_write=2, cache_write_hour=5, output=20, reasoning=4),
    cost_nano_usd=1_500_000_000,
    cost_status=CostStatus.EXACT,
    losses=(f"extras.{CANARY}", "content.audio"),
)
REPORT = Report(
    request_id=ENTRY.request_id,
    wire="openai_chat",
    status=200,
    took_seconds=1.5,
    overhead_seconds=0.0015,
    person_id=ENTRY.person_id,
    key_id=ENTRY.key_id,
    entry=ENTRY,
)


def samples(metrics: Metrics) -> dict[tuple[str, tuple[str, ...]], float]:
    families = text_string_to_metric_families(metrics.exposition().decode())
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def test_a_call_is_counted_with_its_tokens_seconds_and_money() -> None:
    metrics = Metrics()
    metrics.count_call(REPORT)
    metrics.count_call(REPORT)
    found = samples(metrics)
    assert found["es_requests_total", ("Demo", "delivered", "", "openai_chat")] == 2
    assert found["es_tokens_total", ("Demo", "input")] == 20
    assert found["es_tokens_total", ("Demo", "cache_read")] == 6
    assert found["es_tokens_total", ("Demo", "cache_write")] == 14
    assert found["es_tokens_total", ("Demo", "output")] == 40
    assert found["es_tokens_total", ("Demo", "reasoning")] == 8
    assert found["es_cost_usd_total", ("Demo", "exact")] == 3
    assert found["es_losses_total", ("Demo", "openai_chat")] == 4
    assert found["es_call_seconds_sum", ("Demo",)] == 3
    assert found["es_first_token_seconds_bucket", ("Demo", "0.25")] == 2
    assert found["es_overhead_seconds_bucket", ("0.001",)] == 0
    assert found["es_overhead_seconds_bucket", ("0.002",)] == 2


def test_a_refused_call_is_counted_without_an_endpoint() -> None:
    metrics = Metrics()
    metrics.count_call(replace(REPORT, entry=None, status=401, who="caller", overhead_seconds=None))
    found = samples(metrics)
    assert found["es_requests_total", ("", "refused", "caller", "openai_chat")] == 1
    assert found["es_overhead_seconds_count", ()] == 0


def test_a_call_that_nobody_can_price_adds_no_money() -> None:
    metrics = Metrics()
    unpriced = replace(ENTRY, cost_nano_usd=None, cost_status=CostStatus.UNPRICED)
    metrics.count_call(replace(REPORT, entry=unpriced))
    assert samples(metrics)["es_cost_usd_total", ("Demo", "exact")] == 0


def test_nothing_that_belongs_to_a_person_or_a_caller_is_a_label() -> None:
    metrics = Metrics()
    metrics.count_call(replace(REPORT, fault=CANARY, detail=CANARY))
    assert CANARY.encode() not in metrics.exposition()


def test_many_models_make_no_more_series() -> None:
    metrics = Metrics()
    metrics.count_call(REPORT)
    before = samples(metrics).keys()
    for number in range(50):
        metrics.count_call(replace(REPORT, entry=replace(ENTRY, model=f"made-up-{number}")))
    assert samples(metrics).keys() == before


def test_endpoints_that_people_bring_are_counted_as_one() -> None:
    metrics = Metrics()
    for number in range(50):
        entry = replace(ENTRY, endpoint=f"{CANARY}-{number}", losses=("a",))
        report = replace(REPORT, entry=entry, earlier=(entry,), is_own=True)
        metrics.count_call(report)
    assert CANARY.encode() not in metrics.exposition()
    assert samples(metrics)["es_losses_total", (OWN, ENTRY.wire_in)] == 100


def test_only_the_version_in_use_is_shown() -> None:
    metrics = Metrics()
    metrics.set_config_version("first")
    metrics.set_config_version("second")
    metrics.config_failures.inc()
    found = samples(metrics)
    versions = {labels for name, labels in found if name == "es_config_version_info"}
    assert versions == {("second",)}
    assert found["es_config_apply_failures_total", ()] == 1


def test_the_state_of_the_server_is_read_when_asked() -> None:
    metrics = Metrics()
    waiting = [3.0]
    metrics.ledger_waiting.set_function(lambda: waiting[0])
    metrics.inflight.inc()
    metrics.streams_open.inc()
    assert samples(metrics)["es_ledger_waiting", ()] == 3
    waiting[0] = 0
    metrics.inflight.dec()
    found = samples(metrics)
    assert found["es_ledger_waiting", ()] == 0
    assert found["es_inflight", ()] == 0
    assert found["es_streams_open", ()] == 1
    assert found["process_resident_memory_bytes", ()] > 0


def test_two_servers_in_one_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.count_call(REPORT)
    assert ("es_tokens_total", ("Demo", "input")) not in samples(other)
