"""Parts of an answer become items of the output, whole or as they begin."""

from hashlib import blake2s

from endpoints_server.domain.talk.prompt import Refusal, Seal, Text, Thinking, ToolCall
from endpoints_server.wires.foreign_seal import UNSEALED, enclose
from endpoints_server.wires.openai_responses.schema import NAME, Object
from endpoints_server.wires.openai_responses.seals import write_seal

DONE, OPEN = "completed", "in_progress"


def item_id(prefix: str, reply_id: str, place: int) -> str:
    """Make an item's id; the same for the same answer and place."""
    return f"{prefix}_{blake2s(f'{reply_id}:{place}'.encode()).hexdigest()[:32]}"


def message_item(id: str, status: str, content: list[Object]) -> Object:
    """Write a turn of the assistant's."""
    return {
        "id": id,
        "type": "message",
        "status": status,
        "role": "assistant",
        "content": content,
    }


def content_part(part: Text | Refusal) -> Object:
    """Write words, with their citations, or a refusal."""
    if isinstance(part, Refusal):
        return {"type": "refusal", "refusal": part.text}
    kept = part.extras.get(NAME, {})
    written: Object = {"type": "output_text", "text": part.text, "annotations": [], "logprobs": []}
    return written | {name: kept[name] for name in ("annotations", "logprobs") if name in kept}


def reasoning_item(id: str, part: Thinking) -> Object:
    """Write reasoning as a summary, with its seal."""
    summary = [summary_part(part.text)] if part.text else []
    sealed = write_seal(part.seal) if part.seal is not None else UNSEALED
    return {"id": id, "type": "reasoning", "summary": summary, "encrypted_content": sealed}


def call_seal_item(id: str, seal: Seal) -> Object:
    """Write the seal of a call as reasoning that says nothing."""
    sealed = enclose(seal, is_of_call=True)
    return {"id": id, "type": "reasoning", "summary": [], "encrypted_content": sealed}


def summary_part(text: str) -> Object:
    """Write a piece of a summary."""
    return {"type": "summary_text", "text": text}


def call_item(id: str, status: str, call: ToolCall) -> Object:
    """Write a call."""
    return {
        "id": id,
        "type": "function_call",
        "status": status,
        "call_id": call.id,
        "name": call.name,
        "arguments": call.arguments,
    }
