"""The parts of an answer as this wire tells them."""

from endpoints_server.domain.talk.prompt import Foreign, Part, Refusal, Text, Thinking, ToolCall
from endpoints_server.wires.google_generative.calls import signature_of, write_call
from endpoints_server.wires.google_generative.schema import NAME, Object


def write_part(part: Part) -> Object | None:
    """Write one part of an answer, or give None where this wire has none for it."""
    match part:
        case Text() | Refusal():
            return {"text": part.text}
        case Thinking():
            return write_thinking(part)
        case ToolCall():
            return write_call(part)
        case Foreign() if part.wire == NAME:
            return write_foreign(part)
        case _:  # what no model says on this wire
            return None


def write_thinking(part: Thinking) -> Object | None:
    """Write reasoning; what is sealed and not shown is an empty text with a signature."""
    signature = signature_of(part.seal)
    if part.seal and part.seal.is_redacted and not (part.text and part.seal.wire != NAME):
        return {"text": "", "thoughtSignature": signature} if signature else None
    written: Object = {"text": part.text, "thought": True}
    if signature:
        written["thoughtSignature"] = signature
    return written


def write_foreign(part: Foreign) -> Object:
    """Write a part of this wire's own as it was; its `type` was our name for it."""
    return {name: value for name, value in part.value.items() if name != "type"}
