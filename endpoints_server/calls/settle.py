"""Price an attempt and put its entry into the ledger; runs however the attempt ended."""

from asyncio import Future

from msgspec.structs import replace

from endpoints_server.calls.call import Attempt, Call
from endpoints_server.calls.delivery import ENDING
from endpoints_server.calls.exchange import Exchange
from endpoints_server.domain.endpoint import AbandonRule
from endpoints_server.domain.fault import RULES, Failed, Fault, Kind
from endpoints_server.domain.money.entry import CostStatus, Entry, Outcome, UsageStatus
from endpoints_server.domain.money.estimate import estimate_tokens
from endpoints_server.domain.money.price import Price, Rates, cost
from endpoints_server.domain.money.tally import LONGEST_NAME
from endpoints_server.domain.money.usage import Usage

TITLE = "title"
LEFT = Kind.CANCELLED.value
LEFT_STATUS = RULES[Kind.CANCELLED].status
SECOND = 1_000_000
"""Microseconds in a second."""


def settle(exchange: Exchange, attempt: Attempt, fault: Fault | None, status: int) -> Future[None]:
    """Make the entry and hand it to the ledger; the future is done once it is durable.

    Awaits nothing, so that it also works in a cancelled task. An attempt is settled once.
    """
    entry = make_entry(exchange, attempt, fault, status)
    if attempt.going_on is not None:
        entry = replace(entry, outcome=Outcome.LEFT, status=LEFT_STATUS, fault=entry.fault or LEFT)
    if entry.outcome is Outcome.LEFT and attempt.sent is not None:
        entry = replace(entry, abandoned=attempt.call.route.endpoint.abandonment.rule.value)
    attempt.entry = entry
    return exchange.ledger.record(entry)


def make_entry(exchange: Exchange, attempt: Attempt, fault: Fault | None, status: int) -> Entry:
    """Say what an attempt came to."""
    call, seen, hold = attempt.call, attempt.seen, attempt.hold
    paying = hold.reservation.accounts if hold else ()
    usage, usage_status = count(attempt, fault)
    rates, source, nano_usd, cost_status = charge(call.price, usage, usage_status)
    return Entry(
        id=hold.reservation.id if hold else exchange.identify(),
        request_id=call.inbound.request_id,
        attempt=attempt.number,
        operation=TITLE if call.is_title else call.inbound.operation.value,
        started_at=call.inbound.started_at,
        took=microseconds(exchange.timer() - call.inbound.started),
        first_byte_took=since_start(attempt),
        person_id=call.caller.person.id,
        key_id=call.caller.key_id,
        conversation_id=call.conversation.id,
        endpoint=call.route.endpoint.name,
        model=call.route.model.name,
        answered_model=seen.model[:LONGEST_NAME],
        wire_in=call.inbound.wire.name,
        wire_out=call.wire_out.name,
        is_stream=call.is_stream,
        credential=credential_class(call),
        outcome=outcome_of(fault),
        status=status,
        fault=fault.kind.value if fault else "",
        stop=seen.stop.kind.value if seen.stop else "",
        usage=usage,
        usage_status=usage_status,
        rates=rates,
        price_source=source,
        cost_nano_usd=nano_usd,
        cost_status=cost_status,
        reported_cost_nano_usd=seen.reported_cost_nano_usd,
        is_charged=nano_usd is not None and any(account.person_id for account in paying),
        accounts=tuple(account.row for account in paying),
        losses=attempt.losses,
        config=call.catalog.version,
    )


def outcome_of(fault: Fault | None) -> Outcome:
    """Name how an attempt ended."""
    if fault is None:
        return Outcome.DELIVERED
    return Outcome.LEFT if fault.kind is Kind.CANCELLED else Outcome.FAILED


def count(attempt: Attempt, fault: Fault | None) -> tuple[Usage, UsageStatus]:
    """Take the reported usage, or estimate what the upstream will have counted.

    Usage told only at the start of an answer, or of one that broke off, knows the input exactly
    but not the output.
    An attempt that got no answer, and was not ended while it waited for one, used nothing.
    """
    seen = attempt.seen
    reported, is_whole = seen.usage, fault is None or seen.stop is not None
    if reported is not None and is_whole and not seen.is_usage_early:
        return reported, UsageStatus.REPORTED
    if not has_consumed(attempt, fault):
        return Usage(), UsageStatus.NONE
    rule = attempt.call.route.endpoint.abandonment.rule
    if is_broken_off(fault) and rule is AbandonRule.CANCEL:
        return (reported, UsageStatus.ESTIMATED) if reported else (Usage(), UsageStatus.NONE)
    answered = estimate_tokens(seen.texts)
    if reported is None:
        return Usage(input=estimate_input(attempt.call), output=answered), UsageStatus.ESTIMATED
    rest = max(0, answered - reported.total_output)
    return replace(reported, output=reported.output + rest), UsageStatus.ESTIMATED


def has_consumed(attempt: Attempt, fault: Fault | None) -> bool:
    """Say whether an upstream will have counted tokens for this attempt."""
    if fault is None or attempt.seen.texts or attempt.seen.usage is not None:
        return True
    return is_broken_off(fault) and attempt.sent is not None


def is_broken_off(fault: Fault | None) -> bool:
    """Say whether an attempt was ended by its caller, or by us, and not by its upstream."""
    return fault is not None and (fault.kind is Kind.CANCELLED or fault is ENDING)


def estimate_input(call: Call) -> int:
    """Estimate what the request held; one that cannot be read is taken as plain text."""
    try:
        return call.inbound.carriage.estimate(call.body)
    except (Failed, RecursionError):
        return estimate_tokens([call.body.decode(errors="replace")])


def charge(
    price: Price | None, usage: Usage, usage_status: UsageStatus
) -> tuple[Rates | None, str, int | None, CostStatus]:
    """Give rates, their source, the cost in nano-USD, and how far it can be trusted."""
    if price is None:
        return None, "", None, CostStatus.UNPRICED
    rates = price.rates_for(usage)
    is_estimate = usage_status is UsageStatus.ESTIMATED
    status = CostStatus.ESTIMATED if is_estimate else CostStatus.EXACT
    return rates, price.source, cost(usage, rates), status


def credential_class(call: Call) -> str:
    """Name whose provider key was used."""
    return "caller" if call.own_secret else call.route.endpoint.credential.owner


def since_start(attempt: Attempt) -> int | None:
    """Give the time to the upstream's first byte, if one came."""
    if attempt.first_byte is None:
        return None
    return microseconds(attempt.first_byte - attempt.call.inbound.started)


def microseconds(seconds: float) -> int:
    """Give a duration as the ledger keeps it."""
    return int(seconds * SECOND)
