"""Requests and answers carried from one wire to another, with what is lost named."""

import json
from typing import Any

from inline_snapshot import snapshot

from endpoints_server.domain.dialect import Dialect
from endpoints_server.domain.talk.reply import Reply, fold
from endpoints_server.domain.wire import Style, Wire
from endpoints_server.wires.anthropic_messages import ANTHROPIC_MESSAGES as MESSAGES
from endpoints_server.wires.openai_chat import OPENAI_CHAT as CHAT

EVENT_BYTES = 1 << 20
STYLE = Style(id="own_id", model="own", created_at=1, request_id="req_own", has_usage=True)
PIXEL = "iVBORw0KGgo="


def carry(body: dict[str, Any], origin: Wire, target: Wire) -> tuple[Any, list[str]]:
    prompt = origin.read_request(json.dumps(body).encode())
    written = target.write_request(prompt, Dialect())
    return json.loads(written.body), [loss.name for loss in written.losses]


def carry_reply(body: dict[str, Any], origin: Wire, target: Wire) -> Any:
    return json.loads(target.write_reply(origin.read_reply(json.dumps(body).encode()), STYLE))


def carry_stream(data: bytes, origin: Wire, target: Wire) -> bytes:
    reader, writer = origin.reader(EVENT_BYTES), target.writer(STYLE)
    events = [*reader.feed(data), *reader.close()]
    return b"".join(writer.write(event) for event in events)


def read(data: bytes) -> Reply:
    reader = MESSAGES.reader(EVENT_BYTES)
    return fold([*reader.feed(data), *reader.close()])


def payloads(data: bytes) -> list[Any]:
    lines = [line for line in data.split(b"\n") if line.startswith(b"data: ")]
    return [json.loads(line[6:]) for line in lines if line != b"data: [DONE]"]


def stream_of(*chunks: dict[str, Any]) -> bytes:
    return b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks)


def test_a_chat_request_with_tools_and_images_becomes_messages() -> None:
    body = {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is this?"},
                    {
                        "type": "image_url",
                        "image_url": {"url": f"data:image/png;base64,{PIXEL}", "detail": "high"},
                    },
                    {"type": "image_url", "image_url": {"url": "https://x/y.jpg"}},
                ],
            },
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "functions.add:0",
                        "type": "function",
                        "function": {"name": "add", "arguments": '{"a": 1}'},
                    },
                    {
                        "id": "call_2",
                        "type": "function",
                        "function": {"name": "now", "arguments": ""},
                    },
                ],
            },
            {"role": "tool", "tool_call_id": "functions.add:0", "content": "3"},
            {"role": "tool", "tool_call_id": "call_2", "content": "noon"},
            {"role": "developer", "content": "Mind the units."},
            {"role": "user", "content": "Go on."},
        ],
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "add",
                    "description": "Adds.",
                    "parameters": {"type": "object", "properties": {"a": {"type": "number"}}},
                },
            },
            {"type": "function", "function": {"name": "now"}},
        ],
        "tool_choice": "required",
        "parallel_tool_calls": False,
        "max_completion_tokens": 500,
        "stop": "END",
        "user": "u1",
        "stream": True,
    }
    assert carry(body, CHAT, MESSAGES) == snapshot(
        (
            {
                "model": "m",
                "max_tokens": 500,
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "text", "text": "What is this?"},
                            {
                                "type": "image",
                                "source": {
                                    "type": "base64",
                                    "media_type": "image/png",
                                    "data": "iVBORw0KGgo=",
                                },
                            },
                            {"type": "image", "source": {"type": "url", "url": "https://x/y.jpg"}},
                        ],
                    },
                    {
                        "role": "assistant",
                        "content": [
                            {
                                "type": "tool_use",
                                "id": "functions_add_0",
                                "name": "add",
                                "input": {"a": 1},
                            },
                            {"type": "tool_use", "id": "call_2", "name": "now", "input": {}},
                        ],
                    },
                    {
                        "role": "user",
                        "content": [
                            {
                                "type": "tool_result",
                                "tool_use_id": "functions_add_0",
                                "content": "3",
                            },
                            {"type": "tool_result", "tool_use_id": "call_2", "content": "noon"},
                            {"type": "text", "text": "Go on."},
                        ],
                    },
                ],
                "system": [
                    {"type": "text", "text": "Be brief."},
                    {"type": "text", "text": "Mind the units."},
                ],
                "tools": [
                    {
                        "name": "add",
                        "description": "Adds.",
                        "input_schema": {"type": "object", "properties": {"a": {"type": "number"}}},
                    },
                    {"name": "now", "input_schema": {"type": "object", "properties": {}}},
                ],
                "tool_choice": {"type": "any", "disable_parallel_tool_use": True},
                "stop_sequences": ["END"],
                "metadata": {"user_id": "u1"},
                "stream": True,
            },
            ["content.image.detail", "system.position"],
        )
    )


def test_a_chat_request_with_reasoning_and_a_schema_becomes_messages() -> None:
    body = {
        "model": "m",
        "messages": [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello", "reasoning_content": "A greeting."},
            {"role": "user", "content": "Name a city."},
        ],
        "reasoning_effort": "high",
        "temperature": 0.2,
        "seed": 7,
        "n": 2,
        "logit_bias": {"50256": -100},
        "response_format": {
            "type": "json_schema",
            "json_schema": {
                "name": "city",
                "strict": True,
                "schema": {"type": "object", "properties": {"name": {"type": "string"}}},
            },
        },
    }
    assert carry(body, CHAT, MESSAGES) == snapshot(
        (
            {
                "model": "m",
                "max_tokens": 20480,
                "messages": [
                    {"role": "user", "content": "Hi"},
                    {"role": "assistant", "content": "Hello"},
                    {"role": "user", "content": "Name a city."},
                ],
                "thinking": {"type": "enabled", "budget_tokens": 16384},
                "output_config": {
                    "format": {
                        "type": "json_schema",
                        "schema": {"type": "object", "properties": {"name": {"type": "string"}}},
                    }
                },
            },
            ["logit_bias", "reasoning.history", "response_format.name", "temperature", "n", "seed"],
        )
    )


def test_a_messages_request_of_a_coding_client_becomes_chat() -> None:
    mark = {"type": "ephemeral"}
    body = {
        "model": "m",
        "max_tokens": 32000,
        "system": [
            {"type": "text", "text": "You are a coder."},
            {"type": "text", "text": "Be careful.", "cache_control": {**mark, "ttl": "1h"}},
        ],
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "List.", "cache_control": mark}]},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "Use the shell.", "signature": "c2ln"},
                    {"type": "text", "text": "Listing."},
                    {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"c": "ls"}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {
                        "type": "tool_result",
                        "tool_use_id": "toolu_1",
                        "content": "a.py",
                        "is_error": False,
                        "cache_control": mark,
                    },
                    {"type": "text", "text": "Now read it."},
                ],
            },
            {"role": "system", "content": "Stay in the folder."},
        ],
        "tools": [
            {
                "name": "Bash",
                "description": "Runs.",
                "input_schema": {"type": "object", "properties": {"c": {"type": "string"}}},
                "eager_input_streaming": True,
            },
            {"type": "web_search_20250305", "name": "web_search"},
        ],
        "tool_choice": {"type": "any", "disable_parallel_tool_use": True},
        "thinking": {"type": "enabled", "budget_tokens": 16000},
        "context_management": {"edits": [{"type": "clear_thinking_20251015"}]},
        "metadata": {"user_id": "someone"},
        "stream": True,
    }
    assert carry(body, MESSAGES, CHAT) == snapshot(
        (
            {
                "model": "m",
                "messages": [
                    {
                        "role": "system",
                        "content": "You are a coder.\n\nBe careful.",
                    },
                    {"role": "user", "content": "List."},
                    {
                        "role": "assistant",
                        "content": "Listing.",
                        "reasoning_content": "Use the shell.",
                        "tool_calls": [
                            {
                                "id": "toolu_1",
                                "type": "function",
                                "function": {"name": "Bash", "arguments": '{"c": "ls"}'},
                            }
                        ],
                    },
                    {"role": "tool", "tool_call_id": "toolu_1", "content": "a.py"},
                    {"role": "user", "content": "Now read it."},
                    {"role": "system", "content": "Stay in the folder."},
                ],
                "tools": [
                    {
                        "type": "function",
                        "function": {
                            "name": "Bash",
                            "description": "Runs.",
                            "parameters": {
                                "type": "object",
                                "properties": {"c": {"type": "string"}},
                            },
                        },
                    }
                ],
                "tool_choice": "required",
                "parallel_tool_calls": False,
                "reasoning_effort": "high",
                "stream": True,
                "stream_options": {"include_usage": True},
                "max_tokens": 32000,
                "user": "someone",
            },
            [
                "reasoning.signature",
                "tools.eager_input_streaming",
                "context_management",
                "cache_control",
                "reasoning.budget",
                "web_search",
            ],
        )
    )


def test_a_messages_request_with_files_and_a_schema_becomes_chat() -> None:
    image = {"type": "base64", "media_type": "image/png", "data": PIXEL}
    pdf = {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}
    body = {
        "model": "m",
        "max_tokens": 100,
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "image", "source": image},
                    {"type": "document", "source": pdf, "title": "a.pdf"},
                    {"type": "image", "source": {"type": "file", "file_id": "file_1"}},
                    {"type": "text", "text": "Compare."},
                ],
            }
        ],
        "output_config": {
            "effort": "low",
            "format": {"type": "json_schema", "schema": {"type": "object", "properties": {}}},
        },
        "top_k": 5,
        "stop_sequences": ["END"],
    }
    assert carry(body, MESSAGES, CHAT) == snapshot(
        (
            {
                "model": "m",
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {
                                "type": "image_url",
                                "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="},
                            },
                            {
                                "type": "file",
                                "file": {
                                    "filename": "a.pdf",
                                    "file_data": "data:application/pdf;base64,JVBERi0=",
                                },
                            },
                            {"type": "text", "text": "Compare."},
                        ],
                    }
                ],
                "stop": ["END"],
                "reasoning_effort": "low",
                "max_tokens": 100,
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {
                        "name": "answer",
                        "schema": {"type": "object", "properties": {}},
                    },
                },
            },
            ["content.image", "top_k"],
        )
    )


def test_a_whole_chat_answer_becomes_a_message() -> None:
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 5,
        "model": "gpt",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {
                    "role": "assistant",
                    "content": "Adding.",
                    "reasoning_content": "They want a sum.",
                    "tool_calls": [
                        {
                            "id": "call_1",
                            "type": "function",
                            "function": {"name": "add", "arguments": '{"a":1}'},
                        }
                    ],
                },
            }
        ],
        "usage": {
            "prompt_tokens": 30,
            "completion_tokens": 12,
            "total_tokens": 42,
            "prompt_tokens_details": {"cached_tokens": 10},
            "completion_tokens_details": {"reasoning_tokens": 4},
        },
    }
    assert carry_reply(body, CHAT, MESSAGES) == snapshot(
        {
            "id": "chatcmpl-1",
            "type": "message",
            "role": "assistant",
            "model": "gpt",
            "content": [
                {"type": "thinking", "thinking": "They want a sum.", "signature": "~es.unsealed"},
                {"type": "text", "text": "Adding."},
                {"type": "tool_use", "id": "call_1", "name": "add", "input": {"a": 1}},
            ],
            "stop_reason": "tool_use",
            "stop_sequence": None,
            "usage": {
                "input_tokens": 20,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 10,
                "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
                "output_tokens": 12,
                "output_tokens_details": {"thinking_tokens": 4},
            },
        }
    )


def test_a_whole_message_becomes_a_chat_answer() -> None:
    body = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": [
            {"type": "thinking", "thinking": "They want a sum.", "signature": "c2ln"},
            {"type": "text", "text": "Adding."},
            {"type": "tool_use", "id": "toolu_1", "name": "add", "input": {"a": 1}},
        ],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 20,
            "cache_read_input_tokens": 10,
            "cache_creation_input_tokens": 5,
            "output_tokens": 12,
        },
    }
    assert carry_reply(body, MESSAGES, CHAT) == snapshot(
        {
            "id": "msg_1",
            "object": "chat.completion",
            "created": 1,
            "model": "claude",
            "choices": [
                {
                    "index": 0,
                    "message": {
                        "role": "assistant",
                        "content": "Adding.",
                        "refusal": None,
                        "reasoning_content": "They want a sum.",
                        "reasoning_details": [
                            {
                                "type": "reasoning.text",
                                "text": "They want a sum.",
                                "signature": "c2ln",
                                "format": "anthropic-claude-v1",
                                "index": 0,
                            }
                        ],
                        "tool_calls": [
                            {
                                "id": "toolu_1",
                                "type": "function",
                                "function": {"name": "add", "arguments": '{"a": 1}'},
                            }
                        ],
                    },
                    "logprobs": None,
                    "finish_reason": "tool_calls",
                }
            ],
            "usage": {
                "prompt_tokens": 35,
                "completion_tokens": 12,
                "total_tokens": 47,
                "prompt_tokens_details": {"cached_tokens": 10, "cache_write_tokens": 5},
                "completion_tokens_details": {"reasoning_tokens": 0},
            },
        }
    )


def chat_chunk(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 5,
        "model": "gpt",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


def piece(index: int, arguments: str, **first: Any) -> dict[str, Any]:
    function = {"arguments": arguments, **({"name": first.pop("name")} if first else {})}
    return {"index": index, "function": function, **first}


def test_a_chat_stream_with_calls_side_by_side_becomes_a_messages_stream() -> None:
    data = stream_of(
        chat_chunk(role="assistant", content=""),
        chat_chunk(reasoning_content="Two sums."),
        chat_chunk(content="Adding."),
        chat_chunk(tool_calls=[piece(0, "", id="call_1", type="function", name="add")]),
        chat_chunk(tool_calls=[piece(0, '{"a":')]),
        chat_chunk(tool_calls=[piece(1, "{}", id="call_2", type="function", name="now")]),
        chat_chunk(tool_calls=[piece(0, "1}")]),
        chat_chunk("tool_calls"),
        {
            **chat_chunk(),
            "choices": [],
            "usage": {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13},
        },
    )
    written = carry_stream(data + b"data: [DONE]\n\n", CHAT, MESSAGES)
    assert payloads(written) == snapshot(
        [
            {
                "type": "message_start",
                "message": {
                    "id": "chatcmpl-1",
                    "type": "message",
                    "role": "assistant",
                    "model": "gpt",
                    "content": [],
                    "stop_reason": None,
                    "stop_sequence": None,
                    "usage": {"input_tokens": 0, "output_tokens": 0},
                },
            },
            {
                "type": "content_block_start",
                "index": 0,
                "content_block": {"type": "thinking", "thinking": "", "signature": ""},
            },
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "thinking_delta", "thinking": "Two sums."},
            },
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "signature_delta", "signature": "~es.unsealed"},
            },
            {"type": "content_block_stop", "index": 0},
            {
                "type": "content_block_start",
                "index": 1,
                "content_block": {"type": "text", "text": ""},
            },
            {
                "type": "content_block_delta",
                "index": 1,
                "delta": {"type": "text_delta", "text": "Adding."},
            },
            {"type": "content_block_stop", "index": 1},
            {
                "type": "content_block_start",
                "index": 2,
                "content_block": {"type": "tool_use", "id": "call_1", "name": "add", "input": {}},
            },
            {
                "type": "content_block_delta",
                "index": 2,
                "delta": {"type": "input_json_delta", "partial_json": '{"a":'},
            },
            {
                "type": "content_block_delta",
                "index": 2,
                "delta": {"type": "input_json_delta", "partial_json": "1}"},
            },
            {"type": "content_block_stop", "index": 2},
            {
                "type": "content_block_start",
                "index": 3,
                "content_block": {"type": "tool_use", "id": "call_2", "name": "now", "input": {}},
            },
            {
                "type": "content_block_delta",
                "index": 3,
                "delta": {"type": "input_json_delta", "partial_json": "{}"},
            },
            {"type": "content_block_stop", "index": 3},
            {
                "type": "message_delta",
                "delta": {"stop_reason": "tool_use", "stop_sequence": None},
                "usage": {
                    "input_tokens": 9,
                    "cache_creation_input_tokens": 0,
                    "cache_read_input_tokens": 0,
                    "cache_creation": {
                        "ephemeral_5m_input_tokens": 0,
                        "ephemeral_1h_input_tokens": 0,
                    },
                    "output_tokens": 4,
                },
            },
            {"type": "message_stop"},
        ]
    )


MESSAGE_STREAM = stream_of(
    {
        "type": "message_start",
        "message": {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude",
            "content": [],
            "usage": {"input_tokens": 9, "output_tokens": 1},
        },
    },
    {
        "type": "content_block_start",
        "index": 0,
        "content_block": {"type": "thinking", "thinking": "", "signature": ""},
    },
    {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "thinking_delta", "thinking": "A sum."},
    },
    {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "signature_delta", "signature": "c2ln"},
    },
    {"type": "content_block_stop", "index": 0},
    {
        "type": "content_block_start",
        "index": 1,
        "content_block": {"type": "tool_use", "id": "toolu_1", "name": "now", "input": {}},
    },
    {
        "type": "content_block_delta",
        "index": 1,
        "delta": {"type": "input_json_delta", "partial_json": ""},
    },
    {"type": "content_block_stop", "index": 1},
    {
        "type": "message_delta",
        "delta": {"stop_reason": "tool_use", "stop_sequence": None},
        "usage": {"output_tokens": 7},
    },
    {"type": "message_stop"},
)


def test_a_messages_stream_becomes_a_chat_stream() -> None:
    written = carry_stream(MESSAGE_STREAM, MESSAGES, CHAT)
    assert written.endswith(b"data: [DONE]\n\n")
    assert payloads(written) == snapshot(
        [
            {
                "id": "msg_1",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "claude",
                "choices": [
                    {
                        "index": 0,
                        "delta": {"role": "assistant", "content": ""},
                        "finish_reason": None,
                    }
                ],
            },
            {
                "id": "msg_1",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "claude",
                "choices": [
                    {"index": 0, "delta": {"reasoning_content": "A sum."}, "finish_reason": None}
                ],
            },
            {
                "id": "msg_1",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "claude",
                "choices": [
                    {
                        "index": 0,
                        "delta": {
                            "reasoning_details": [
                                {
                                    "type": "reasoning.text",
                                    "text": "A sum.",
                                    "signature": "c2ln",
                                    "format": "anthropic-claude-v1",
                                    "index": 0,
                                }
                            ]
                        },
                        "finish_reason": None,
                    }
                ],
            },
            {
                "id": "msg_1",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "claude",
                "choices": [
                    {
                        "index": 0,
                        "delta": {
                            "tool_calls": [
                                {
                                    "index": 0,
                                    "id": "toolu_1",
                                    "type": "function",
                                    "function": {"name": "now", "arguments": ""},
                                }
                            ]
                        },
                        "finish_reason": None,
                    }
                ],
            },
            {
                "id": "msg_1",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "claude",
                "choices": [
                    {
                        "index": 0,
                        "delta": {"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]},
                        "finish_reason": None,
                    }
                ],
            },
            {
                "id": "msg_1",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "claude",
                "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}],
            },
            {
                "id": "msg_1",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "claude",
                "choices": [],
                "usage": {
                    "prompt_tokens": 9,
                    "completion_tokens": 7,
                    "total_tokens": 16,
                    "prompt_tokens_details": {"cached_tokens": 0},
                    "completion_tokens_details": {"reasoning_tokens": 0},
                },
            },
        ]
    )


def test_a_message_that_went_over_chat_and_back_says_the_same() -> None:
    there = carry_stream(MESSAGE_STREAM, MESSAGES, CHAT)
    back = carry_stream(there, CHAT, MESSAGES)
    assert read(back) == read(MESSAGE_STREAM)


def test_an_error_in_a_stream_becomes_an_error_of_the_other_wire() -> None:
    start = MESSAGE_STREAM.split(b"\n\n")[0] + b"\n\n"
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    written = carry_stream(start + stream_of(error), MESSAGES, CHAT)
    assert payloads(written)[-1] == snapshot(
        {
            "error": {
                "message": "The upstream broke off: Overloaded",
                "type": "api_error",
                "param": None,
                "code": "upstream_error",
                "es": {"code": "upstream_error", "who": "upstream", "request_id": "req_own"},
            }
        }
    )
    broken = stream_of(chat_chunk(content="Hi"), {"error": {"message": "boom", "code": 429}})
    assert payloads(carry_stream(broken, CHAT, MESSAGES))[-1] == snapshot(
        {
            "type": "error",
            "error": {
                "type": "overloaded_error",
                "message": "boom",
                "es": {"code": "upstream_limited", "who": "upstream", "request_id": "req_own"},
            },
            "request_id": "req_own",
        }
    )
