"""What is counted for Prometheus: calls, seconds, tokens, money, and the state of the process."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate

import msgspec
from msgspec import Struct, field
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from endpoints_server.domain.money.entry import CostStatus, Entry
from endpoints_server.domain.report import Report
from endpoints_server.domain.routing.breaker import State

MICROSECONDS = 1_000_000
NANO_USD = 1_000_000_000

OVERHEAD_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25)
FIRST_TOKEN_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
CALL_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)


OPENNESS = {State.OPEN: 1.0, State.HALF_OPEN: 0.5, State.CLOSED: 0.0}

Look = Callable[[], Iterable[tuple[tuple[str, ...], float]]]


class Metrics:
    """The counters of one server, in a registry of their own.

    Labels are names out of the configuration and words of ours: never a key, a person, or anything
    a caller may choose. Calls are counted as plain numbers, of which series are made only when
    somebody reads them.
    """

    def __init__(self) -> None:
        self._before_reading: list[Callable[[], None]] = []
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.calls = CallCounts()
        self.registry.register(self.calls)
        self.losses = self.counter("losses", "Things not translated", "endpoint", "wire")
        self.retries = self.counter("retries", "Attempts that others followed", "endpoint", "fault")
        self.inflight = self.gauge("inflight", "Calls being served")
        self.streams_open = self.gauge("streams_open", "Streams being answered")
        self.ledger_waiting = self.gauge("ledger_waiting", "Entries not yet durable")
        self.config_version = self.gauge("config_version_info", "The catalog in use", "version")
        self.config_failures = self.counter("config_apply_failures", "Files that were not taken on")

    def counter(self, name: str, text: str, *labels: str) -> Counter:
        """Make a counter; `_total` is added to its name."""
        return Counter(f"es_{name}", text, labels, registry=self.registry)

    def gauge(self, name: str, text: str, *labels: str) -> Gauge:
        """Make a gauge."""
        return Gauge(f"es_{name}", text, labels, registry=self.registry)

    def count_call(self, report: Report) -> None:
        """Count a call that ended, however it did."""
        entry = report.entry
        outcome = entry.outcome.value if entry else "refused"
        endpoint = report.name_of(entry) if entry else ""
        self.calls.note(report, (endpoint, report.wire, outcome, report.who))
        for each in report.earlier:
            self.retries.labels(report.name_of(each), each.fault).inc()
            self.count_losses(report, each)
        if entry is not None:
            self.count_losses(report, entry)

    def count_losses(self, report: Report, entry: Entry) -> None:
        """Count what one attempt could not carry."""
        if entry.losses:
            self.losses.labels(report.name_of(entry), entry.wire_in).inc(len(entry.losses))

    def set_config_version(self, version: str) -> None:
        """Say which catalog is in use; there is only ever one."""
        self.config_version.clear()
        self.config_version.labels(version).set(1)

    def watch_model_lists(self, ages: Callable[[], Iterable[tuple[str, float]]]) -> None:
        """Ask how old the list of each endpoint is, in seconds, whenever the metrics are read."""
        text = "Since an endpoint gave its list"
        look = lambda: (((name,), seconds) for name, seconds in ages())  # noqa: E731
        self.registry.register(Watched("model_list_age_seconds", text, ["endpoint"], look))

    def watch_breakers(self, states: Callable[[], Iterable[tuple[str, int, State]]]) -> None:
        """Ask how the breakers stand that are not calm, whenever the metrics are read."""
        text = "Whether an endpoint is not asked for now: 1 open, 0.5 half open, 0 closed"
        look = lambda: (((name, str(key)), OPENNESS[each]) for name, key, each in states())  # noqa: E731
        self.registry.register(Watched("breaker_open", text, ["endpoint", "key"], look))

    def before_reading(self, act: Callable[[], None]) -> None:
        """Have something done whenever the counters are about to be read."""
        self._before_reading.append(act)

    def exposition(self) -> bytes:
        """Give everything in Prometheus' text format."""
        self._prepare()
        return generate_latest(self.registry)

    def snapshot(self) -> bytes:
        """Give everything in a form that `merge` reads."""
        self._prepare()
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

    def _prepare(self) -> None:
        for act in self._before_reading:
            act()


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


class Watched(Collector):
    """A gauge of whatever there is at the moment somebody reads it: labels and values."""

    def __init__(self, name: str, text: str, labels: Sequence[str], look: Look) -> None:
        self.name, self.text, self.labels, self.look = name, text, labels, look

    def collect(self) -> Iterable[Metric]:
        """Give the one gauge."""
        gauge = GaugeMetricFamily(f"es_{self.name}", self.text, labels=self.labels)
        for labels, value in self.look():
            gauge.add_metric(labels, value)
        return (gauge,)


class Spread(Struct):
    """How many seconds things took: how many stayed within each of the bounds, and beyond."""

    bounds: tuple[float, ...]
    counts: list[int]
    total: float = 0.0

    def note(self, seconds: float) -> None:
        """Count one."""
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.total += seconds

    def buckets(self) -> list[tuple[str, float]]:
        """Give what stayed within each bound, those within a lower one included."""
        names = [*map(floatToGoString, self.bounds), "+Inf"]
        return list(zip(names, map(float, accumulate(self.counts)), strict=True))


def spread(bounds: tuple[float, ...]) -> Spread:
    """Begin to count."""
    return Spread(bounds, [0] * (len(bounds) + 1))


class Tally(Struct):
    """What the attempts at one endpoint came to."""

    call: Spread = field(default_factory=lambda: spread(CALL_SECONDS))
    first_token: Spread = field(default_factory=lambda: spread(FIRST_TOKEN_SECONDS))
    input: int = 0
    cache_read: int = 0
    cache_write: int = 0
    output: int = 0
    reasoning: int = 0
    exact_nano_usd: int = 0
    estimated_nano_usd: int = 0

    def note(self, entry: Entry) -> None:
        """Add one attempt."""
        self.call.note(entry.took / MICROSECONDS)
        if entry.first_byte_took is not None:
            self.first_token.note(entry.first_byte_took / MICROSECONDS)
        usage = entry.usage
        self.input += usage.input
        self.cache_read += usage.cache_read
        self.cache_write += usage.cache_write + usage.cache_write_hour
        self.output += usage.output
        self.reasoning += usage.reasoning
        if entry.cost_status is CostStatus.EXACT:
            self.exact_nano_usd += entry.cost_nano_usd or 0
        else:
            self.estimated_nano_usd += entry.cost_nano_usd or 0


class CallCounts(Collector):
    """What is counted of every call."""

    def __init__(self) -> None:
        self.requests: dict[tuple[str, ...], int] = {}
        self.overhead = spread(OVERHEAD_SECONDS)
        self.tallies: dict[str, Tally] = {}

    def note(self, report: Report, labels: tuple[str, ...]) -> None:
        """Count one."""
        self.requests[labels] = self.requests.get(labels, 0) + 1
        if report.overhead_seconds is not None:
            self.overhead.note(report.overhead_seconds)
        for each in report.earlier:
            self.note_attempt(report.name_of(each), each)
        if report.entry is not None:
            self.note_attempt(report.name_of(report.entry), report.entry)

    def note_attempt(self, endpoint: str, entry: Entry) -> None:
        """Add what one attempt came to."""
        tally = self.tallies.get(endpoint)
        if tally is None:
            tally = self.tallies[endpoint] = Tally()
        tally.note(entry)

    def collect(self) -> Iterable[Metric]:
        """Give the families."""
        requests = counter("requests", "Calls", "endpoint", "wire", "outcome", "who")
        for labels, count in self.requests.items():
            requests.add_metric(labels, count)
        tokens = counter("tokens", "Tokens, each counted once", "endpoint", "kind")
        cost = counter("cost_usd", "What calls cost, in USD", "endpoint", "status")
        overhead = histogram("overhead_seconds", "Our own share")
        first_token = histogram(
            "first_token_seconds", "Until the upstream's first byte", "endpoint"
        )
        call = histogram("call_seconds", "Until the end", "endpoint")
        overhead.add_metric((), self.overhead.buckets(), self.overhead.total)
        for endpoint, tally in self.tallies.items():
            for kind in ("input", "cache_read", "cache_write", "output", "reasoning"):
                tokens.add_metric((endpoint, kind), getattr(tally, kind))
            for status in ("exact", "estimated"):
                nano_usd = getattr(tally, f"{status}_nano_usd")
                cost.add_metric((endpoint, status), nano_usd / NANO_USD)
            call.add_metric((endpoint,), tally.call.buckets(), tally.call.total)
            first = tally.first_token
            first_token.add_metric((endpoint,), first.buckets(), first.total)
        return requests, tokens, cost, overhead, first_token, call


def counter(name: str, text: str, *labels: str) -> CounterMetricFamily:
    """Begin a counter; `_total` is added to its name."""
    return CounterMetricFamily(f"es_{name}", text, labels=labels)


def histogram(name: str, text: str, *labels: str) -> HistogramMetricFamily:
    """Begin a histogram."""
    return HistogramMetricFamily(f"es_{name}", text, labels=labels)
