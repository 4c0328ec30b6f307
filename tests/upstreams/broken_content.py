"""What can be wrong with what an answer says: usage, errors, bytes and shapes."""

import json
import time
from email.utils import formatdate

from tests.upstreams.request import Request, behaviour
from tests.upstreams.speech import NO_USAGE, USAGE, Json, OpenAIChat

HUGE_BYTES = 8 * 1024 * 1024
MANY_MODELS = 50_000


@behaviour
async def good(request: Request) -> None:
    if request.exchange.seen.path.split("?")[0].endswith("/models"):
        models(request, ["bad-1", "bad-2"])
    else:
        request.answer()


# 9-12: usage


@behaviour
async def usage_missing(request: Request) -> None:
    speech = request.speech
    events = [*speech.opening(), *speech.texts(), *speech.closing(None), *speech.end()]
    request.answer(events, speech.whole(usage={"usage": None}))


@behaviour
async def usage_zero(request: Request) -> None:
    speech = request.speech
    events = [*speech.opening(), *speech.texts(), *speech.closing(dict(NO_USAGE)), *speech.end()]
    request.answer(events, speech.whole(usage={"usage": NO_USAGE}))


@behaviour
async def usage_every_chunk(request: Request) -> None:
    """Counts up in every chunk; on the Messages wire, in several message_delta."""
    speech = request.speech
    texts: list[bytes] = []
    for count, text in enumerate(("Bad ", "news ", "travels ", "fast."), start=1):
        usage: Json = {"prompt_tokens": 7, "completion_tokens": count, "total_tokens": 7 + count}
        if isinstance(speech, OpenAIChat):
            texts.append(speech.delta({"content": text}, usage=usage))
        else:
            texts += [*speech.texts([text]), speech.closing(usage)[-1]]
    request.answer([*speech.opening(), *texts, *speech.closing(), *speech.end()])


@behaviour
async def usage_trailer(request: Request) -> None:
    """Gives usage after the end of the text, in a chunk without choices."""
    speech = request.speech
    closing = [*speech.closing(None), *speech.closing(dict(USAGE))[1:]]
    request.answer([*speech.opening(), *speech.texts(), *closing, *speech.end()])


# 13-17: errors


@behaviour
async def error_in_stream(request: Request) -> None:
    error = request.speech.error_event("overloaded_error", "Said the provider: overloaded")
    whole = json.dumps(request.speech.error("overloaded_error", "Said the provider")).encode()
    request.answer([*request.speech.opening(), request.speech.texts()[0], error], whole)


@behaviour
async def html_ok(request: Request) -> None:
    page = b"<!doctype html><html><body><h1>Bad gateway</h1></body></html>"
    request.exchange.whole("200 OK", "text/html", page)


@behaviour
async def limited_seconds(request: Request) -> None:
    request.fail("429 Too Many Requests", "rate_limit_error", "retry-after: 7")


@behaviour
async def limited_date(request: Request) -> None:
    until = formatdate(time.time() + 30, usegmt=True)
    request.fail("429 Too Many Requests", "rate_limit_error", f"retry-after: {until}")


@behaviour
async def limited_ms(request: Request) -> None:
    request.fail("429 Too Many Requests", "rate_limit_error", "retry-after-ms: 1500")


@behaviour
async def overloaded(request: Request) -> None:
    request.fail("529 Overloaded", "overloaded_error")


@behaviour
async def failing_json(request: Request) -> None:
    request.fail("500 Internal Server Error", "api_error")


@behaviour
async def failing_text(request: Request) -> None:
    request.exchange.whole("503 Service Unavailable", "text/plain", b"upstream connect error")


@behaviour
async def failing_empty(request: Request) -> None:
    request.exchange.whole("502 Bad Gateway", "text/plain", b"")


@behaviour
async def denied(request: Request) -> None:
    request.fail("401 Unauthorized", "authentication_error")


# 18-19: bytes


@behaviour
async def invalid_utf8(request: Request) -> None:
    broken = b"".join(request.speech.texts(["bad news"])).replace(b"bad", b"b\xff\xfe")
    request.answer(
        [*request.speech.opening(), broken, *request.speech.closing(), *request.speech.end()],
        request.speech.whole().replace(b"Bad", b"B\xff\xfe"),
    )


@behaviour
async def split_utf8(request: Request) -> None:
    """Sends text of many bytes a character, one byte at a time."""
    speech = request.speech
    texts = speech.texts(["grüße ", "日本 ", "🎈"])
    stream = b"".join([*speech.opening(), *texts, *speech.closing(), *speech.end()])
    request.answer([bytes((byte,)) for byte in stream])


@behaviour
async def crlf(request: Request) -> None:
    request.answer([event.replace(b"\n", b"\r\n") for event in request.good()])


@behaviour
async def comments(request: Request) -> None:
    request.answer([piece for event in request.good() for piece in (b": keep-alive\n\n", event)])


@behaviour
async def event_lines(request: Request) -> None:
    """Adds fields that mean nothing here, and leaves out the space after the colon."""
    ornate = [b"id: 7\nretry: 10\n" + each.replace(b"data: ", b"data:") for each in request.good()]
    request.answer(ornate)


@behaviour
async def huge_event(request: Request) -> None:
    speech = request.speech
    texts = speech.texts(["x" * HUGE_BYTES])
    events = [*speech.opening(), *texts, *speech.closing(), *speech.end()]
    request.answer(events, speech.whole().replace(b"Bad", b"x" * HUGE_BYTES))


# 20-23: shapes


@behaviour
async def tool_duplicate_index(request: Request) -> None:
    speech = request.speech
    request.answer([*speech.opening(), *speech.tools([0, 0]), *speech.closing(), *speech.end()])


@behaviour
async def tool_reordered(request: Request) -> None:
    speech = request.speech
    request.answer([*speech.opening(), *speech.tools([1, 0]), *speech.closing(), *speech.end()])


@behaviour
async def null_content(request: Request) -> None:
    nothing = [event.replace(b'"fast."', b"null") for event in request.good()]
    request.answer(nothing, request.speech.whole({"content": None}))


@behaviour
async def role_missing(request: Request) -> None:
    bare = [event.replace(b'"role": "assistant", ', b"") for event in request.good()]
    request.answer(bare, request.speech.whole().replace(b'"role": "assistant", ', b""))


@behaviour
async def wrong_content_type(request: Request) -> None:
    if not request.is_stream:
        request.exchange.whole("200 OK", "text/event-stream", request.speech.whole())
        return
    request.exchange.begin("application/json")
    for event in request.good():
        request.exchange.chunk(event)
    request.exchange.end()


@behaviour
async def many_models(request: Request) -> None:
    models(request, [f"model-{number}" for number in range(MANY_MODELS)])


@behaviour
async def other_model(request: Request) -> None:
    request.speech.model = "another-model-2031"
    request.answer()


def models(request: Request, names: list[str]) -> None:
    """Answer with a model list."""
    listed = [{"id": name, "object": "model", "created": 1, "owned_by": "bad"} for name in names]
    body = json.dumps({"object": "list", "data": listed}).encode()
    request.exchange.whole("200 OK", "application/json", body)
