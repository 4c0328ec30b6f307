"""What is noticed about an answer that goes by: the pieces that count when no usage comes."""

from endpoints_server.wires.openai_chat.reply_schema import Delta


def note_delta(texts: list[str], delta: Delta) -> None:
    """Gather everything that a message, or a piece of one, says."""
    thought = delta.reasoning_content or delta.reasoning or delta.reasoning_text
    for text in (delta.content, delta.refusal, thought):
        if text:
            texts.append(text if isinstance(text, str) else str(text))  # noqa: PERF401
    for piece in delta.tool_calls or ():
        if piece.function is not None:
            texts += [piece.function.name or "", str(piece.function.arguments or "")]
    if delta.function_call is not None:
        texts += [delta.function_call.name or "", str(delta.function_call.arguments or "")]
