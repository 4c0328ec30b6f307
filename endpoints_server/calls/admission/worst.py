"""The most that a call may cost, before anything is known of its answer."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from endpoints_server.calls.admission.attached import attached
from endpoints_server.calls.call import Call
from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.money.price import Price, Rates, cost
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.parameter import EVERY_CEILING
from endpoints_server.domain.wire import Operation
from endpoints_server.wires.body import DECODE_ERRORS

BYTES_PER_TOKEN = 3
"""Fewer than of any usual text, so that a prompt is not taken for smaller than it is."""
ATTACHED_TOKENS = 1600
"""What the usual pictures come to at most."""
CACHE_MARK = b"cache_control"
DIGITS = re.compile(r"[0-9]{1,18}")
LARGEST_CEILING = 10_000_000
MOST_ANSWERS = 128
GENERATION = ("generationConfig", "generation_config")
"""Where one wire keeps such wishes; it reads either spelling."""
ANSWERS = ("n", "best_of", "candidateCount", "candidate_count")
SPELLINGS = (*EVERY_CEILING, *(f"{within}.max_output_tokens" for within in GENERATION))


class Worst(Struct, frozen=True, kw_only=True):
    """Tokens that are held for a call at first; `step_tokens` is how many more are held each time
    a stream has used those up, zero where all that may come is held already.
    """

    input_tokens: int
    output_tokens: int
    step_tokens: int = 0

    @property
    def tokens(self) -> int:
        """Tokens both ways."""
        return self.input_tokens + self.output_tokens


Wishes = dict[str, Raw]
decoder = msgspec.json.Decoder(Wishes)


def worst_of(call: Call) -> Worst:
    """Weigh a call: its prompt by its bytes, its answer by the ceiling it is given.

    A stream without a ceiling, or with a high one, is held for step by step; of a whole answer
    everything that the request or the model allows is held, and a step where neither says.
    """
    if call.inbound.operation is Operation.EMBED:
        return Worst(input_tokens=weigh(call.body), output_tokens=0)
    step = call.catalog.step_tokens
    wishes = read_wishes(call.body)
    ceiling = ceiling_of(wishes, call.route.dialect) or call.route.model.output_tokens
    is_stream = call.is_stream and not call.route.dialect.is_whole
    first = ceiling if ceiling and not is_stream else min(ceiling or step, step)
    is_stepped = is_stream and (ceiling is None or ceiling > step)
    answers = max(counts_in(wishes, ANSWERS, MOST_ANSWERS), default=1) * prompts_in(wishes)
    return Worst(
        input_tokens=weigh(call.body),
        output_tokens=first * answers,
        step_tokens=step if is_stepped else 0,
    )


def weigh(body: bytes) -> int:
    """Give the most tokens that a request comes to, as a guess that takes no time."""
    lengths = [end - start for start, end in attached(body)]
    return (len(body) - sum(lengths)) // BYTES_PER_TOKEN + len(lengths) * ATTACHED_TOKENS


def read_wishes(body: bytes) -> Wishes:
    """Open what a request says, and what one wire keeps within an object.

    What cannot be read is refused later, and wishes nothing.
    """
    wishes = opened(body)
    for name in GENERATION:
        within = opened(wishes[name]) if name in wishes else {}
        wishes |= {f"{name}.{inner}": value for inner, value in within.items()}
        wishes |= {inner: within[inner] for inner in ANSWERS if inner in within}
    return wishes


def opened(value: bytes | Raw) -> Wishes:
    """Take an object apart; anything else has no fields."""
    try:
        return decoder.decode(value)
    except DECODE_ERRORS:
        return {}


def ceiling_of(wishes: Wishes, dialect: Dialect) -> int | None:
    """Find the ceiling that goes out: the configured one, else the caller's, unless dropped.

    Of several that a caller names the highest counts, as nobody knows which one an upstream reads.
    """
    if dialect.drop and any(name in dialect.drop for name in EVERY_CEILING):
        return None
    told = max(counts_in(wishes, SPELLINGS, LARGEST_CEILING), default=None)
    return configured(dialect.add) or told or configured(dialect.defaults)


def configured(parameters: Mapping[str, object]) -> int | None:
    """Find a ceiling among configured parameters."""
    named = (parameters[name] for name in EVERY_CEILING if name in parameters)
    return next(filter(None, (whole(each, LARGEST_CEILING) for each in named)), None)


def counts_in(wishes: Wishes, names: Iterable[str], most: int) -> list[int]:
    """Give the counts that stand under any of the names."""
    found = (read(wishes[name]) for name in names if name in wishes)
    return [count for each in found if (count := whole(each, most))]


def prompts_in(wishes: Wishes) -> int:
    """Count the prompts of a completion without a chat, each of which is answered."""
    prompts = read(wishes.get("prompt", b"null"))
    if not isinstance(prompts, list):
        return 1
    return max(sum(isinstance(each, str | list) for each in prompts), 1)


def read(value: bytes | Raw) -> object:
    """Decode a value, or give None for what is refused later."""
    try:
        return msgspec.json.decode(value)
    except DECODE_ERRORS:
        return None


def whole(value: object, most: int) -> int | None:
    """Take a count, no higher than makes sense; one wire takes it as text too."""
    if isinstance(value, str) and DIGITS.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 1:
        return None
    return int(min(value, most))


def price_of(worst: Worst, price: Price, body: bytes) -> int:
    """Give what a call may cost at first, in nano-USD; a prompt to be cached, as it is written."""
    usage = Usage(input=worst.input_tokens, output=worst.output_tokens)
    return cost(usage, dearest(price.rates_for(usage), is_cached=CACHE_MARK in body))


@lru_cache(maxsize=1024)
def dearest(rates: Rates, *, is_cached: bool) -> Rates:
    """Take all of a prompt at its dearest rate, and all of an answer."""
    written = (rates.cache_write, rates.cache_write_hour) if is_cached else ()
    return replace(
        rates,
        input=max((rates.input, *(rate or Decimal(0) for rate in written))),
        output=max(rates.output, rates.reasoning or Decimal(0)),
    )
