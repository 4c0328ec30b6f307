"""Watch events go by: usage, stop, the words answered."""

from endpoints_server.domain.talk.prompt import Text, Thinking, ToolCall
from endpoints_server.domain.talk.reply import (
    Event,
    PartDelta,
    PartEnd,
    PartStart,
    Reply,
    ReplyEnd,
    ReplyStart,
)
from endpoints_server.domain.wire import Seen


def observe(seen: Seen, event: Event) -> None:
    """Note what an event tells; usage told later wins."""
    match event:
        case ReplyStart():
            seen.model = event.model
            seen.usage = event.usage
            seen.is_usage_early = event.usage is not None
        case PartStart():
            observe_part(seen, event)
        case PartDelta():
            if event.text:
                seen.texts.append(event.text)
        case PartEnd():
            return
        case ReplyEnd():
            seen.stop = event.stop
            seen.usage = event.usage or seen.usage
            seen.is_usage_early = event.is_usage_early
            seen.reported_cost_nano_usd = event.reported_cost_nano_usd
            seen.fault = event.fault
            seen.is_ended = event.fault is None


def observe_part(seen: Seen, event: PartStart) -> None:
    """Note the words a part begins with."""
    match event.part:
        case Text() | Thinking():
            seen.texts.append(event.part.text)
        case ToolCall():
            seen.texts += [event.part.name, event.part.arguments]
        case _:  # what has no words is not estimated
            return


def seen_of(reply: Reply) -> Seen:
    """Note what a whole reply tells."""
    seen = Seen(model=reply.model, usage=reply.usage, stop=reply.stop, fault=reply.fault)
    for index, part in enumerate(reply.parts):
        observe_part(seen, PartStart(index=index, part=part))
    seen.reported_cost_nano_usd = reply.reported_cost_nano_usd
    seen.is_ended = reply.fault is None
    return seen
