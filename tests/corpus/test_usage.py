"""What recorded answers used and cost: counted as the official clients count, priced as charged."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import astuple

from endpoints_server.config.price_list import BundledPrices
from endpoints_server.domain.money.price import Rates, cost
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.reply import fold
from endpoints_server.domain.wire import Seen, Style, Wire
from endpoints_server.wires.listed import WIRES

Json = dict[str, Any]

READ = {wire.replace("_", "-"): wire for wire in WIRES}
STYLE = Style(id="r", model="m", created_at=1, request_id="r", has_usage=True, query="alt=sse")
EVENT_BYTES = 1 << 24
NANO_PER_USD = 10**9
AS_OF = datetime(2026, 11, 21, tzinfo=UTC)
ADDRESSES = {
    "openrouter": "https://openrouter.ai/api/v1",
    "xai": "https://api.x.ai/v1",
    "perplexity": "https://api.perplexity.ai",
    "vercel-gateway": "",
    "avian": "",
}
"""Where those are reached who say what they charge; the price list knows some of them."""
NEAR = Decimal("0.001")


class Answer(Struct, frozen=True, kw_only=True):
    """A recorded answer as read, and as seen going by."""

    id: str
    provider: str
    norm: Json
    raw: Json
    usage: Usage | None
    reported: int | None
    seen: Seen


@pytest.fixture(scope="module")
def answers(shared: Path) -> list[Answer]:
    found = [
        answer_of(json.loads(file.read_text()), WIRES[wire])
        for folder, wire in READ.items()
        for file in sorted((shared / "corpus" / folder).glob("*/*.json"))
    ]
    told = [answer for answer in found if answer is not None]
    assert told
    return told


def answer_of(recording: Json, wire: Wire) -> Answer | None:
    """Read a recording in every way there is; None where it tells no usage."""
    expect, response = recording["expect"], recording["response"]
    norm = expect.get("usage_norm")
    if norm is None or expect.get("error"):
        return None
    if response.get("sse") is not None:
        stream = response["sse"].encode()
        reader, mender = wire.reader(EVENT_BYTES), wire.mender(STYLE, EVENT_BYTES)
        reply = fold([*reader.feed(stream), *reader.close()])
        mender.feed(stream)
        mender.close()
        seen = mender.seen
    else:
        body = json.dumps(response["body"]).encode()
        reply = wire.read_reply(body)
        _, seen = wire.mend_reply(body, STYLE)
    return Answer(
        id=recording["id"],
        provider=recording["provider"],
        norm=norm,
        raw=last_usage(response),
        usage=reply.usage,
        reported=reply.reported_cost_nano_usd,
        seen=seen,
    )


def last_usage(response: Json) -> Json:
    """Find the usage object that was told last."""
    found: Json = {}
    for chunk in chunks_of(response):
        for holder in (*chunk.get("choices", []), chunk.get("response", {}), chunk):
            found = holder.get("usage") or found
    return found


def chunks_of(response: Json) -> Iterator[Json]:
    """Give what an answer was told in."""
    if response.get("body") is not None:
        body = response["body"]
        yield from body if isinstance(body, list) else [body]
        return
    for line in response["sse"].splitlines():
        if line.startswith("data: {"):
            yield json.loads(line.removeprefix("data: "))


def test_counts_never_overlap_and_add_up_to_what_the_client_counts(answers: list[Answer]) -> None:
    assert len(answers) > 1000
    assert not {each.id: (each.usage, each.norm) for each in answers if not is_as_counted(each)}


def is_as_counted(answer: Answer) -> bool:
    """Compare the sums, and each part that the client tells.

    One gateway tells more reasoning than output; the output is believed, as the client believes it.
    """
    usage, norm = answer.usage, answer.norm
    if usage is None or any(count < 0 for count in astuple(usage)):
        return False
    parts = {
        "cache_read": usage.cache_read,
        "cache_write": usage.cache_write + usage.cache_write_hour,
    }
    reasoning = min(norm.get("reasoning") or 0, norm["output"])
    is_sum = (usage.total_input, usage.total_output) == (norm["input"], norm["output"])
    is_split = usage.reasoning == reasoning
    parts_agree = all(norm.get(name) in (None, count) for name, count in parts.items())
    return is_sum and is_split and parts_agree


def test_an_answer_that_goes_by_is_counted_as_one_that_is_read(answers: list[Answer]) -> None:
    for each in answers:
        assert each.seen.usage == each.usage, each.id
        assert each.seen.reported_cost_nano_usd == each.reported, each.id


def test_what_the_upstream_charges_is_kept_and_nothing_is_made_up(answers: list[Answer]) -> None:
    charging = [each for each in answers if each.reported is not None]
    assert {each.provider for each in charging} == set(ADDRESSES)
    for each in answers:
        assert each.reported == charged_in(each.raw), each.id


def charged_in(raw: Json) -> int | None:
    """Read a recorded cost by hand."""
    if "cost_in_usd_ticks" in raw:
        return round(Decimal(raw["cost_in_usd_ticks"]) / 10)
    charged = raw.get("cost")
    if isinstance(charged, dict):
        charged = charged["total_cost"]
    return None if charged is None else round(Decimal(str(charged)) * NANO_PER_USD)


def test_our_cost_agrees_with_what_was_charged(
    answers: list[Answer], measured: Callable[[str], None]
) -> None:
    prices = BundledPrices(AS_OF)
    compared: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    learnt: dict[str, Rates] = {}
    for each in answers:
        if not each.reported or each.usage is None:
            continue
        own = own_rates(each)
        known = learnt.setdefault(each.seen.model, own) if own else None
        if own and known and known is not own and is_same_host(own, known):
            ours = cost(each.usage, known)
            compared[each.provider, "what it charged before"].append(Decimal(ours) / each.reported)
        address = ADDRESSES[each.provider]
        price = address and prices.find(address, "any", each.seen.model).price
        if price:
            ours = cost(each.usage, price.rates_for(each.usage))
            compared[each.provider, "the price list"].append(Decimal(ours) / each.reported)
    for (provider, rates), ratios in sorted(compared.items()):
        measured(f"{provider} by {rates}: {told(ratios)}")
    assert all(is_near(ratio) for ratio in compared["xai", "the price list"])
    assert all(is_near(ratio) for ratio in compared["openrouter", "what it charged before"])
    assert {len(ratios) > 10 for ratios in compared.values()} == {True}


def is_same_host(own: Rates, known: Rates) -> bool:
    """Say whether a model was served at the same rates both times; many hosts serve some models."""
    return is_near(own.input / known.input) and is_near(own.output / known.output)


def is_near(ratio: Decimal) -> bool:
    """Say whether two costs are the same but for a rounding."""
    return abs(ratio - 1) < NEAR


def own_rates(answer: Answer) -> Rates | None:
    """Divide what was charged for each side by its tokens, where nothing was cached."""
    details, usage = answer.raw.get("cost_details") or {}, answer.usage
    prompt = details.get("upstream_inference_prompt_cost")
    completion = details.get("upstream_inference_completions_cost")
    if not prompt or not completion or usage is None or usage.total_input != usage.input:
        return None
    return Rates(
        input=Decimal(str(prompt)) * 10**6 / usage.total_input,
        output=Decimal(str(completion)) * 10**6 / usage.total_output,
    )


def told(ratios: list[Decimal]) -> str:
    """Say how closely ours agree."""
    near = sum(is_near(ratio) for ratio in ratios)
    return f"{near} of {len(ratios)} within 0.1 %, from {min(ratios):.3f} to {max(ratios):.3f}"
