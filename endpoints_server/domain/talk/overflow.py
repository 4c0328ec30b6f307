"""Whether an upstream's words mean that a conversation no longer fits the model's window."""

import re

CODE = "context_length_exceeded"
"""What OpenAI calls it, and what its clients look for."""

OPENING = "prompt is too long"
"""How Anthropic's words for it begin, which its clients look for."""

OVERFLOW = re.compile(
    r"prompt is too long|prompt too long|prompt exceeds max length|request_too_large"
    r"|context[_ ]?(?:window|length)[_ ]?exceeded|exceeds? (?:the|this) (?:model's )?context window"
    r"|context window exceed|maximum context length|max context length|context length of"
    r"|(?:greater|larger|longer) than the context|exceeds the available context size"
    r"|input token count.{0,40}exceeds the maximum|maximum prompt length"
    r"|reduce the length of the (?:messages|prompt|input)|maximum allowed input length"
    r"|input is too long for|token count.{0,40}exceeds the limit|exceeded model token limit"
    r"|range of input length|too many tokens|token limit exceeded",
    re.IGNORECASE,
)
HASTE = re.compile(r"throttl|rate.?limit|too many requests|per (?:minute|day)|quota", re.IGNORECASE)
"""Words of limits that hold for a time, in which tokens are spoken of too."""


def is_overflow(words: str) -> bool:
    """Say whether an error's words mean that the conversation is too long for the model."""
    return OVERFLOW.search(words) is not None and HASTE.search(words) is None
