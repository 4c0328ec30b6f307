"""What is noticed about an answer that goes by: who answers, the words, and why it stopped."""

from msgspec import Raw

from endpoints_server.domain.wire import Seen
from endpoints_server.wires.google_generative.decode import is_there
from endpoints_server.wires.google_generative.ending import read_block, read_stop, read_usage
from endpoints_server.wires.google_generative.schema import Chunk


def note(seen: Seen, chunk: Chunk, *, has_calls: bool = False) -> bool:
    """Note what one element says; tells whether a function was called by now."""
    if chunk.model_version and not seen.model:
        seen.model = chunk.model_version
    for candidate in chunk.candidates or ():
        for piece in (candidate.content and candidate.content.parts) or ():
            if piece.text:
                seen.texts.append(piece.text)
            elif piece.function_call is not None:
                has_calls = has_calls or not candidate.index
                call = piece.function_call
                seen.texts += [call.name or "", bytes(call.args).decode(errors="replace")]
        if candidate.finish_reason and not candidate.index:
            seen.stop = read_stop(candidate.finish_reason, has_calls=has_calls)
    if chunk.prompt_feedback and seen.stop is None:
        seen.stop = read_block(chunk.prompt_feedback)
    return has_calls


def note_usage(seen: Seen, counts: Raw) -> None:
    """Note the counts told last."""
    if is_there(counts):
        seen.usage = read_usage(counts) or seen.usage
