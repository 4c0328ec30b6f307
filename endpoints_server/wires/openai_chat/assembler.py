"""Builds events from what the chunks of one answer say.

A strand is a part that is still coming. The first strand is open: its pieces become events at once.
A new strand waits behind it until the open one can be ended, which is at once for text, and for a
tool call when its arguments are whole: some upstreams send the pieces of parallel calls mixed.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.domain.fault import Fault
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.prompt import Part, Refusal, Seal, Text, Thinking, ToolCall
from endpoints_server.domain.talk.reply import (
    Event,
    PartDelta,
    PartEnd,
    PartStart,
    ReplyEnd,
    ReplyStart,
    grow,
)
from endpoints_server.wires.number import whole
from endpoints_server.wires.openai_chat.calls import (
    Calls,
    Draft,
    arguments_text,
    is_whole,
    read_seal,
)
from endpoints_server.wires.openai_chat.ending import (
    counts_in,
    read_cost,
    read_stop,
    read_usage,
)
from endpoints_server.wires.openai_chat.reasoning import seal_of, words_of
from endpoints_server.wires.openai_chat.reply_schema import CallPiece, Choice, Chunk, Delta, Detail


class Strand(Struct, eq=False):
    """A part that is still coming, and what came before it was opened."""

    index: int
    part: Part
    draft: Draft | None = None

    def is_done(self) -> bool:
        """Say whether the next part may begin."""
        return self.draft is None or is_whole(self.draft.arguments)


class Assembler:
    """Takes chunks of the first choice and gives events; `end` must be the last call."""

    def __init__(self) -> None:
        self.reason = ""
        self.usage: Usage | None = None
        self.reported_cost_nano_usd: int | None = None
        self._id = ""
        self._model = ""
        self._created_at = 0
        self._calls = Calls()
        self._reasoning_key = ""
        self._strands: list[Strand] = []
        self._count = 0
        self._is_started = False
        self._events: list[Event] = []

    @property
    def has_begun(self) -> bool:
        """Whether any choice came yet."""
        return self._is_started

    def take(self, chunk: Chunk) -> list[Event]:
        """Give the events of one chunk."""
        self._note(chunk)
        for choice in chunk.choices or ():
            if not choice.index:
                self._take_choice(choice)
        return self._give()

    def end(self, fault: Fault | None = None) -> list[Event]:
        """End what is open, and the answer."""
        self._start()
        while self._strands:
            self._end_first()
        stop = None
        if self.reason or (self._count and fault is None):
            has_calls = any(draft.is_function for draft in self._calls.drafts)
            stop = read_stop(self.reason, has_calls=has_calls)
        self._events.append(
            ReplyEnd(
                stop=stop,
                usage=self.usage,
                reported_cost_nano_usd=self.reported_cost_nano_usd,
                fault=fault,
            )
        )
        return self._give()

    def _give(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def _note(self, chunk: Chunk) -> None:
        self._id = self._id or chunk.id or ""
        self._model = self._model or chunk.model or ""
        self._created_at = self._created_at or whole(chunk.created)
        counts = counts_in(chunk)
        if counts is not None:
            self.usage = read_usage(counts) or self.usage
            reported = read_cost(counts)
            if reported is not None:
                self.reported_cost_nano_usd = reported
        if chunk.choices:
            self._start()

    def _start(self) -> None:
        if not self._is_started:
            self._is_started = True
            self._events.append(
                ReplyStart(id=self._id, model=self._model, created_at=self._created_at)
            )

    def _take_choice(self, choice: Choice) -> None:
        self.reason = choice.finish_reason or self.reason
        delta = choice.delta or choice.message
        if delta is None:
            return
        self._take_reasoning(delta)
        if delta.content:
            self._take_content(delta.content)
        if delta.refusal:
            self._say(Refusal(text=delta.refusal))
        for piece in delta.tool_calls or ():
            self._take_call(piece)
        legacy = delta.function_call
        if legacy is not None and (legacy.name or legacy.arguments):
            self._take_call(CallPiece(function=legacy))

    def _take_reasoning(self, delta: Delta) -> None:
        for key, text in (
            ("reasoning_content", delta.reasoning_content),
            ("reasoning", delta.reasoning),
            ("reasoning_text", delta.reasoning_text),
        ):
            if text and isinstance(text, str) and self._reasoning_key in {"", key}:
                self._reasoning_key = key
                self._say(Thinking(text=text))
                break
        if delta.reasoning_details:
            self._take_details(delta.reasoning_details)

    def _take_details(self, details: Iterable[Detail]) -> None:
        for detail in details:
            text, seal = words_of(detail), seal_of(detail)
            if text and self._reasoning_key in {"", "reasoning_details"}:
                self._reasoning_key = "reasoning_details"
                self._say(Thinking(text=text))
            if seal is not None:
                self._seal(seal)

    def _take_content(self, content: Any) -> None:
        if isinstance(content, str):
            self._say(Text(text=content))
            return
        for item in content if isinstance(content, list) else (content,):
            match item:
                case {"type": "thinking", "thinking": thinking}:
                    if text := text_in(thinking):
                        self._say(Thinking(text=text))
                case {"type": "refusal", "refusal": str(text)} if text:
                    self._say(Refusal(text=text))
                case str(text) | {"text": str(text)} if text:
                    self._say(Text(text=text))
                case {**fields} if "type" not in fields:  # an object that should have been text
                    self._say(Text(text=arguments_text(fields)))
                case _:  # images, references and whatever else has no place in an answer here
                    continue

    def _say(self, part: Text | Thinking | Refusal) -> None:
        last = self._strands[-1] if self._strands else None
        if last is None or type(last.part) is not type(part) or is_sealed(last.part):
            self._append(part)
        else:
            self._grow(last, PartDelta(index=last.index, text=part.text))

    def _seal(self, seal: Seal) -> None:
        last = self._strands[-1] if self._strands else None
        if (
            last is None
            or not isinstance(last.part, Thinking)
            or seal.is_redacted
            or is_sealed(last.part)
        ):
            self._append(Thinking(seal=seal))
        else:
            self._grow(last, PartDelta(index=last.index, seal=seal))
            last.part = replace(last.part, seal=seal)

    def _take_call(self, piece: CallPiece) -> None:
        draft, is_first, text = self._calls.take(piece, f"{self._id}:{self._created_at}:0")
        if not draft.is_function:
            return
        seal = read_seal(piece.extra_content)
        if is_first:
            part = ToolCall(id=draft.id, name=draft.name, arguments=text, seal=seal)
            self._append(part, draft)
            return
        strand = next((one for one in self._strands if one.draft is draft), None)
        if strand is not None and (text or seal):
            self._grow(strand, PartDelta(index=strand.index, text=text, seal=seal))
            self._advance()

    def _append(self, part: Part, draft: Draft | None = None) -> None:
        self._strands.append(Strand(index=self._count, part=part, draft=draft))
        self._count += 1
        if len(self._strands) == 1:
            self._events.append(PartStart(index=self._strands[0].index, part=part))
        else:
            self._advance()

    def _grow(self, strand: Strand, delta: PartDelta) -> None:
        if strand is self._strands[0]:
            self._events.append(delta)
        else:
            strand.part = grow(strand.part, delta)

    def _advance(self) -> None:
        while len(self._strands) > 1 and self._strands[0].is_done():
            self._end_first()

    def _end_first(self) -> None:
        self._events.append(PartEnd(index=self._strands.pop(0).index))
        if self._strands:
            following = self._strands[0]
            self._events.append(PartStart(index=following.index, part=following.part))


def is_sealed(part: Part) -> bool:
    """Say whether a part is reasoning that nothing may be added to."""
    return isinstance(part, Thinking) and part.seal is not None


def text_in(thinking: Any) -> str:
    """Give the text of a thinking part, which is text or a list of text parts."""
    if isinstance(thinking, str):
        return thinking
    items = thinking if isinstance(thinking, list) else ()
    texts = (item.get("text") for item in items if isinstance(item, dict))
    return "".join(text for text in texts if isinstance(text, str))
