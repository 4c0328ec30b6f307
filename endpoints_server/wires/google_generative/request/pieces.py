"""What the model said, put together: clients of streams send every piece back as a turn."""

from collections.abc import Iterable

from msgspec.structs import replace

from endpoints_server.domain.talk.prompt import Message, Part, Role, Thinking


def joined(messages: Iterable[Message]) -> list[Message]:
    """Join turns of the model's that follow each other, and in them what one seal is for.

    Other wires prove a piece of reasoning as a whole, so that its words must stand together again.
    """
    found: list[Message] = []
    for message in messages:
        last = found[-1] if found else None
        is_more = last is not None and message.role is last.role is Role.ASSISTANT
        if is_more and last is not None:
            found[-1] = replace(last, parts=last.parts + message.parts)
        else:
            found.append(message)
    return [
        replace(message, parts=tuple(whole_thoughts(message.parts)))
        if message.role is Role.ASSISTANT
        else message
        for message in found
    ]


def whole_thoughts(parts: Iterable[Part]) -> list[Part]:
    """Join pieces of reasoning up to the one with the seal; what is sealed alone stays alone."""
    found: list[Part] = []
    for part in parts:
        last = found[-1] if found else None
        if isinstance(part, Thinking) and isinstance(last, Thinking) and may_join(last, part):
            found[-1] = Thinking(text=last.text + part.text, seal=part.seal)
        else:
            found.append(part)
    return found


def may_join(last: Thinking, part: Thinking) -> bool:
    """Say whether a piece goes on with reasoning that has no seal yet."""
    return last.seal is None and not (part.seal and part.seal.is_redacted)
