"""How many tokens a prompt has, told by an estimate of ours where no endpoint counts them."""

import asyncio

import msgspec

from endpoints_server.calls.answer.deliver import end_whole
from endpoints_server.calls.call import Attempt
from endpoints_server.calls.delivery import Delivery
from endpoints_server.calls.exchange import Exchange
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.wire import Seen
from endpoints_server.wires.body import malformed


async def count_here(exchange: Exchange, attempt: Attempt, delivery: Delivery) -> None:
    """Answer with an estimate, which the receipt calls one.

    A long prompt is counted beside the loop. Raises Failed where the body is no valid request.
    """
    call = attempt.call
    try:
        tokens = await asyncio.to_thread(call.inbound.carriage.estimate, call.body)
    except RecursionError as error:
        raise Failed(malformed(error, call.body)) from None
    attempt.seen = Seen(usage=Usage(), is_ended=True)
    body = msgspec.json.encode({call.counted_here: tokens})
    await end_whole(exchange, attempt, delivery, body)
