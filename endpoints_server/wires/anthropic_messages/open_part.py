"""A content block while it streams in: what it began with, and what its deltas bring.

Words, reasoning and calls are told piece by piece. A block that only this wire understands is held
until it is whole, its streamed input put together. A call's input is in its deltas; some upstreams
put it in the start instead, so that is kept until the block ends without any.
"""

import msgspec
from msgspec import Raw, Struct, field
from msgspec.structs import replace

from endpoints_server.domain.talk.prompt import Foreign, Part, Seal, Thinking, ToolCall
from endpoints_server.domain.talk.reply import Event, PartDelta, PartEnd, PartStart
from endpoints_server.wires.anthropic_messages.read_content import read_signature
from endpoints_server.wires.anthropic_messages.schema import NAME, Delta, Object
from endpoints_server.wires.body import DECODE_ERRORS

EMPTY_INPUT = "{}"


class OpenPart(Struct):
    """One open block; `index` is the part's place in our reply, `waiting` what is not told yet."""

    index: int
    part: Part
    has_input: bool = False
    pieces: list[str] = field(default_factory=list)
    citations: list[object] = field(default_factory=list)
    waiting: list[Event] = field(default_factory=list)
    is_ended: bool = False

    def start(self) -> list[Event]:
        """Tell that the part begins."""
        match self.part:
            case Foreign():
                return []
            case ToolCall():
                return [PartStart(index=self.index, part=replace(self.part, arguments=""))]
            case _:  # what a part holds from the start is its first piece
                return [PartStart(index=self.index, part=self.part)]

    def grow(self, delta: Delta, data: bytes) -> list[Event]:
        """Take one delta; `data` is the whole event, for blocks that we do not understand."""
        if isinstance(self.part, Foreign):
            self.hold(delta, data)
            return []
        text = delta.text or delta.thinking or delta.partial_json or ""
        self.has_input = self.has_input or bool(delta.partial_json)
        seal = self.seal_of(delta)
        extras = self.cite(delta.citation) if delta.citation else {}
        if not (text or seal or extras):
            return []
        return [PartDelta(index=self.index, text=text, seal=seal, extras=extras)]

    def end(self) -> list[Event]:
        """Tell that the part is whole."""
        match self.part:
            case Foreign():
                part = Foreign(wire=NAME, value=self.held())
                return [PartStart(index=self.index, part=part), PartEnd(index=self.index)]
            case ToolCall() if not self.has_input:
                text = self.part.arguments or EMPTY_INPUT
                return [PartDelta(index=self.index, text=text), PartEnd(index=self.index)]
            case _:  # its pieces have been told
                return [PartEnd(index=self.index)]

    def seal_of(self, delta: Delta) -> Seal | None:
        """Read a signature, which only reasoning has."""
        return read_signature(delta.signature) if isinstance(self.part, Thinking) else None

    def cite(self, citation: Raw) -> dict[str, dict[str, object]]:
        """Add a citation, and give all of them so far: later extras replace earlier ones."""
        self.citations.append(msgspec.json.decode(citation))
        return {NAME: {"citations": list(self.citations)}}

    def hold(self, delta: Delta, data: bytes) -> None:
        """Keep a piece of input, or whatever else this kind of block streams."""
        if delta.partial_json is not None:
            self.pieces.append(delta.partial_json)
            return
        value: Object = dict(self.part.value) if isinstance(self.part, Foreign) else {}
        brought = msgspec.json.decode(data, type=dict[str, object]).get("delta")
        for name, piece in brought.items() if isinstance(brought, dict) else ():
            earlier = value.get(name)
            if name != "type":
                is_text = isinstance(earlier, str) and isinstance(piece, str)
                value[name] = f"{earlier}{piece}" if is_text else piece
        self.part = Foreign(wire=NAME, value=value)

    def held(self) -> Object:
        """Give the whole block, with the input that was streamed; broken input stays as text."""
        value: Object = dict(self.part.value) if isinstance(self.part, Foreign) else {}
        text = "".join(self.pieces)
        if text:
            try:
                value["input"] = msgspec.json.decode(text)
            except DECODE_ERRORS:
                value["input"] = text
        return value
