"""LibreChat's own verdicts on money, case by case; where ours differs, the reason stands beside it.

What LibreChat leaves out of a conversation that has grown too long is no matter here: whoever calls
a gateway sends the messages they mean, and all of them go on.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from endpoints_server.calls.admission.pay import draw
from endpoints_server.calls.gate import Gate
from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.load import load_bytes
from endpoints_server.config.price_list import BundledPrices
from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.endpoint import Model
from endpoints_server.domain.money.account import Reservation
from endpoints_server.domain.money.balance import (
    BEGINNING,
    MICROSECOND,
    NANO_PER_CREDIT,
    Allowance,
    Grant,
    next_refill_at,
)
from endpoints_server.domain.money.balance import account_of as balance_account
from endpoints_server.domain.money.price import cost
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.reply import fold
from endpoints_server.domain.wire import Style, Wire
from endpoints_server.store.limits import MemoryLimits
from endpoints_server.store.memory import open_memory
from endpoints_server.wires.listed import WIRES
from tests.store.entries import NOON, entry

Case = dict[str, Any]
Outcome = object

DIFFERENT: Mapping[str, Iterable[str]] = {
    "a model nobody has priced is unpriced, or refused under a balance; it has no silent rate": [
        "tc-model-missing-and-unknown-default-rate-6",
        "builtin-openrouter/auto",
        "builtin-accounts/fireworks/models/llama-v3p1-8b",
        "rate-phi-4",
        "wire-openai-no-token-config-unknown-model",
        "bal-unknown-model-default-rate",
    ],
    "a price is for a whole name, or for a pattern that says so; no part of a name finds one": [
        "tc-key-is-exact-case-sensitive",
        "builtin-my-8k-finetune",
        "rate-mistral-7b-instruct",
        "rate-deepseek-v3.1",
        "rate-vendor/claude-",
        "rate-32k",
        "context-openAI-xx-m1-yy-tc",
    ],
    "the price list follows the vendors, LibreChat's own table is older or coarser": [
        "builtin-chatgpt-4o-latest",
        "builtin-gpt-3.5-turbo",
        "builtin-anthropic/claude-opus-4.6",
        "builtin-deepseek-chat",
        "builtin-moonshotai/kimi-k2",
        "builtin-command-r-plus",
        "builtin-cache-gemini-2.5-pro",
        "builtin-cache-deepseek-chat",
        "rate-claude-4-opus",
        "context-openAI-gpt-4o-builtin",
    ],
    "the price list does not know this vendor or this window, and nothing is made up": [
        "builtin-glm-4.6",
        "rate-qwen-max",
        "context-openAI-gemini-2.5-pro-builtin",
        "context-openAI-llama-3.1-8b-builtin",
    ],
    "DeepSeek's own words for cached tokens are understood": [
        "wire-openai-deepseek-hit-miss-fields-ignored",
    ],
    "where no usage is told it is estimated and flagged, and not free": [
        "usage-missing-fields",
        "wire-openai-nonstream-no-usage",
    ],
    "what the last call cost beyond the balance stays owed": ["spend-clamps-at-zero"],
    "an answer that broke off costs what it used, without a surcharge": [
        "spend-incomplete-surcharge"
    ],
    "an account is opened by the check before a call, so nothing is spent without one": [
        "spend-no-balance-record-created-at-zero"
    ],
    "a month after the 31st is the last day of a shorter month": [
        "refill-eligible-months-overflow",
        "refill-eligible-months-leap",
    ],
    "an hour and a half is ninety minutes": ["refill-eligible-fraction"],
    "an interval before its own beginning is a problem of the file": ["refill-eligible-negative"],
    "what tools brought into the prompt went in, and is not paid as an answer": [
        "wire-google-tool-use-prompt-tokens",
    ],
}

NOT_PLAYED: Mapping[str, Iterable[str]] = {
    "to LibreChat every custom endpoint is OpenAI's, whose cached tokens are inside the input": [
        "provider-missing-is-additive",
        "provider-custom-name-is-additive",
    ],
}

NANO_PER_USD = 10**9
AS_OF = datetime(2026, 11, 21, tzinfo=UTC)
STYLE = Style(id="r", model="m", created_at=1, request_id="r", has_usage=True)
EVENT_BYTES = 1 << 20
RATES = ("prompt", "completion", "cache_write", "cache_read")
WIRE_OF = {
    "openai_chat_completions": "openai_chat",
    "openrouter_chat_completions": "openai_chat",
    "anthropic_messages": "anthropic_messages",
    "google_generate_content": "google_generative",
    "openai_responses": "openai_responses",
}
VENDORS = {
    "claude": "https://api.anthropic.com",
    "gemini": "https://generativelanguage.googleapis.com/v1beta",
    "deepseek": "https://api.deepseek.com/v1",
    "grok": "https://api.x.ai/v1",
    "mistral": "https://api.mistral.ai/v1",
    "kimi": "https://api.moonshot.ai/v1",
    "command": "https://api.cohere.com/v2",
}
"""Where a model is served whose name begins so; a name with a slash in it at OpenRouter."""
PRICES = BundledPrices(AS_OF)


@pytest.fixture(scope="module")
def cases(shared: Path) -> list[Case]:
    vectors = json.loads((shared / "vectors" / "librechat-requests" / "costs.json").read_text())
    assert vectors["cases"]
    unplayed = {case for ids in NOT_PLAYED.values() for case in ids}
    return [case for case in vectors["cases"] if case["id"] not in unplayed]


async def test_every_case_costs_the_same_or_differs_for_a_reason(cases: list[Case]) -> None:
    reasons = {case: reason for reason, ids in DIFFERENT.items() for case in ids}
    assert len(reasons) == sum(len(list(ids)) for ids in DIFFERENT.values())
    differing = {case["id"]: (ours, theirs) async for case, ours, theirs in judged(cases)}
    unexplained = {case: both for case, both in differing.items() if case not in reasons}
    assert not unexplained
    assert not set(reasons) - set(differing), "these do not differ any more"


async def judged(cases: list[Case]) -> Any:
    """Give the cases whose outcomes differ, with ours and theirs."""
    for case in cases:
        ours, theirs = await outcomes_of(case)
        if ours != theirs:
            yield case, ours, theirs


async def outcomes_of(case: Case) -> tuple[Outcome, Outcome]:
    """Give our outcome of a case, and LibreChat's in the same terms."""
    expect = case["expect"]
    match case["kind"]:
        case "usage-cost" | "wire-usage-cost":
            return cost_of(case), cost_in(case)
        case "rate-lookup":
            theirs = tuple(decimal(expect[name]) for name in RATES)
            return known_to_both(rates_of(case), theirs), theirs
        case "context-window":
            model = model_of(case)
            return model and model.context_tokens, expect["max_context_tokens"]
        case "balance-check":
            told = "over_budget" if expect["error"] else "allowed"
            return await checked(case), told
        case "refill-eligibility":
            return due_of(case), datetime.fromisoformat(expect["eligible_from"])
        case _:
            return await left_after(case), expect["end_credits"] * NANO_PER_CREDIT


def cost_in(case: Case) -> int | str | None:
    """Give LibreChat's cost; None where it records none, for want of usage that was told.

    Some cases say themselves that LibreChat would refuse a file with such rates.
    """
    if case.get("config_valid", True):
        return nano_usd(case["expect"].get("cost_usd"))
    return "refused file"


def catalog_of(case: Case, balance: Mapping[str, Any] | None = None) -> Catalog | None:
    """Compile the file of a case; None where a check finds an error."""
    model = case.get("model", "m1")
    block: Case = {"name": "Acme", "apiKey": "k", "baseURL": address_of(model)}
    block |= {"models": {"default": [model]}}
    if case.get("token_config"):
        block["tokenConfig"] = case["token_config"]
    file: Case = {"version": "1.3.17", "endpoints": {"custom": [block]}}
    if balance is not None:
        file["balance"] = balance
    loaded = load_bytes(json.dumps(file).encode(), {}, "f.yaml")
    if loaded.settings is None:
        return None
    return compile_catalog(loaded.settings, "v", PRICES.find)


def address_of(model: str) -> str:
    """Say where a model would be served."""
    if "/" in model:
        return "https://openrouter.ai/api/v1"
    found = (url for name, url in VENDORS.items() if model.lower().startswith(name))
    return next(found, "https://api.openai.com/v1")


def model_of(case: Case) -> Model | None:
    """Give the model of a case as it is compiled."""
    catalog = catalog_of(case)
    return catalog.endpoints[0].models[0] if catalog else None


def cost_of(case: Case) -> int | str | None:
    """Give what a case costs in nano-USD; a word where nobody can say."""
    model = model_of(case)
    if model is None:
        return "refused file"
    if model.price is None:
        return "unpriced"
    usage = usage_of(case)
    if usage is None:
        return None
    if isinstance(usage, str):
        return usage
    return cost(usage, model.price.rates_for(usage))


def usage_of(case: Case) -> Usage | str | None:
    """Give the usage of a case as our own readers and menders find it."""
    if case["kind"] == "usage-cost":
        return told_by(WIRES["openai_chat"], chat_answer(as_counts(case["normalized_usage"])))
    name = WIRE_OF[case["wire"]]
    if name not in ANSWERS:
        return "not read here"
    return told_by(WIRES[name], ANSWERS[name](case["wire_usage"]))


def as_counts(usage: Case) -> Case:
    """Write usage in LibreChat's form as Chat Completions would tell it."""
    if "input_tokens" not in usage:
        return {}
    details = usage.get("input_token_details", {})
    written = details.get("cache_creation", details.get("cache_write_tokens"))
    return {
        "prompt_tokens": usage["input_tokens"],
        "completion_tokens": usage["output_tokens"],
        "total_tokens": usage.get("total_tokens"),
        "prompt_tokens_details": {
            "cached_tokens": details.get("cache_read", usage.get("cache_read_input_tokens")),
            "cache_write_tokens": written or usage.get("cache_creation_input_tokens"),
        },
        "completion_tokens_details": {
            "reasoning_tokens": usage.get("output_token_details", {}).get("reasoning")
        },
    }


def chat_answer(counts: Case | None) -> bytes:
    """Stream an answer of Chat Completions."""
    delta = {"role": "assistant", "content": "Hi"}
    chunks: list[Case] = [{"id": "c", "choices": [{"index": 0, "delta": delta}]}]
    chunks.append({"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    if counts is not None:
        chunks.append({"id": "c", "choices": [], "usage": counts})
    events = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
    return "".join([*events, "data: [DONE]\n\n"]).encode()


def messages_answer(told: Case) -> bytes:
    """Stream an answer of Messages."""
    message = {"id": "m", "type": "message", "role": "assistant", "content": [], "model": "m"}
    events = [
        {"type": "message_start", "message": {**message, "usage": told["message_start"]}},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": told["message_delta"],
        },
        {"type": "message_stop"},
    ]
    written = (f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
    return "".join(written).encode()


def responses_answer(counts: Case) -> bytes:
    """Stream an answer of Responses."""
    response = {"id": "r", "model": "m", "status": "completed", "output": [], "usage": counts}
    event = {"type": "response.completed", "response": response}
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def google_answer(counts: Case) -> bytes:
    """Stream an answer of Google's wire."""
    said = {"content": {"parts": [{"text": "Hi"}]}, "finishReason": "STOP"}
    return f"data: {json.dumps({'candidates': [said], 'usageMetadata': counts})}\n\n".encode()


ANSWERS = {
    "openai_chat": chat_answer,
    "openai_responses": responses_answer,
    "anthropic_messages": messages_answer,
    "google_generative": google_answer,
}


def told_by(wire: Wire, stream: bytes) -> Usage | None:
    """Read the usage of a stream in both ways, which must agree."""
    reader, mender = wire.reader(EVENT_BYTES), wire.mender(STYLE, EVENT_BYTES)
    read = fold([*reader.feed(stream), *reader.close()]).usage
    mender.feed(stream)
    mender.close()
    assert mender.seen.usage == read
    return read


def effective(*rates: Decimal | None) -> tuple[Decimal | None, ...]:
    """Fill in that cached tokens without a rate of their own cost what input costs."""
    prompt, completion, cache_write, cache_read = rates
    filled = (prompt if rate is None else rate for rate in (cache_write, cache_read))
    return prompt, completion, *filled


def rates_of(case: Case) -> tuple[Decimal | None, ...] | str:
    """Give a model's rates: in, out, cache write, cache read."""
    model = model_of(case)
    if model is None or model.price is None:
        return "unpriced"
    rates = model.price.rates
    return effective(rates.input, rates.output, rates.cache_write, rates.cache_read)


def known_to_both(ours: Outcome, theirs: tuple[Decimal | None, ...]) -> Outcome:
    """Leave out of our rates what LibreChat's table does not tell."""
    if not isinstance(ours, tuple):
        return ours
    return tuple(None if theirs[place] is None else rate for place, rate in enumerate(ours))


async def checked(case: Case) -> str:
    """Check a prompt against a balance, as a call is checked."""
    record = case.get("balance_record") or {}
    catalog = catalog_of(case, balance_of(record) if record else case["balance_config"])
    assert catalog
    assert catalog.allowance
    price = catalog.endpoints[0].models[0].price
    if price is None:
        return "model_unpriced"
    needed = cost(Usage(input=case["prompt_tokens"]), price.rates)
    store = open_memory()
    if record:
        await store.balances.open_grant(account_of(record))
    gate = Gate(store.accounts, store.balances, MemoryLimits(), store.rules)
    kept = entry("a", person_id="ada", accounts=(balance_account("ada").row,))
    held = Reservation(accounts=(balance_account("ada"),), nano_usd=needed, entry=kept)
    if not needed:
        return "allowed"
    decision = await draw(gate, held, catalog.allowance, NOON)
    return "allowed" if decision.is_admitted else "over_budget"


def balance_of(record: Case) -> Case:
    """Write what LibreChat keeps for each person as the block that ours comes from."""
    names = ("autoRefillEnabled", "refillAmount", "refillIntervalValue", "refillIntervalUnit")
    return {"enabled": True} | {name: record[name] for name in names if name in record}


def account_of(record: Case) -> Grant:
    """Open an account as a record has it; a refill that is missing was long ago."""
    ago = record.get("lastRefillAgoMs")
    return Grant(
        person_id="ada",
        granted_nano_usd=record["tokenCredits"] * NANO_PER_CREDIT,
        opened_at=0,
        refilled_at=0 if ago is None else NOON - ago * 1000,
    )


def due_of(case: Case) -> datetime | str:
    """Give when a refill is due."""
    interval = {"refillIntervalValue": case["value"], "refillIntervalUnit": case["unit"]}
    catalog = catalog_of(case, {"enabled": True, "autoRefillEnabled": True} | interval)
    if catalog is None:
        return "refused file"
    assert catalog.allowance
    assert catalog.allowance.refill
    last = (datetime.fromisoformat(case["last_refill"]) - BEGINNING) // MICROSECOND
    return BEGINNING + timedelta(microseconds=next_refill_at(last, catalog.allowance.refill))


async def left_after(case: Case) -> int:
    """Give what is left of a balance after a call, in nano-USD."""
    catalog = catalog_of(case, case["balance"])
    assert catalog
    allowance = catalog.allowance or Allowance(start_nano_usd=0)
    price = catalog.endpoints[0].models[0].price
    assert price
    store = open_memory()
    start = case.get("start_credits")
    granted = allowance.start_nano_usd if start is None else start * NANO_PER_CREDIT
    await store.balances.open_grant(
        Grant(person_id="ada", granted_nano_usd=granted, opened_at=NOON, refilled_at=NOON)
    )
    usage = Usage(input=case.get("prompt_tokens", 0), output=case.get("completion_tokens", 0))
    account = balance_account("ada")
    spent = entry(
        "a",
        person_id="ada",
        usage=usage,
        rates=price.rates,
        cost_nano_usd=cost(usage, price.rates),
        accounts=(account.row,) if catalog.allowance else (),
    )
    await store.accounts.reserve(Reservation(accounts=(account,), nano_usd=0, entry=spent))
    await store.ledger.record(spent)
    standing = await store.balances.find_standing("ada")
    assert standing
    return standing.left_nano_usd


def nano_usd(usd: float | None) -> int | None:
    """Give LibreChat's cost in our unit; None where it records none."""
    return None if usd is None else round(Decimal(str(round(usd, 15))) * NANO_PER_USD)


def decimal(rate: float | None) -> Decimal | None:
    """Take a rate as it was written."""
    return None if rate is None else Decimal(str(rate))
