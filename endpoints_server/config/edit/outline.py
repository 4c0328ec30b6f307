"""Where the parts of a YAML text begin and end, to the character."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentEndEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from endpoints_server.config.text.parse import events_of


class Part(Struct, frozen=True, kw_only=True):
    """A value as it stands in the text: from its first character up to the one behind its last.

    A block ends with its last word, before the comments behind it; its `column` is that of its
    first item or key, whatever anchor or tag stands before it. A value that is not there, of which
    only the key is written, begins and ends behind its key. `is_kept` says that empty lines at the
    end are part of the value.
    """

    start: int
    end: int
    column: int
    is_flow: bool = False
    is_alias: bool = False
    is_kept: bool = False
    items: "tuple[Part, ...]" = ()
    pairs: "tuple[tuple[str, Part, Part], ...]" = ()

    def find(self, key: str) -> "tuple[Part, Part] | None":
        """Find a key of a mapping, with its value."""
        return next(((at, value) for name, at, value in self.pairs if name == key), None)


class Outline(Struct, frozen=True):
    """The parts of a text; `end` is where a document ends that says so itself."""

    root: Part | None
    end: int


def outline_of(text: str) -> Outline:
    """Outline a text that is one sound document, or none."""
    events = events_of(text)
    root: Part | None = None
    end = len(text)
    for event in events:
        if isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent):
            root = part_of(event, events, event.start_mark.index)
        elif isinstance(event, DocumentEndEvent) and event.explicit:
            end = event.start_mark.index
    return Outline(root, end)


def part_of(event: Event, events: Iterator[Event], behind: int) -> Part:
    """Outline what an event begins; `behind` is where it would have to stand."""
    match event:
        case SequenceStartEvent():
            return list_of(event, events)
        case MappingStartEvent():
            return mapping_of(event, events)
        case _:  # a scalar, or an alias of something
            return leaf_of(event, behind)


def leaf_of(event: Event, behind: int) -> Part:
    """Outline a scalar or an alias; one that keeps the empty lines behind it says so."""
    start, end = event.start_mark.index, event.end_mark.index
    if start == end:
        start = end = behind
    style = getattr(event, "style", None)
    return Part(
        start=start,
        end=end,
        column=event.start_mark.column,
        is_alias=isinstance(event, AliasEvent),
        is_kept=style in ("|", ">") and text_of(event).endswith("\n\n"),
    )


def text_of(event: Event) -> str:
    """Give the text of a scalar; nothing else has one."""
    return str(event.value) if isinstance(event, ScalarEvent) else ""


def list_of(start: SequenceStartEvent, events: Iterator[Event]) -> Part:
    """Outline a sequence, up to its end."""
    items: list[Part] = []
    behind = start.end_mark.index
    for event in events:
        if isinstance(event, CollectionEndEvent):
            return replace(around(start, event, items, behind), items=tuple(items))
        items.append(part_of(event, events, behind))
        behind = items[-1].end
    raise EOFError  # the parser ends every sequence that it begins


def mapping_of(start: MappingStartEvent, events: Iterator[Event]) -> Part:
    """Outline a mapping, up to its end."""
    pairs: list[tuple[str, Part, Part]] = []
    behind = start.end_mark.index
    for event in events:
        if isinstance(event, CollectionEndEvent):
            parts = [part for _, *both in pairs for part in both]
            return replace(around(start, event, parts, behind), pairs=tuple(pairs))
        key = part_of(event, events, behind)
        value = part_of(next(events), events, key.end + 1)
        pairs.append((text_of(event), key, value))
        behind = value.end
    raise EOFError  # the parser ends every mapping that it begins


def around(
    start: SequenceStartEvent | MappingStartEvent,
    end: CollectionEndEvent,
    parts: list[Part],
    behind: int,
) -> Part:
    """Give the place of a list or mapping with these parts; one in brackets ends behind them."""
    is_flow = bool(start.flow_style)
    return Part(
        start=start.start_mark.index,
        end=end.end_mark.index if is_flow else behind,
        column=start.start_mark.column if is_flow or not parts else parts[0].column,
        is_flow=is_flow,
        is_kept=not is_flow and parts[-1].is_kept,
    )
