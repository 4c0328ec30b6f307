"""The rules that every entry of a ledger keeps, checked in one pass.

Entries are fed by request and attempt, so that no more than one is remembered.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import astuple

from endpoints_server.domain.money.entry import CostStatus, Entry, Outcome
from endpoints_server.domain.money.price import cost

LISTED_FINDINGS = 1000


class Rule(StrEnum):
    """What can be wrong with a ledger."""

    COST = "cost"
    NEGATIVE = "negative"
    OUTCOME = "outcome"
    ATTEMPTS = "attempts"
    SUMS = "sums"
    ROLLUPS = "rollups"
    ACCOUNTS = "accounts"
    UNREADABLE = "unreadable"
    DAMAGED = "damaged"


class Finding(Struct, frozen=True, kw_only=True):
    """One broken rule; `entry_id` is empty where it concerns the whole ledger."""

    rule: Rule
    entry_id: str = ""
    message: str


class Verification(Struct, frozen=True, kw_only=True):
    """What an audit came to: `found` counts all findings, the first thousand are listed."""

    checked: int
    found: int
    findings: tuple[Finding, ...]


class Audit:
    """Takes entries ordered by request and attempt, then the sums, and gives a Verification."""

    def __init__(self) -> None:
        self._checked = 0
        self._found = 0
        self._findings: list[Finding] = []
        self._request_id = ""
        self._attempt = 0
        self._total = 0
        self._charged: dict[tuple[str, int], int] = {}

    def feed(self, entry: Entry) -> None:
        """Check the next entry."""
        self._checked += 1
        self._total += entry.cost_nano_usd or 0
        for row in entry.accounts:
            self._charged[row] = self._charged.get(row, 0) + (entry.cost_nano_usd or 0)
        for rule, message in (
            *faults_of_cost(entry),
            *faults_of_numbers(entry),
            *faults_of_outcome(entry),
            *self._faults_of_attempt(entry),
        ):
            self.add(rule, message, entry.id)

    def add(self, rule: Rule, message: str, entry_id: str = "") -> None:
        """Note something found outside the entries themselves, or an entry that cannot be read."""
        self._found += 1
        if len(self._findings) < LISTED_FINDINGS:
            self._findings.append(Finding(rule=rule, entry_id=entry_id, message=message))

    def skip(self, entry_id: str, request_id: str, attempt: int) -> None:
        """Count an entry that cannot be read, so that it leaves no hole among the attempts."""
        self._checked += 1
        self._request_id, self._attempt = request_id, attempt
        self.add(Rule.UNREADABLE, "a field holds what it cannot hold", entry_id)

    def close(
        self, sums: Mapping[str, int], accounts: Mapping[tuple[str, int], int]
    ) -> Verification:
        """Compare the costs summed by each thing with the total, and give what was found.

        `accounts` is what each row of an account says was spent since it was opened; the entries
        must come to it.
        """
        for (name, starts_at), nano_usd in accounts.items():
            charged = self._charged.get((name, starts_at), 0)
            if nano_usd != charged:
                place = f"the account '{name}' from {starts_at} on"
                message = f"{place} has spent {nano_usd} nano-USD, its entries {charged}"
                self.add(Rule.ACCOUNTS, message)
        for name, nano_usd in sums.items():
            if nano_usd != self._total:
                message = f"the sum by {name} is {nano_usd} nano-USD, of all entries {self._total}"
                self.add(Rule.SUMS, message)
        return Verification(
            checked=self._checked, found=self._found, findings=tuple(self._findings)
        )

    def _faults_of_attempt(self, entry: Entry) -> Iterable[tuple[Rule, str]]:
        is_same = entry.request_id == self._request_id
        expected = self._attempt + 1 if is_same else 1
        self._request_id, self._attempt = entry.request_id, entry.attempt
        if entry.attempt != expected:
            yield Rule.ATTEMPTS, f"attempt {entry.attempt} stands where {expected} should"


def faults_of_cost(entry: Entry) -> Iterable[tuple[Rule, str]]:
    """Compute the cost again from usage and rates."""
    if entry.cost_status is CostStatus.UNPRICED:
        if entry.is_charged:
            yield Rule.COST, "unpriced, but charged to a balance"
        if entry.cost_nano_usd is not None:
            yield Rule.COST, f"unpriced, but costs {entry.cost_nano_usd} nano-USD"
        return
    if entry.rates is None or entry.cost_nano_usd is None:
        yield Rule.COST, f"{entry.cost_status.value}, but without rates or cost"
        return
    expected = cost(entry.usage, entry.rates)
    if entry.cost_nano_usd != expected:
        yield Rule.COST, f"costs {entry.cost_nano_usd} nano-USD, its usage {expected}"


def faults_of_numbers(entry: Entry) -> Iterable[tuple[Rule, str]]:
    """Look for numbers below zero."""
    rates = () if entry.rates is None else astuple(entry.rates)
    times = (entry.started_at, entry.took, entry.first_byte_took)
    costs = (entry.cost_nano_usd, entry.reported_cost_nano_usd)
    numbers = (*astuple(entry.usage), *times, *costs, *rates)
    if any(number is not None and number < 0 for number in numbers):
        yield Rule.NEGATIVE, "a count, a time, a rate or the cost is below zero"


def faults_of_outcome(entry: Entry) -> Iterable[tuple[Rule, str]]:
    """Compare the outcome with the fault; who left may have either."""
    match entry.outcome:
        case Outcome.FAILED:
            if not entry.fault:
                yield Rule.OUTCOME, "failed without a fault"
        case Outcome.DELIVERED:
            if entry.fault:
                yield Rule.OUTCOME, f"delivered with the fault {entry.fault}"
        case Outcome.LEFT:
            return
