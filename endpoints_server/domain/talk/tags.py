"""Reasoning that comes between tags at the head of the words, told as the reasoning it is.

The words of a part go through four places, in this order and perhaps more than once:

    head      nothing but white space so far; a tag that opens here begins reasoning
    opened    behind the opening tag, before the first word of reasoning
    thought   in the reasoning, up to the closing tag, behind which the words have a head again
    words     anything else came; a tag from here on is one of the words

What could be the beginning of a tag is held until more comes, so that cuts do not matter.
"""

from endpoints_server.domain.talk.prompt import Text, Thinking
from endpoints_server.domain.talk.reply import (
    Event,
    PartDelta,
    PartEnd,
    PartStart,
    Reply,
    ReplyEnd,
    ReplyStart,
    fold,
    unfold,
)

OPENING, CLOSING = "<think>", "</think>"


class Tags:
    """Reads the events of one answer and gives them with every tagged piece as reasoning."""

    def __init__(self) -> None:
        self._given: list[Event] = []
        self._index = -1
        self._part: Text | None = None
        self._open: type[Text | Thinking] | None = None
        self._place = "head"
        self._held = ""
        self._has_tag = False

    def feed(self, events: list[Event]) -> list[Event]:
        """Take the next events and give those that they come to."""
        for event in events:
            self._take(event)
        given, self._given = self._given, []
        return given

    def _take(self, event: Event) -> None:
        match event:
            case PartStart(part=Text() as part):
                self._part = Text(text="", cache=part.cache, extras=part.extras)
                self._place, self._held, self._has_tag = "head", "", False
                self._read(part.text)
            case PartStart(part=part):
                self._index += 1
                self._given.append(PartStart(index=self._index, part=part))
            case PartDelta() if self._part is not None:
                self._read(event.text)
                if event.extras:
                    self._say(Text, "")
                    self._given.append(PartDelta(index=self._index, extras=event.extras))
            case PartDelta(text=text, seal=seal, extras=extras):
                delta = PartDelta(index=self._index, text=text, seal=seal, extras=extras)
                self._given.append(delta)
            case PartEnd():
                self._end_part()
            case ReplyStart() | ReplyEnd():
                self._given.append(event)

    def _read(self, text: str) -> None:
        rest: str | None = self._held + text
        self._held = ""
        while rest:
            match self._place:
                case "head":
                    rest = self._at_head(rest)
                case "opened":
                    rest = rest.lstrip()
                    self._place = "thought" if rest else "opened"
                case "thought":
                    rest = self._in_thought(rest)
                case _:  # in the words, to the end of the part
                    self._say(Text, rest)
                    return

    def _at_head(self, rest: str) -> str | None:
        words = rest.lstrip()
        if words.startswith(OPENING):
            self._place, self._has_tag = "opened", True
            return words[len(OPENING) :]
        if OPENING.startswith(words):
            self._held = rest
            return None
        self._place = "words"
        return words if self._has_tag else rest

    def _in_thought(self, rest: str) -> str | None:
        thought, tag, behind = rest.partition(CLOSING)
        if tag:
            self._say(Thinking, thought)
            self._close()
            self._place = "head"
            return behind
        kept = len(rest) - len(beginning_of(CLOSING, rest))
        self._held = rest[kept:]
        self._say(Thinking, rest[:kept])
        return None

    def _say(self, kind: type[Text | Thinking], text: str) -> None:
        if self._open is kind:
            if text:
                self._given.append(PartDelta(index=self._index, text=text))
            return
        if not text and kind is Thinking:
            return
        self._close()
        self._open = kind
        self._index += 1
        said = self._part or Text(text="")
        part = Thinking(text=text) if kind is Thinking else Text(text=text, extras=said.extras)
        self._given.append(PartStart(index=self._index, part=part))

    def _close(self) -> None:
        if self._open is not None:
            self._given.append(PartEnd(index=self._index))
            self._open = None

    def _end_part(self) -> None:
        if self._part is None:
            self._given.append(PartEnd(index=self._index))
            return
        rest = self._held.lstrip() if self._has_tag and self._place == "head" else self._held
        if self._place == "thought":
            self._say(Thinking, rest)
        elif rest or not self._has_tag:
            self._say(Text, rest)
        self._close()
        self._part = None


def beginning_of(tag: str, text: str) -> str:
    """Give the end of a text that could be the beginning of a tag."""
    sizes = range(min(len(tag) - 1, len(text)), 0, -1)
    return next((text[-size:] for size in sizes if tag.startswith(text[-size:])), "")


def untagged(reply: Reply) -> Reply:
    """Give a whole answer with every tagged piece as reasoning."""
    return fold(Tags().feed(unfold(reply)))
