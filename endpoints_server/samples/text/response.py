"""Tell an answer of an API from an example of how to call it."""

import re

ANSWERS = re.compile(
    r"\"object\"\s*:\s*\"(?:chat\.completion(?:\.chunk)?|response|list|text_completion)\""
    r"|\"choices\"\s*:\s*\[|\"candidates\"\s*:\s*\[|\"stop_reason\"\s*:|\"finish_reason\"\s*:"
    r"|\"type\"\s*:\s*\"(?:message|message_start|error)\"|\"error\"\s*:\s*[{\"]|^data:\s*\{"
    r"|^event:\s*\w+|^HTTP/[\d.]+ \d{3}",
    re.MULTILINE,
)


def is_response(text: str) -> bool:
    """Say whether a text looks like what an API answers."""
    return bool(ANSWERS.search(text))
