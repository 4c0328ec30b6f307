"""Names of the APIs an endpoint can speak: LibreChat's, pi's, and those of our wires."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Api = Literal[
    "openai",
    "openai-completions",
    "openai_chat",
    "openai-responses",
    "openai_responses",
    "anthropic",
    "anthropic-messages",
    "anthropic_messages",
    "google",
    "google-generative-ai",
    "google_generative",
]

WIRES: Mapping[str, str] = MappingProxyType(
    {
        "openai": "openai_chat",
        "openai-completions": "openai_chat",
        "openai_chat": "openai_chat",
        "openai-responses": "openai_responses",
        "openai_responses": "openai_responses",
        "anthropic": "anthropic_messages",
        "anthropic-messages": "anthropic_messages",
        "anthropic_messages": "anthropic_messages",
        "google": "google_generative",
        "google-generative-ai": "google_generative",
        "google_generative": "google_generative",
    }
)
"""What each name means as a wire."""

USUAL_WIRE = "openai_chat"
"""What is spoken where nothing is said."""

SWITCH, SWITCHED_WIRE = "useResponsesApi", "openai_responses"
"""What an admin may switch on where no provider is named, and the wire that is spoken then."""
