"""What is counted for Prometheus: calls, seconds, tokens, money, and the state of the process."""

from collections.abc import Callable, Iterable, Mapping

import msgspec
from msgspec import Struct
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from endpoints_server.domain.money.entry import Entry
from endpoints_server.domain.report import Report
from endpoints_server.domain.routing.breaker import State

MICROSECONDS = 1_000_000
NANO_USD = 1_000_000_000

OVERHEAD_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25)
FIRST_TOKEN_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
CALL_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)


class Metrics:
    """The counters of one server, in a registry of their own.

    Labels are names out of the configuration and words of ours: never a key, a person, or anything
    a caller may choose. Series are looked up once and kept, so that a call costs microseconds.
    """

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.requests = self.counter("requests", "Calls", "endpoint", "wire", "outcome", "who")
        self.tokens = self.counter("tokens", "Tokens, each counted once", "endpoint", "kind")
        self.cost = self.counter("cost_usd", "What calls cost, in USD", "endpoint", "status")
        self.losses = self.counter("losses", "Things not translated", "endpoint", "wire")
        self.retries = self.counter("retries", "Attempts that others followed", "endpoint", "fault")
        self.overhead = self.histogram("overhead_seconds", "Our own share", OVERHEAD_SECONDS)
        self.first_token = self.histogram(
            "first_token_seconds",
            "Until the upstream's first byte",
            FIRST_TOKEN_SECONDS,
            "endpoint",
        )
        self.call = self.histogram("call_seconds", "Until the end", CALL_SECONDS, "endpoint")
        self.inflight = self.gauge("inflight", "Calls being served")
        self.streams_open = self.gauge("streams_open", "Streams being answered")
        self.ledger_waiting = self.gauge("ledger_waiting", "Entries not yet durable")
        self.config_version = self.gauge("config_version_info", "The catalog in use", "version")
        self.config_failures = self.counter("config_apply_failures", "Files that were not taken on")
        self._requests: dict[tuple[str, str, str, str], Counter] = {}
        self._endpoints: dict[str, EndpointSeries] = {}

    def counter(self, name: str, text: str, *labels: str) -> Counter:
        """Make a counter; `_total` is added to its name."""
        return Counter(f"es_{name}", text, labels, registry=self.registry)

    def gauge(self, name: str, text: str, *labels: str) -> Gauge:
        """Make a gauge."""
        return Gauge(f"es_{name}", text, labels, registry=self.registry)

    def histogram(
        self, name: str, text: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        """Make a histogram with upper bounds."""
        return Histogram(f"es_{name}", text, labels, buckets=buckets, registry=self.registry)

    def count_call(self, report: Report) -> None:
        """Count a call that ended, however it did."""
        entry = report.entry
        endpoint = entry.endpoint if entry else ""
        outcome = entry.outcome.value if entry else "refused"
        labels = (endpoint, report.wire, outcome, report.who)
        requests = self._requests.get(labels)
        if requests is None:
            requests = self._requests[labels] = self.requests.labels(*labels)
        requests.inc()
        if report.overhead_seconds is not None:
            self.overhead.observe(report.overhead_seconds)
        for each in report.earlier:
            self.retries.labels(each.endpoint, each.fault).inc()
            self.count_entry(each)
        if entry is not None:
            self.count_entry(entry)

    def count_entry(self, entry: Entry) -> None:
        """Count what one attempt used."""
        series = self._endpoints.get(entry.endpoint)
        if series is None:
            series = self._endpoints[entry.endpoint] = EndpointSeries(self, entry.endpoint)
        series.count(entry)
        if entry.losses:
            self.losses.labels(entry.endpoint, entry.wire_in).inc(len(entry.losses))

    def set_config_version(self, version: str) -> None:
        """Say which catalog is in use; there is only ever one."""
        self.config_version.clear()
        self.config_version.labels(version).set(1)

    def watch_model_lists(self, ages: Callable[[], Iterable[tuple[str, float]]]) -> None:
        """Ask how old the list of each endpoint is, in seconds, whenever the metrics are read."""
        self.registry.register(ModelListAges(ages))

    def watch_breakers(self, states: Callable[[], Iterable[tuple[str, int, State]]]) -> None:
        """Ask how the breakers stand that are not calm, whenever the metrics are read."""
        self.registry.register(BreakerStates(states))

    def exposition(self) -> bytes:
        """Give everything in Prometheus' text format."""
        return generate_latest(self.registry)

    def snapshot(self) -> bytes:
        """Give everything in a form that `merge` reads."""
        return msgspec.msgpack.encode(
            [
                Family(
                    name=metric.name,
                    text=metric.documentation,
                    kind=metric.type,
                    samples=[(each.name, each.labels, each.value) for each in metric.samples],
                )
                for metric in self.registry.collect()
            ]
        )


class Family(Struct, frozen=True, kw_only=True):
    """What a process knows under one name: samples with their names, labels and values."""

    name: str
    text: str
    kind: str
    samples: list[tuple[str, dict[str, str], float]]


class Merged(Collector):
    """The families of several processes; each sample says whose it is."""

    def __init__(self, snapshots: Mapping[str, bytes]) -> None:
        self.metrics: dict[str, Metric] = {}
        for worker in sorted(snapshots):
            for family in msgspec.msgpack.decode(snapshots[worker], type=list[Family]):
                self.add(worker, family)

    def add(self, worker: str, family: Family) -> None:
        """Add what one process knows under a name."""
        metric = self.metrics.setdefault(family.name, Metric(family.name, family.text, family.kind))
        for name, labels, value in family.samples:
            metric.add_sample(name, {**labels, "worker": worker}, value)

    def collect(self) -> Iterable[Metric]:
        """Give every family."""
        return self.metrics.values()


def merge(snapshots: Mapping[str, bytes]) -> bytes:
    """Give snapshots of several processes, by a name for each, in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(Merged(snapshots))
    return generate_latest(registry)


class ModelListAges(Collector):
    """The gauge of the lists there are at this moment; those of former endpoints are not told."""

    def __init__(self, ages: Callable[[], Iterable[tuple[str, float]]]) -> None:
        self.ages = ages

    def collect(self) -> Iterable[Metric]:
        """Give the one gauge."""
        gauge = GaugeMetricFamily(
            "es_model_list_age_seconds", "Since an endpoint gave its list", labels=["endpoint"]
        )
        for endpoint, seconds in self.ages():
            gauge.add_metric((endpoint,), seconds)
        return (gauge,)


class BreakerStates(Collector):
    """The gauge of the breakers that remember something; all others are closed."""

    def __init__(self, states: Callable[[], Iterable[tuple[str, int, State]]]) -> None:
        self.states = states

    def collect(self) -> Iterable[Metric]:
        """Give the one gauge."""
        gauge = GaugeMetricFamily(
            "es_breaker_open",
            "Whether an endpoint is not asked for now: 1 open, 0.5 half open, 0 closed",
            labels=["endpoint", "key"],
        )
        for endpoint, key, state in self.states():
            gauge.add_metric((endpoint, str(key)), OPENNESS[state])
        return (gauge,)


OPENNESS = {State.OPEN: 1.0, State.HALF_OPEN: 0.5, State.CLOSED: 0.0}


class EndpointSeries:
    """The series of one endpoint, looked up once."""

    def __init__(self, metrics: Metrics, endpoint: str) -> None:
        self.first_token = metrics.first_token.labels(endpoint)
        self.call = metrics.call.labels(endpoint)
        self.input = metrics.tokens.labels(endpoint, "input")
        self.cache_read = metrics.tokens.labels(endpoint, "cache_read")
        self.cache_write = metrics.tokens.labels(endpoint, "cache_write")
        self.output = metrics.tokens.labels(endpoint, "output")
        self.reasoning = metrics.tokens.labels(endpoint, "reasoning")
        self.cost = {
            status: metrics.cost.labels(endpoint, status) for status in ("exact", "estimated")
        }

    def count(self, entry: Entry) -> None:
        """Add one attempt."""
        self.call.observe(entry.took / MICROSECONDS)
        if entry.first_byte_took is not None:
            self.first_token.observe(entry.first_byte_took / MICROSECONDS)
        usage = entry.usage
        self.input.inc(usage.input)
        self.output.inc(usage.output)
        if usage.cache_read:
            self.cache_read.inc(usage.cache_read)
        if usage.cache_write or usage.cache_write_hour:
            self.cache_write.inc(usage.cache_write + usage.cache_write_hour)
        if usage.reasoning:
            self.reasoning.inc(usage.reasoning)
        if entry.cost_nano_usd:
            self.cost[entry.cost_status.value].inc(entry.cost_nano_usd / NANO_USD)
