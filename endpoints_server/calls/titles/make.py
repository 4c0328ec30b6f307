"""Make one title: a call of its own, tried again once where that may help, within a time limit."""

from asyncio import CancelledError, sleep

from msgspec import Struct

from endpoints_server.calls.admission.admit import admit, conclude
from endpoints_server.calls.attempt import UNEXPECTED, attempt_route
from endpoints_server.calls.call import Attempt, Call, Inbound
from endpoints_server.calls.delivery import LEFT, Headers
from endpoints_server.calls.exchange import Exchange
from endpoints_server.calls.open_call import require_room
from endpoints_server.calls.routing.reach import reach
from endpoints_server.calls.serve import report_of
from endpoints_server.calls.titles.ask import title_prompt
from endpoints_server.calls.titles.clean import title_of
from endpoints_server.calls.titles.quiet import quiet
from endpoints_server.calls.titles.words import Talked
from endpoints_server.domain.endpoint import Endpoint, Model
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.route import Route
from endpoints_server.domain.secret import Secret
from endpoints_server.domain.wire import Operation, Seen

LIMIT_SECONDS = 45.0
LEAST_SECONDS = 1.0
"""With less time left than this nothing is tried again."""
PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 10.0
MISUNDERSTOOD = (400, 422)


class Made(Struct, frozen=True):
    """A title, empty where the model gave none, and the attempt that it came of."""

    text: str
    attempt: Attempt


class Target(Struct, frozen=True):
    """Where a title is asked for, and the caller's own key where that goes there too."""

    route: Route
    own_secret: Secret | None


class Answer:
    """A Delivery that keeps the answer."""

    def __init__(self) -> None:
        self.is_started = False
        self.body = b""

    async def start(self, status: int, headers: Headers) -> None:  # noqa: ARG002 - a 200 always
        """Begin."""
        self.is_started = True

    async def write(self, body: bytes) -> None:
        """Keep bytes of the body."""
        self.body += body

    async def end(self, body: bytes) -> None:
        """Keep the last bytes of the body."""
        self.body += body


async def make_title(exchange: Exchange, chat: Call, talked: Talked) -> Made:
    """Ask for the title of a call's conversation, by the rules of the call's endpoint.

    Raises Failed where no answer came. What may pass is asked again after a pause; a request that
    was not understood, in plainer words.
    """
    deadline = exchange.timer() + LIMIT_SECONDS
    target = await find_target(exchange, chat)
    try:
        return await ask(exchange, chat, target, talked, deadline=deadline, is_plain=False)
    except Failed as failed:
        fault = failed.fault
        is_plain = fault.kind is Kind.UPSTREAM_REFUSED and fault.http_status in MISUNDERSTOOD
        pause_seconds = 0.0 if is_plain else fault.retry_after_seconds or PAUSE_SECONDS
        is_worth_it = is_plain or fault.rule.may_retry
        has_time = exchange.timer() + pause_seconds + LEAST_SECONDS < deadline
        if not is_worth_it or not has_time or pause_seconds > LONGEST_PAUSE_SECONDS:
            raise
    await sleep(pause_seconds)
    return await ask(exchange, chat, target, talked, deadline=deadline, is_plain=is_plain)


async def find_target(exchange: Exchange, chat: Call) -> Target:
    """Find where the title is asked for; at another endpoint the caller's key has no business.

    Raises Failed where that endpoint needs a key of the person's which is not there.
    """
    chosen = chat.route.endpoint
    named = chat.catalog.by_name.get(chosen.titles.endpoint)
    if named is None or named.slug == chosen.slug:
        return Target(Route(endpoint=chosen, model=model_at(chosen, chat)), chat.own_secret)
    route = Route(endpoint=named, model=model_at(named, chat))
    return Target(await reach(exchange, route, chat.caller, None, exchange.now()), None)


def model_at(endpoint: Endpoint, chat: Call) -> Model:
    """Choose the model that makes titles; the endpoint need not list it."""
    rules = chat.route.endpoint.titles
    if not rules.model and endpoint is chat.route.endpoint:
        return chat.route.model
    name = rules.model or chat.route.model.name
    price = rules.price if rules.model else None
    return endpoint.model(name) or Model(name=name, price=price)


async def ask(
    exchange: Exchange,
    chat: Call,
    target: Target,
    talked: Talked,
    *,
    deadline: float,
    is_plain: bool,
) -> Made:
    """Ask once; the call is in the log and in the ledger however it ends."""
    require_room(exchange)
    call = title_call(exchange, chat, target, talked, deadline=deadline, is_plain=is_plain)
    attempt, answer = Attempt(call=call, seen=Seen()), Answer()
    fault: Fault | None = UNEXPECTED
    try:
        await admit(exchange, attempt)
        await attempt_route(exchange, attempt, answer)
        fault = attempt.seen.fault
    except Failed as failed:
        fault = failed.fault
        raise
    except CancelledError:
        fault = LEFT
        raise
    finally:
        conclude(exchange, attempt)
        exchange.report(report_of(exchange, call.inbound, attempt, fault))
    return Made(title_of(call.wire_out.read_reply(answer.body)), attempt)


def title_call(
    exchange: Exchange,
    chat: Call,
    target: Target,
    talked: Talked,
    *,
    deadline: float,
    is_plain: bool,
) -> Call:
    """Write the call: of the same person and conversation, on the endpoint's own wire."""
    rules = chat.route.endpoint.titles
    route = quiet(target.route, max(LEAST_SECONDS, deadline - exchange.timer()))
    model, wire = route.model, exchange.wires[route.wire]
    prompt = title_prompt(rules, talked, model.name, wire.name, is_plain=is_plain)
    return Call(
        inbound=Inbound(
            wire=wire,
            operation=Operation.CHAT,
            headers={},
            endpoint_name=route.endpoint.slug,
            query="",
            request_id=exchange.identify(),
            started_at=exchange.now(),
            started=exchange.timer(),
        ),
        catalog=chat.catalog,
        caller=chat.caller,
        route=route,
        wire_out=wire,
        body=wire.write_request(prompt, route.dialect).body,
        conversation=chat.conversation,
        is_stream=False,
        has_stream_usage=False,
        own_secret=target.own_secret,
        is_title=True,
    )
