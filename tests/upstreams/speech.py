"""What a well-behaved upstream says on each wire, piece by piece, for others to get wrong."""

import json
from collections.abc import Mapping, Sequence

TEXT = ("Bad ", "news ", "travels ", "fast.")
USAGE = {"prompt_tokens": 7, "completion_tokens": 4, "total_tokens": 11}
NO_USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
Json = dict[str, object]
Usage = Mapping[str, object]


def event(payload: Json, name: str = "") -> bytes:
    """Write one server-sent event."""
    opening = f"event: {name}\n" if name else ""
    return f"{opening}data: {json.dumps(payload, ensure_ascii=False)}\n\n".encode()


DONE = b"data: [DONE]\n\n"


class OpenAIChat:
    """The OpenAI Chat Completions wire."""

    def __init__(self, model: str) -> None:
        self.model = model

    def whole(self, message: Json | None = None, usage: Json | None = None) -> bytes:
        """Give a whole answer."""
        said: Json = {"role": "assistant", "content": "".join(TEXT)} | (message or {})
        choice: Json = {"index": 0, "message": said, "finish_reason": "stop"}
        answer = self.frame("chat.completion") | {"choices": [choice]}
        return json.dumps(answer | {"usage": USAGE} | (usage or {})).encode()

    def delta(self, delta: Json, finish: str | None = None, usage: Usage | None = None) -> bytes:
        """Give one chunk."""
        choice: Json = {"index": 0, "delta": delta, "finish_reason": finish}
        frame = self.frame("chat.completion.chunk") | {"choices": [choice]}
        return event(frame | ({"usage": usage} if usage is not None else {}))

    def usage(self, usage: Usage) -> bytes:
        """Give the chunk of usage and no choices."""
        return event(self.frame("chat.completion.chunk") | {"choices": [], "usage": usage})

    def opening(self) -> list[bytes]:
        """Give what comes before the text."""
        return [self.delta({"role": "assistant", "content": ""})]

    def texts(self, texts: Sequence[str] = TEXT) -> list[bytes]:
        """Give the text, one event a piece."""
        return [self.delta({"content": text}) for text in texts]

    def closing(self, usage: Usage | None = USAGE) -> list[bytes]:
        """Give the stop reason and usage."""
        stop = self.delta({}, finish="stop")
        return [stop] if usage is None else [stop, self.usage(usage)]

    def end(self) -> list[bytes]:
        """Give the end marker."""
        return [DONE]

    def error(self, kind: str, message: str) -> Json:
        """Give an error body."""
        return {"error": {"message": message, "type": kind, "code": kind, "param": None}}

    def error_event(self, kind: str, message: str) -> bytes:
        """Give an error as an event."""
        return event(self.error(kind, message))

    def tools(self, order: Sequence[int]) -> list[bytes]:
        """Give the openings and arguments of calls, the indices in a given order."""
        opened = [
            self.tool(index, {"name": "weather", "arguments": ""}, id=f"call_{place}")
            for place, index in enumerate(order)
        ]
        return opened + [self.tool(index, {"arguments": '{"city":"Oslo"}'}) for index in order]

    def tool(self, index: int, function: Json, **more: object) -> bytes:
        """Give one piece of a tool call."""
        call: Json = {"index": index, "type": "function", "function": function} | more
        return self.delta({"tool_calls": [call]})

    def frame(self, kind: str) -> Json:
        """Give what every piece carries."""
        return {"id": "chatcmpl-1", "object": kind, "created": 1700000000, "model": self.model}


class OpenAIResponses:
    """The OpenAI Responses wire; what its last events hold is what was told before."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.told: list[str] = []
        self.used: Usage | None = USAGE

    def whole(self, message: Json | None = None, usage: Json | None = None) -> bytes:
        """Give a whole answer."""
        self.used = (usage or {"usage": USAGE})["usage"]  # type: ignore[assignment]
        item = self.item("".join(TEXT)) | (message or {})
        return json.dumps(self.response("completed", [item])).encode()

    def opening(self) -> list[bytes]:
        """Give what comes before the text."""
        item = self.item() | {"content": []}
        return [
            self.event("response.created", response=self.response("in_progress", [])),
            self.event("response.output_item.added", output_index=0, item=item),
            self.content("response.content_part.added", part=self.part()),
        ]

    def texts(self, texts: Sequence[str] = TEXT) -> list[bytes]:
        """Give the text, one event a piece."""
        self.told += texts
        return [self.content("response.output_text.delta", delta=text) for text in texts]

    def closing(self, usage: Usage | None = USAGE) -> list[bytes]:
        """Give the end of the text, and usage so far."""
        self.used = usage
        text = "".join(self.told)
        ended = [
            self.content("response.output_text.done", text=text),
            self.content("response.content_part.done", part=self.part(text)),
            self.event("response.output_item.done", output_index=0, item=self.item(text)),
        ]
        state = self.response("in_progress", [])
        return [*ended, self.event("response.in_progress", response=state)]

    def end(self) -> list[bytes]:
        """Give the end marker."""
        items = [self.item("".join(self.told))]
        return [self.event("response.completed", response=self.response("completed", items))]

    def error(self, kind: str, message: str) -> Json:
        """Give an error body."""
        return {"error": {"message": message, "type": kind, "code": kind, "param": None}}

    def error_event(self, kind: str, message: str) -> bytes:
        """Give an error as an event."""
        return self.event("error", **self.error(kind, message))

    def tools(self, order: Sequence[int]) -> list[bytes]:
        """Give the items of calls, the indices in a given order."""
        opened = [
            self.event(
                "response.output_item.added",
                output_index=index + 1,
                item=self.call(f"call_{place}"),
            )
            for place, index in enumerate(order)
        ]
        kind = "response.function_call_arguments.delta"
        arguments = '{"city":"Oslo"}'
        return opened + [
            self.event(kind, output_index=index + 1, item_id="fc_1", delta=arguments)
            for index in order
        ]

    def call(self, call_id: str) -> Json:
        """Give a call as it begins."""
        item: Json = {"id": f"fc_{call_id}", "type": "function_call", "status": "in_progress"}
        return item | {"call_id": call_id, "name": "weather", "arguments": ""}

    def item(self, text: str = "") -> Json:
        """Give the message."""
        item: Json = {"id": "msg_1", "type": "message", "status": "completed"}
        return item | {"role": "assistant", "content": [self.part(text)]}

    def part(self, text: str = "") -> Json:
        """Give the text of the message."""
        return {"type": "output_text", "text": text, "annotations": []}

    def content(self, kind: str, **fields: object) -> bytes:
        """Give one event of the text."""
        place: Json = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
        return self.event(kind, **place, **fields)

    def event(self, kind: str, **fields: object) -> bytes:
        """Give one event."""
        return event({"type": kind, "sequence_number": 1, **fields}, kind)

    def response(self, status: str, output: list[Json]) -> Json:
        """Give the response as it stands."""
        used = self.used
        usage: Usage | None = used and {
            "input_tokens": used["prompt_tokens"],
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": used["completion_tokens"],
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": used["total_tokens"],
        }
        response: Json = {"id": "resp_1", "object": "response", "created_at": 1700000000}
        more: Json = {"error": None, "incomplete_details": None, "parallel_tool_calls": True}
        told: Json = {"status": status, "model": self.model, "output": output, "usage": usage}
        return response | told | more


class AnthropicMessages:
    """The Anthropic Messages wire."""

    def __init__(self, model: str) -> None:
        self.model = model

    def whole(self, message: Json | None = None, usage: Json | None = None) -> bytes:
        """Give a whole answer."""
        content = [{"type": "text", "text": "".join(TEXT)}]
        answer = self.message() | {"content": content, "stop_reason": "end_turn"}
        answer["usage"] = {"input_tokens": 7, "output_tokens": 4}
        return json.dumps(answer | (message or {}) | (usage or {})).encode()

    def opening(self) -> list[bytes]:
        """Give what comes before the text."""
        block: Json = {"type": "text", "text": ""}
        started: Json = {"type": "content_block_start", "index": 0, "content_block": block}
        return [
            event({"type": "message_start", "message": self.message()}, "message_start"),
            event(started, "content_block_start"),
        ]

    def texts(self, texts: Sequence[str] = TEXT) -> list[bytes]:
        """Give the text, one event a piece."""
        return [self.delta(0, {"type": "text_delta", "text": text}) for text in texts]

    def closing(self, usage: Usage | None = USAGE) -> list[bytes]:
        """Give the stop reason and usage."""
        ending: Json = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}
        if usage is not None:
            ending["usage"] = {"output_tokens": usage["completion_tokens"]}
        stopped: Json = {"type": "content_block_stop", "index": 0}
        return [event(stopped, "content_block_stop"), event(ending, "message_delta")]

    def end(self) -> list[bytes]:
        """Give the end marker."""
        return [event({"type": "message_stop"}, "message_stop")]

    def error(self, kind: str, message: str) -> Json:
        """Give an error body."""
        return {"type": "error", "error": {"type": kind, "message": message}}

    def error_event(self, kind: str, message: str) -> bytes:
        """Give an error as an event."""
        return event(self.error(kind, message), "error")

    def tools(self, order: Sequence[int]) -> list[bytes]:
        """Give the blocks of calls, the indices in a given order."""
        opened = [self.tool(index + 1, f"toolu_{place}") for place, index in enumerate(order)]
        arguments: Json = {"type": "input_json_delta", "partial_json": '{"city":"Oslo"}'}
        return opened + [self.delta(index + 1, arguments) for index in order]

    def tool(self, index: int, call_id: str) -> bytes:
        """Open one tool block."""
        block: Json = {"type": "tool_use", "id": call_id, "name": "weather", "input": {}}
        started: Json = {"type": "content_block_start", "index": index, "content_block": block}
        return event(started, "content_block_start")

    def delta(self, index: int, delta: Json) -> bytes:
        """Give one delta of a block."""
        payload: Json = {"type": "content_block_delta", "index": index, "delta": delta}
        return event(payload, "content_block_delta")

    def message(self) -> Json:
        """Give the message as it opens."""
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 7, "output_tokens": 1},
        }


GOOGLE_CODES = {"authentication_error": 401, "rate_limit_error": 429, "overloaded_error": 503}


class GoogleGenerative:
    """Google's wire, which has no end marker."""

    def __init__(self, model: str) -> None:
        self.model = model

    def whole(self, message: Json | None = None, usage: Json | None = None) -> bytes:
        """Give a whole answer."""
        content = {"parts": [{"text": "".join(TEXT)}], "role": "model"}
        candidate = {"content": content, "finishReason": "STOP", "index": 0} | (message or {})
        counted = usage["usage"] if usage else USAGE
        assert counted is None or isinstance(counted, dict)
        answer: Json = {
            "candidates": [candidate],
            **self.counts(counted),
            "modelVersion": self.model,
        }
        return json.dumps(answer).encode()

    def opening(self) -> list[bytes]:
        """Give what comes before the text."""
        return [self.said([{"text": ""}])]

    def texts(self, texts: Sequence[str] = TEXT) -> list[bytes]:
        """Give the text, one event a piece."""
        return [self.said([{"text": text}]) for text in texts]

    def closing(self, usage: Usage | None = USAGE) -> list[bytes]:
        """Give the finish reason with usage, and usage once more."""
        counts = self.counts(usage)
        stop = self.said([], {"finishReason": "STOP"}, counts)
        return [stop, event(counts)] if counts else [stop]

    def end(self) -> list[bytes]:
        """Give the end marker, which there is none of."""
        return []

    def error(self, kind: str, message: str) -> Json:
        """Give an error body."""
        return {"error": {"code": GOOGLE_CODES.get(kind, 500), "message": message, "status": kind}}

    def error_event(self, kind: str, message: str) -> bytes:
        """Give an error as an event."""
        return event(self.error(kind, message))

    def tools(self, order: Sequence[int]) -> list[bytes]:
        """Give the calls, which are whole and have no indices."""
        call: Json = {"functionCall": {"name": "weather", "args": {"city": "Oslo"}}}
        return [self.said([call]) for _ in order]

    def said(
        self, parts: list[Json], beside: Json | None = None, around: Json | None = None
    ) -> bytes:
        """Give one event."""
        candidate = {"content": {"parts": parts, "role": "model"}, "index": 0} | (beside or {})
        return event({"candidates": [candidate], "modelVersion": self.model, **(around or {})})

    def counts(self, usage: Usage | None) -> Json:
        """Give usage in this wire's words."""
        if usage is None:
            return {}
        words = {"prompt": "promptTokenCount", "completion": "candidatesTokenCount"}
        counted = {name: usage[f"{side}_tokens"] for side, name in words.items()}
        return {"usageMetadata": counted | {"totalTokenCount": usage["total_tokens"]}}


Speech = OpenAIChat | OpenAIResponses | AnthropicMessages | GoogleGenerative
SPEECHES: Mapping[str, type[Speech]] = {
    "chat/completions": OpenAIChat,
    "responses": OpenAIResponses,
    "messages": AnthropicMessages,
}
"""By how the path ends."""


def speech_for(path: str, model: str) -> Speech:
    """Choose the wire that a path is of, which may name the model; Chat Completions for none."""
    bare, _, verb = path.split("?")[0].partition(":")
    if verb:
        return GoogleGenerative(bare.rpartition("/")[2])
    found = next((speech for end, speech in SPEECHES.items() if bare.endswith(end)), OpenAIChat)
    return found(model)
