"""Every wire this server speaks, by name."""

from collections.abc import Mapping
from types import MappingProxyType

from endpoints_server.domain.wire import Wire
from endpoints_server.wires.anthropic_messages import ANTHROPIC_MESSAGES
from endpoints_server.wires.google_generative import GOOGLE_GENERATIVE
from endpoints_server.wires.openai_chat import OPENAI_CHAT
from endpoints_server.wires.openai_responses import OPENAI_RESPONSES

WIRES: Mapping[str, Wire] = MappingProxyType(
    {
        wire.name: wire
        for wire in (OPENAI_CHAT, OPENAI_RESPONSES, ANTHROPIC_MESSAGES, GOOGLE_GENERATIVE)
    }
)
