"""Which API an answer is of, told by its shape alone."""

from collections.abc import Mapping
from typing import Any

RESPONSES = "openai_responses"
CHAT = "openai_chat"
MESSAGES = "anthropic_messages"
GENERATIVE = "google_generative"
OLLAMA = "ollama"
SPOKEN = {
    CHAT: "OpenAI's Chat Completions",
    RESPONSES: "OpenAI's Responses",
    MESSAGES: "Anthropic's Messages",
    GENERATIVE: "Google's generateContent",
    OLLAMA: "Ollama's own API",
}
PROVIDERS = {
    CHAT: "openai",
    RESPONSES: "openai-responses",
    MESSAGES: "anthropic",
    GENERATIVE: "google",
}
"""What `provider` is called for each wire."""
MESSAGE_EVENTS = frozenset({"message", "message_start", "content_block_start", "message_delta"})


def wire_of(body: Mapping[str, Any]) -> str:
    """Name the wire of an answer's first object; empty where none can be told."""
    kind = str(body.get("type", ""))
    told = {
        CHAT: "choices" in body or str(body.get("object", "")).startswith("chat.completion"),
        RESPONSES: kind.startswith("response.") or body.get("object") == "response",
        MESSAGES: kind in MESSAGE_EVENTS,
        GENERATIVE: "candidates" in body,
        OLLAMA: "done" in body and ("message" in body or "response" in body),
    }
    return next((wire for wire, is_it in told.items() if is_it), "")


def is_messages_error(body: Mapping[str, Any]) -> bool:
    """Say whether an error is shaped as those of Messages alone are."""
    return body.get("type") == "error" and isinstance(body.get("error"), dict)
