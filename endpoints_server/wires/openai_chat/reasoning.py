"""Reasoning: the fields it stands in, and its seals as entries of `reasoning_details`."""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from endpoints_server.domain.talk.prompt import Seal, Thinking
from endpoints_server.wires.openai_chat.ending import NAME
from endpoints_server.wires.openai_chat.reply_schema import Delta, Detail

WIRES_BY_FORMAT = {
    "anthropic-claude-v1": "anthropic_messages",
    "google-gemini-v1": "google_generative",
    "openai-responses-v1": "openai_responses",
}
FORMATS_BY_WIRE = {wire: format for format, wire in WIRES_BY_FORMAT.items()}

KEYS = ("reasoning_content", "reasoning", "reasoning_text")
"""The fields that vendors put plain reasoning in; the first is what most clients read."""


def is_elsewhere(delta: Delta, key: str) -> bool:
    """Say whether a message's reasoning stands in another field than the chosen one, if any is."""
    return bool(key) and not getattr(delta, key) and any(getattr(delta, name) for name in KEYS)


def move(message: dict[str, Any], key: str) -> None:
    """Put a message's reasoning into the chosen field, in place."""
    held = next(name for name in KEYS if message.get(name))
    message[key] = message.pop(held)


def seal_of(detail: Detail) -> Seal | None:
    """Give the seal an entry holds, issued by the wire its format names, or by this one."""
    wire = WIRES_BY_FORMAT.get(detail.format or "", NAME)
    if detail.data:
        return Seal(wire, detail.data, is_redacted=True)
    return Seal(wire, detail.signature) if detail.signature else None


def words_of(detail: Detail) -> str:
    """Give the readable part of an entry."""
    return detail.text or detail.summary or ""


def read_details(details: Iterable[Detail], text: str) -> list[Thinking]:
    """Build reasoning from entries; `text` is the plain copy sent beside them, often the same."""
    found: list[Thinking] = []
    for detail in details:
        lay(found, words_of(detail), seal_of(detail))
    if text and not any(thinking.text for thinking in found):
        place = next((i for i, one in enumerate(found) if not is_redacted(one)), None)
        if place is None:
            return [Thinking(text=text), *found]
        found[place] = replace(found[place], text=text)
    return found


def lay(found: list[Thinking], text: str, seal: Seal | None) -> None:
    """Add an entry to the reasoning before it, unless either of them is sealed in itself."""
    if not text and seal is None:
        return
    if not found or found[-1].seal is not None or (seal is not None and seal.is_redacted):
        found.append(Thinking(text=text, seal=seal))
        return
    found[-1] = Thinking(text=found[-1].text + text, seal=seal)


def is_redacted(thinking: Thinking) -> bool:
    """Say whether reasoning came in sealed form only."""
    return thinking.seal is not None and thinking.seal.is_redacted


def write_detail(thinking: Thinking, seal: Seal, index: int) -> dict[str, object]:
    """Write sealed reasoning as an entry that a client can send back as it is."""
    entry: dict[str, object] = {"type": "reasoning.text", "text": thinking.text}
    if seal.is_redacted:
        entry = {"type": "reasoning.encrypted", "data": seal.value}
    else:
        entry["signature"] = seal.value
    if format := FORMATS_BY_WIRE.get(seal.wire):
        entry["format"] = format
    entry["index"] = index
    return entry


def write_details(thinking: Iterable[Thinking]) -> list[dict[str, object]]:
    """Write the sealed ones among several pieces of reasoning."""
    sealed = [(part, part.seal) for part in thinking if part.seal is not None]
    return [write_detail(part, seal, index) for index, (part, seal) in enumerate(sealed)]
