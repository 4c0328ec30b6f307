"""The most that a call may cost, before anything is known of its answer."""

import re
from decimal import Decimal

import msgspec
from msgspec import Struct

from endpoints_server.calls.call import Call
from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.money.price import Price, cost
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.parameter import CEILINGS
from endpoints_server.domain.wire import Operation
from endpoints_server.wires.body import DECODE_ERRORS

BYTES_PER_TOKEN = 3
"""Fewer than of any usual text, so that a prompt is not taken for smaller than it is."""
ENCODED = re.compile(rb"[A-Za-z0-9+/=_-]{2000,}")
"""A picture or a file inside a body; its bytes are no words."""
ATTACHED_TOKENS = 1600
"""What the usual pictures come to at most."""
CACHE_MARK = b"cache_control"
LARGEST_CEILING = 10_000_000
MOST_ANSWERS = 128


class Generation(Struct, frozen=True, rename={"ceiling": "maxOutputTokens"}):
    """Where one wire keeps its ceiling."""

    ceiling: object = None


class Wishes(Struct, frozen=True, rename={"generation": "generationConfig"}):
    """What a request says of the length of its answer, under the names of all wires."""

    max_tokens: object = None
    max_completion_tokens: object = None
    max_output_tokens: object = None
    n: object = None
    generation: Generation | None = None


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
    answers = whole(wishes.n, MOST_ANSWERS) or 1
    return Worst(
        input_tokens=weigh(call.body),
        output_tokens=first * answers,
        step_tokens=step if is_stepped else 0,
    )


def weigh(body: bytes) -> int:
    """Give the most tokens that a request comes to, as a guess that takes no time."""
    words, attached = ENCODED.subn(b"", body) if len(body) > ATTACHED_TOKENS else (body, 0)
    return len(words) // BYTES_PER_TOKEN + attached * ATTACHED_TOKENS


def read_wishes(body: bytes) -> Wishes:
    """Read what a request says; one that cannot be read is refused later, and wishes nothing."""
    try:
        return decoder.decode(body)
    except DECODE_ERRORS:
        return Wishes()


def ceiling_of(wishes: Wishes, dialect: Dialect) -> int | None:
    """Find the ceiling that goes out: the configured one, else the caller's, unless dropped."""
    if any(name in dialect.drop for name in CEILINGS):
        return None
    told = [
        *(dialect.add.get(name) for name in CEILINGS),
        wishes.max_completion_tokens,
        wishes.max_tokens,
        wishes.max_output_tokens,
        wishes.generation.ceiling if wishes.generation else None,
        *(dialect.defaults.get(name) for name in CEILINGS),
    ]
    return next((found for each in told if (found := whole(each, LARGEST_CEILING))), None)


def whole(value: object, most: int) -> int | None:
    """Take a count that can be counted with."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= most:
        return None
    return int(value)


def price_of(worst: Worst, price: Price, body: bytes) -> int:
    """Give what a call may cost at first, in nano-USD; a prompt to be cached, as it is written."""
    rates = price.rates_for(Usage(input=worst.input_tokens))
    dearest = rates.input
    if CACHE_MARK in body:
        written = (rates.cache_write, rates.cache_write_hour)
        dearest = max(rates.input, *(rate for rate in written if rate is not None), Decimal(0))
    answered = max(rates.output, rates.reasoning or Decimal(0))
    usage = Usage(input=worst.input_tokens, output=worst.output_tokens)
    return cost(usage, msgspec.structs.replace(rates, input=dearest, output=answered))
