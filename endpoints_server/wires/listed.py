"""Every wire this server speaks, by name."""

from collections.abc import Mapping
from types import MappingProxyType

from endpoints_server.domain.wire import Wire
from endpoints_server.wires.anthropic_messages import ANTHROPIC_MESSAGES
from endpoints_server.wires.google_generative import GOOGLE_GENERATIVE
from endpoints_server.wires.openai_chat import OPENAI_CHAT

WIRES: Mapping[str, Wire] = MappingProxyType(
    {wire.name: wire for wire in (OPENAI_CHAT, ANTHROPIC_MESSAGES, GOOGLE_GENERATIVE)}
)
