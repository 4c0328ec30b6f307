"""The canonical answer, and the five events that build it."""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.domain.fault import Fault
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.prompt import (
    Extras,
    Part,
    Refusal,
    Seal,
    Text,
    Thinking,
    ToolCall,
)


class StopKind(StrEnum):
    """Why a model stopped."""

    END = "end"
    LENGTH = "length"
    TOOL = "tool"
    STOP_SEQUENCE = "stop_sequence"
    FILTER = "filter"
    REFUSAL = "refusal"
    PAUSE = "pause"
    UNKNOWN = "unknown"


class Stop(Struct, frozen=True, kw_only=True):
    """Why a model stopped, in our word and in the upstream's own (`raw`, in `wire`)."""

    kind: StopKind
    raw: str = ""
    wire: str = ""
    sequence: str = ""


class ReplyStart(Struct, frozen=True, kw_only=True, tag="start"):
    """The answer begins; usage known this early counts when the call breaks off."""

    id: str = ""
    model: str = ""
    created_at: int = 0
    usage: Usage | None = None


class PartStart(Struct, frozen=True, kw_only=True, tag="part"):
    """A part begins; what `part` already holds is its first piece."""

    index: int
    part: Part


class PartDelta(Struct, frozen=True, kw_only=True, tag="delta"):
    """A piece of the open part: more text (or arguments), or the seal on it."""

    index: int
    text: str = ""
    seal: Seal | None = None
    extras: Extras = {}


class PartEnd(Struct, frozen=True, kw_only=True, tag="part_end"):
    """The open part is whole."""

    index: int


class ReplyEnd(Struct, frozen=True, kw_only=True, tag="end"):
    """The answer is over: with a stop, or with the fault that cut it off.

    `is_usage_early` says that `usage` is that of the start, as none was told at the end.
    `reported_cost_nano_usd` is what the upstream says it charges, where it does.
    """

    stop: Stop | None = None
    usage: Usage | None = None
    is_usage_early: bool = False
    reported_cost_nano_usd: int | None = None
    fault: Fault | None = None


Event = ReplyStart | PartStart | PartDelta | PartEnd | ReplyEnd


class Reply(Struct, frozen=True, kw_only=True):
    """One whole answer."""

    id: str = ""
    model: str = ""
    created_at: int = 0
    parts: tuple[Part, ...] = ()
    stop: Stop | None = None
    usage: Usage | None = None
    reported_cost_nano_usd: int | None = None
    fault: Fault | None = None


def fold(events: Iterable[Event]) -> Reply:
    """Build the whole answer from its events; this defines what a Reply is."""
    reply = Reply()
    parts: dict[int, Part] = {}
    for event in events:
        match event:
            case ReplyStart():
                reply = replace(reply, id=event.id, model=event.model, created_at=event.created_at)
            case PartStart():
                parts[event.index] = event.part
            case PartDelta():
                parts[event.index] = grow(parts[event.index], event)
            case PartEnd():
                continue
            case ReplyEnd():
                reply = replace(
                    reply,
                    stop=event.stop,
                    usage=event.usage,
                    reported_cost_nano_usd=event.reported_cost_nano_usd,
                    fault=event.fault,
                )
    return replace(reply, parts=tuple(parts[index] for index in sorted(parts)))


def grow(part: Part, delta: PartDelta) -> Part:
    """Lay one delta onto the part it belongs to."""
    match part:
        case Text():
            return replace(
                part, text=part.text + delta.text, extras={**part.extras, **delta.extras}
            )
        case Refusal():
            return replace(part, text=part.text + delta.text)
        case Thinking():
            return replace(part, text=part.text + delta.text, seal=delta.seal or part.seal)
        case ToolCall():
            return replace(
                part, arguments=part.arguments + delta.text, seal=delta.seal or part.seal
            )
        case _:  # every other part arrives whole
            return part


def unfold(reply: Reply) -> list[Event]:
    """Tell a whole answer as events; `fold` gives it back."""
    events: list[Event] = [ReplyStart(id=reply.id, model=reply.model, created_at=reply.created_at)]
    for index, part in enumerate(reply.parts):
        events += [PartStart(index=index, part=part), PartEnd(index=index)]
    events.append(
        ReplyEnd(
            stop=reply.stop,
            usage=reply.usage,
            reported_cost_nano_usd=reply.reported_cost_nano_usd,
            fault=reply.fault,
        )
    )
    return events
