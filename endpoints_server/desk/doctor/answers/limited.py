"""The upstream limits calls, or its account is empty."""

from endpoints_server.desk.doctor.case import Case, Finding, Weight
from endpoints_server.desk.doctor.words import answered, says_any
from endpoints_server.upstream.observed.exchanges import Exchanged
from endpoints_server.wires.advice import retry_after

QUOTA = ("quota", "billing", "credit", "balance", "payment", "insufficient", "spending")
BALANCES = ("credit balance", "insufficient balance", "insufficient_quota", "current quota")
PER_TIME = ("per minute", "per second", "rate limit", "rate_limit", "too many requests")


def limited(case: Case) -> Finding | None:
    """Tell quota and balance apart from a rate, with the wait where one is told."""
    exchange = case.exchange
    if exchange is None or not is_limited(exchange):
        return None
    if is_quota(exchange):
        return Finding(
            rule="quota_used_up",
            weight=Weight.REFUSED,
            symptom=answered(exchange),
            cause="the account's quota or balance is used up; waiting alone does not help",
            change="add credit or raise the plan's limit at the provider, or use another key",
        )
    seconds = retry_after(exchange.headers)
    wait = "a while" if seconds is None else f"{seconds:g} seconds, as the provider says,"
    return Finding(
        rule="rate_limited",
        weight=Weight.REFUSED,
        symptom=answered(exchange),
        cause="the provider limits how often this key may call, by its plan",
        change=f"wait {wait} and ask again; share calls among several keys with `apiKeys` in "
        "`server.endpoints`",
    )


def is_limited(exchange: Exchanged) -> bool:
    """Say whether it is a limit that was reached; some vendors tell so of a balance under 400."""
    is_hidden = exchange.status in (400, 403) and says_any(exchange, *BALANCES)
    return exchange.status in (402, 429) or is_hidden


def is_quota(exchange: Exchanged) -> bool:
    """Say whether it is money or a plan that is used up, and not a rate."""
    if exchange.status == 402 or says_any(exchange, "insufficient_quota"):
        return True
    return says_any(exchange, *QUOTA) and not says_any(exchange, *PER_TIME)
