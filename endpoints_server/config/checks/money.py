"""What the file says of money, beyond its shape: that it can be counted with."""

from collections.abc import Collection, Iterator
from typing import Any, TypeGuard

from endpoints_server.config.checks.models import name_of, placed_models
from endpoints_server.config.checks.nearest import did_you_mean
from endpoints_server.config.checks.plain import check_plain
from endpoints_server.config.checks.wording import subject
from endpoints_server.config.money import ANY, fits, is_pattern
from endpoints_server.config.problem import Level, Problem, shown
from endpoints_server.config.schema.settings import Balance, Transactions
from endpoints_server.config.text.document import Document, Path

RATES = (
    *("prompt", "completion", "input", "output"),
    *("cacheRead", "cacheWrite", "read", "write"),
)
DEAREST_RATE = 1_000_000
"""A USD a token."""
MOST_CREDITS = 10**12
"""A million USD."""
LENIENT = {"balance": Balance, "transactions": Transactions}
AMOUNTS = ("startBalance", "refillAmount")


def check_money(document: Document) -> list[Problem]:
    """Check rates, the balance and the currency; values are already expanded."""
    entries = document.get(("endpoints", "custom"))
    problems = [*check_balance(document), *check_transactions(document)]
    for name, block in LENIENT.items():
        problems += check_spelling(document, name, block.__struct_encode_fields__)
    problems += check_plain(document, ("interface", "currency"))
    for number in range(len(entries) if isinstance(entries, list) else 0):
        problems += check_rates(document, ("endpoints", "custom", number))
    return problems


def check_rates(document: Document, entry: Path) -> Iterator[Problem]:
    """Tell of rates beyond belief, and of keys that price nothing or not what they seem to."""
    configured: Any = document.get((*entry, "tokenConfig"))
    for key in configured if isinstance(configured, dict) else ():
        yield from check_belief(document, (*entry, "tokenConfig", key))
        yield from check_key(document, entry, key)
    for place in placed_models(document, entry):
        tiers = document.get((*place, "cost", "tiers"))
        count = len(tiers) if isinstance(tiers, list) else 0
        yield from check_belief(document, (*place, "cost"))
        for number in range(count):
            yield from check_belief(document, (*place, "cost", "tiers", number))


def check_belief(document: Document, path: Path) -> Iterator[Problem]:
    """Tell of rates beyond belief."""
    for rate in RATES:
        value = document.get((*path, rate))
        if is_number(value) and DEAREST_RATE < value < float("inf"):
            message = f"{subject((rate,))} is above a USD a token"
            hint = "rates are in USD per million tokens"
            yield document.problem((*path, rate), message, hint)


def check_key(document: Document, entry: Path, key: str) -> Iterator[Problem]:
    """Warn of a key that no listed model has, where the list is all there is."""
    path = (*entry, "tokenConfig", key)
    if ANY in key.strip(ANY) and not is_pattern(key):
        message = f"the `{ANY}` inside {shown(key)} stands for itself"
        hint = f"a pattern begins or ends with `{ANY}`"
        yield document.problem(path, message, hint, level=Level.WARNING, is_about_key=True)
    models = document.get((*entry, "models", "default"))
    if document.get((*entry, "models", "fetch")) is True or not isinstance(models, list):
        return
    names = [name_of(model) for model in models]
    if not any(key == name or (is_pattern(key) and fits(name, key)) for name in names):
        message = f"{shown(key)} prices no model in `models.default`"
        yield document.problem(path, message, level=Level.NOTE, is_about_key=True)


def check_balance(document: Document) -> Iterator[Problem]:
    """Tell of amounts nobody can count with, and of an interval that is none."""
    yield from check_plain(document, ("balance",))
    for key in AMOUNTS:
        amount = document.get(("balance", key))
        if is_number(amount) and MOST_CREDITS < abs(amount) < float("inf"):
            message = f"{subject((key,))} is above a million USD"
            yield document.problem(("balance", key), message, "a million credits are one USD")
    value = document.get(("balance", "refillIntervalValue"))
    in_months = document.get(("balance", "refillIntervalUnit")) == "months"
    if in_months and isinstance(value, float) and not value.is_integer():
        path = ("balance", "refillIntervalValue")
        yield document.problem(path, f"{subject(path)} must be a whole number of months")


def check_spelling(document: Document, name: str, known: Collection[str]) -> Iterator[Problem]:
    """Warn of a key that does nothing, in a block in which LibreChat passes over such."""
    block = document.get((name,))
    for key in block if isinstance(block, dict) else ():
        if key not in known:
            message = f"{shown(key)} is not a key of {shown(name)}"
            hint = did_you_mean(key, known)
            path = (name, key)
            yield document.problem(path, message, hint, level=Level.WARNING, is_about_key=True)


def check_transactions(document: Document) -> Iterator[Problem]:
    """Say what switching the record off comes to: the ledger is kept all the same."""
    path = ("transactions", "enabled")
    if document.get(path) is not False:
        return
    if document.get(("balance", "enabled")) is True:
        message = f"{subject(path)} has no effect while `balance` is enabled"
        yield document.problem(path, message, level=Level.WARNING)
        return
    message = "the ledger records every call all the same"
    yield document.problem(path, message, level=Level.NOTE)


def is_number(value: object) -> TypeGuard[int | float]:
    """Say whether a value is a number, which a truth value is not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)
