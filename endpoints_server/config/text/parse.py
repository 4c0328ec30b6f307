"""YAML text becomes nodes with marks: one pass over the parser's events.

Nodes are built here, and not by the library's own loaders, because their places, the text of
numbers, every duplicate key and a bound on nesting are all wanted from the same pass.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.reader import ReaderError

from endpoints_server.config.problem import Problem, shown
from endpoints_server.config.text.document import Mark, Source
from endpoints_server.config.text.scalar import Date, Scalar, read_number, read_plain
from endpoints_server.config.text.syntax import is_braced, problem_at, syntax_problem, unreadable
from endpoints_server.config.text.tabs import TabScanner

DEEPEST = 64
MOST_VALUES = 100_000
TAGGED: Mapping[str, tuple[type, ...]] = {
    "!!null": (type(None),),
    "!!bool": (bool,),
    "!!int": (int,),
    "!!float": (int, float),
    "!!timestamp": (Date,),
}
"""What the plain text under a tag must be; anything else is refused."""

QUOTE_IT = "quote text, and commands, that begin with `!`"
MERGE_KEY = "<<"
TAG = "tag:yaml.org,2002:"


class ScalarNode(Struct, frozen=True):
    """A leaf: its value, and the text it was written as."""

    mark: Mark
    value: Scalar
    text: str


class ListNode(Struct, frozen=True):
    """A sequence."""

    mark: Mark
    items: "list[Node]"


class Pair(Struct, frozen=True):
    """One key of a mapping and what stands under it; `is_merge` marks an unquoted `<<`."""

    mark: Mark
    key: str
    value: "Node"
    is_merge: bool


class MapNode(Struct, frozen=True):
    """A mapping; duplicate keys are already told."""

    mark: Mark
    pairs: list[Pair]


Node = ScalarNode | ListNode | MapNode


class Broken(Exception):
    """The text cannot be read further."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def parse(source: Source) -> tuple[Node | None, list[Problem]]:
    """Parse one document; None where there is nothing in it, or nothing that can be read.

    The parser stops at its first syntax error; duplicate keys, tags and aliases are told together.
    """
    builder = _Builder(source)
    try:
        return builder.document(), builder.problems
    except Broken as broken:
        return None, [*builder.problems, broken.problem]
    except ReaderError as error:
        return None, [*builder.problems, unreadable(source, error)]
    except MarkedYAMLError as error:
        return None, [*builder.problems, syntax_problem(source, error)]
    except (YAMLError, ValueError, RecursionError):
        return None, [*builder.problems, Problem(file=source.file, message="this is not YAML")]


def events_of(text: str) -> Iterator[Event]:
    """Give the parser's events, one by one."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Scanner = TabScanner
    events: Iterator[Event] = yaml.parse(text)
    return events


class _Builder:
    """Takes events one by one; knows the anchors seen and the problems met."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self._events = events_of(source.text)
        self._anchors: dict[str, Node] = {}
        self._left = MOST_VALUES

    def document(self) -> Node | None:
        """Read the first document and refuse a second."""
        root: Node | None = None
        seen = 0
        for event in self._events:
            match event:
                case DocumentStartEvent() if seen:
                    self.tell(event, "a second document begins here", "keep one, without `---`")
                    return root
                case DocumentStartEvent():
                    seen += 1
                    root = self.node(next(self._events), 0)
                case StreamEndEvent():
                    return root
                case _:  # starts and ends that carry nothing
                    continue
        return root

    def node(self, event: Event, depth: int) -> Node:
        """Build what an event begins; refuse a document past all use."""
        self._left -= 1
        if self._left < 0:
            raise Broken(self.problem(event, f"this holds more than {MOST_VALUES} values"))
        if depth > DEEPEST:
            raise Broken(self.problem(event, f"this is nested more than {DEEPEST} levels deep"))
        if isinstance(event, AliasEvent):
            return self.alias(event)
        built = self.built(event, depth)
        anchor = getattr(event, "anchor", None)
        if anchor:
            self._anchors[str(anchor)] = built
        return built

    def built(self, event: Event, depth: int) -> Node:
        """Build a scalar, a list or a mapping."""
        match event:
            case ScalarEvent():
                return self.scalar(event)
            case SequenceStartEvent():
                self.check_tag(event, "seq")
                return ListNode(mark_of(event), list(self.items(depth)))
            case _:  # the parser gives a node nothing else
                self.check_tag(event, "map")
                return MapNode(mark_of(event), list(self.pairs(event, depth)))

    def alias(self, event: AliasEvent) -> Node:
        """Give the node an alias names."""
        node = self._anchors.get(str(event.anchor))
        if node is None:
            name = shown(str(event.anchor))
            self.tell(event, f"no anchor {name} stands before this alias", "quote text with `*`")
            return ScalarNode(mark_of(event), "", "")
        return node

    def items(self, depth: int) -> Iterator[Node]:
        """Read the items of a list up to its end."""
        for event in self._events:
            if isinstance(event, SequenceEndEvent):
                return
            yield self.node(event, depth + 1)

    def pairs(self, start: Event, depth: int) -> Iterator[Pair]:
        """Read the keys and values of a mapping up to its end."""
        lines: dict[str, int] = {}
        for event in self._events:
            if isinstance(event, MappingEndEvent):
                return
            if not isinstance(event, ScalarEvent | AliasEvent):
                raise Broken(self.odd_key(start, event))
            key = self.node(event, depth + 1)
            if not isinstance(key, ScalarNode):
                raise Broken(self.odd_key(start, event))
            is_merge = key.text == MERGE_KEY and is_plain(event)
            if key.text in lines and not is_merge:
                line = lines[key.text]
                self.tell(event, f"the key {shown(key.text)} already stands in line {line}")
            lines.setdefault(key.text, mark_of(event).line)
            value = self.node(next(self._events), depth + 1)
            yield Pair(mark_of(event), key.text, value, is_merge)

    def odd_key(self, start: Event, event: Event) -> Problem:
        """Tell that a key is no text; an unquoted placeholder looks like that."""
        if is_braced(self.source.text, mark_of(start)):
            return self.problem(
                start, "an unquoted `{{…}}` is a mapping to YAML", "put the whole value in quotes"
            )
        return self.problem(event, "a key must be text")

    def scalar(self, event: ScalarEvent) -> ScalarNode:
        """Type a scalar by its tag, or by its text where it is plain."""
        mark, text = mark_of(event), str(event.value)
        if event.tag is None or event.tag == "!":
            return ScalarNode(mark, read_plain(text) if is_plain(event) else text, text)
        return ScalarNode(mark, self.tagged(event, text), text)

    def tagged(self, event: ScalarEvent, text: str) -> Scalar:
        """Type a scalar as its tag says."""
        kind, plain = name_of_tag(event), read_plain(text)
        if kind == "!!str":
            return text
        if type(plain) not in TAGGED.get(kind, ()):
            hint = "" if kind.startswith("!!") else QUOTE_IT
            self.tell(event, f"the tag {shown(kind)} cannot be used here", hint)
            return text
        return float(read_number(text)) if kind == "!!float" else plain

    def check_tag(self, event: Event, expected: str) -> None:
        """Tell of a tag on a list or mapping that is not the plain one."""
        if name_of_tag(event) not in ("", "!", "!!" + expected):
            self.tell(event, f"the tag {shown(name_of_tag(event))} cannot be used here")

    def tell(self, event: Event, message: str, suggestion: str = "") -> None:
        """Keep a problem and read on."""
        self.problems.append(self.problem(event, message, suggestion))

    def problem(self, event: Event, message: str, suggestion: str = "") -> Problem:
        """Make a problem that points at where an event begins."""
        return problem_at(self.source, mark_of(event), message, suggestion)


def is_plain(event: Event) -> bool:
    """Say whether a scalar stands unquoted."""
    return isinstance(event, ScalarEvent) and not event.style and event.tag is None


def name_of_tag(event: Event) -> str:
    """Give a tag as it is written, `!!` for YAML's own; nothing where there is none."""
    return str(getattr(event, "tag", None) or "").replace(TAG, "!!", 1)


def mark_of(event: Event) -> Mark:
    """Give where an event begins."""
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)
