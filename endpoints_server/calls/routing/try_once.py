"""One attempt of a call: admitted, listened to, tried."""

from collections.abc import Awaitable, Callable

from endpoints_server.calls.admission.admit import admit
from endpoints_server.calls.answer.count_here import count_here
from endpoints_server.calls.attempt import attempt_route, attempt_to_the_end
from endpoints_server.calls.call import Attempt, Call, Journey
from endpoints_server.calls.delivery import Delivery
from endpoints_server.calls.exchange import Exchange
from endpoints_server.domain.endpoint import AbandonRule

Step = Callable[[Exchange, Attempt, Delivery], Awaitable[None]]


async def try_once(exchange: Exchange, journey: Journey, attempt: Attempt) -> None:
    """Try the route of an attempt; raises Failed for whatever stops it before the first byte."""
    call = attempt.call
    await admit(exchange, attempt)
    if call.conversation.id and exchange.listener is not None:
        journey.delivery = exchange.listener.begin(call, journey.straight)
    await step_for(call)(exchange, attempt, journey.delivery)


def step_for(call: Call) -> Step:
    """Choose how a call is answered."""
    if call.counted_here:
        return count_here
    is_drained = call.route.endpoint.abandonment.rule is AbandonRule.DRAIN
    return attempt_to_the_end if is_drained else attempt_route
