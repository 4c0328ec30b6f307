"""What pi is asked, as a caller of Chat Completions asks it."""

import json
from collections.abc import Iterable
from typing import Any

Case = dict[str, Any]
Body = dict[str, Any]

NAMES = {"maxTokens": "max_tokens", "temperature": "temperature", "toolChoice": "tool_choice"}
KEYS = ("reasoning_content", "reasoning", "reasoning_text")


def asked_in_chat(case: Case) -> Body:
    """Write a request; what pi does for the session that it keeps is the caller's to do."""
    context, options = case["context"], case["options"]
    asked: Body = {"model": "ours", "messages": turns_of(case), "stream": True}
    asked["stream_options"] = {"include_usage": True}
    if "tools" in context:
        asked["tools"] = [tool_of(tool, case["request"]["body"]) for tool in context["tools"]]
    asked |= {NAMES[key]: value for key, value in options.items() if key in NAMES}
    asked |= thinking_of(options)
    if is_long(options):
        asked["prompt_cache_retention"] = "24h"
    if "prompt_cache_key" in case["request"]["body"]:
        asked["prompt_cache_key"] = case["request"]["body"]["prompt_cache_key"]
    if "metadata" in options:
        asked["user"] = options["metadata"]["user_id"]
    if isinstance(choice := asked.get("tool_choice"), dict) and "name" in choice:
        asked["tool_choice"] = {"type": "function", "function": {"name": choice["name"]}}
    if case["api"] == "anthropic-messages" and options.get("cacheRetention") != "none":
        mark(asked, {"type": "ephemeral"} | lasting(options))
    own: Body = options.get("samplingParams", {})
    return asked | own


def thinking_of(options: Body) -> Body:
    """Write how much to think: a level, and a budget where pi is given one."""
    if "thinkingBudgetTokens" in options:
        return {"reasoning": {"max_tokens": options["thinkingBudgetTokens"]}}
    level = options.get("reasoning")
    if level is None:
        return {}
    budgets = options.get("thinkingBudgets", {})
    if level in budgets:
        return {"reasoning": {"effort": level, "max_tokens": budgets[level]}}
    return {"reasoning_effort": "none" if level == "off" else level}


def is_long(options: Body) -> bool:
    """Say whether what is cached is to be kept long, as the caller or its surroundings say."""
    said = options.get("env", {}).get("PI_CACHE_RETENTION")
    return bool(options.get("cacheRetention", said) == "long")


def lasting(options: Body) -> Body:
    return {"ttl": "1h"} if is_long(options) else {}


def turns_of(case: Case) -> list[Body]:
    """Write the turns that pi tells of: not those that broke off, or came to nothing."""
    context = case["context"]
    turns: list[Body] = []
    if "systemPrompt" in context:
        turns.append({"role": "system", "content": context["systemPrompt"]})
    for message in context["messages"]:
        match message["role"]:
            case "assistant":
                is_whole = message["stopReason"] not in ("aborted", "error")
                if is_whole and message["content"]:
                    turns.append(assistant_turn(message, case))
            case "toolResult":
                turns.append(result_turn(message))
            case role:
                turns.append({"role": role, "content": content_of(message["content"])})
    return turns


def result_turn(message: Body) -> Body:
    parts = message["content"]
    content: Any = [part_of(part) for part in parts]
    if all(part["type"] == "text" for part in parts):
        content = "\n".join(part["text"] for part in parts)
    return {"role": "tool", "tool_call_id": message["toolCallId"], "content": content}


def assistant_turn(message: Body, case: Case) -> Body:
    parts = message["content"]
    turn: Body = {"role": "assistant", "content": None}
    if texts := [part["text"] for part in parts if part.get("text", "").strip()]:
        turn["content"] = "".join(texts)
    if message["model"] == case["model"].get("id", "test-model"):
        turn |= thought_of([part for part in parts if part["type"] == "thinking"], message["api"])
    if calls := [part for part in parts if part["type"] == "toolCall"]:
        turn["tool_calls"] = [call_of(call) for call in calls]
    return turn


def thought_of(parts: list[Body], api: str) -> Body:
    """Write earlier thinking, under the key or with the seal that it came with."""
    if api == "anthropic-messages":
        return {"reasoning_details": [detail_of(part) for part in parts]} if parts else {}
    key = parts[0].get("thinkingSignature") if parts else None
    return {key: "\n".join(part["thinking"] for part in parts)} if key in KEYS else {}


def detail_of(part: Body) -> Body:
    if part.get("redacted"):
        detail = {"type": "reasoning.encrypted", "data": part["thinkingSignature"]}
    else:
        detail = {"type": "reasoning.text", "text": part["thinking"]}
        if part.get("thinkingSignature"):
            detail["signature"] = part["thinkingSignature"]
    return {**detail, "format": "anthropic-claude-v1"}


def call_of(call: Body) -> Body:
    arguments = json.dumps(call["arguments"], separators=(",", ":"))
    function = {"name": call["name"], "arguments": arguments}
    return {"id": call["id"], "type": "function", "function": function}


def content_of(content: Any) -> Any:
    """Write content; of pictures and words in it, no empty words are told."""
    if isinstance(content, str):
        return content
    return [part_of(part) for part in content if part.get("text", "image")]


def part_of(part: Body) -> Body:
    if part["type"] == "text":
        return {"type": "text", "text": part["text"]}
    url = f"data:{part['mimeType']};base64,{part['data']}"
    return {"type": "image_url", "image_url": {"url": url}}


def tool_of(tool: Body, recorded: Body) -> Body:
    """Write a tool; what it is held to, the caller writes as pi does."""
    if "constrainedSampling" in tool and "tools" in recorded:
        named = (each for each in recorded["tools"] if tool["name"] in name_in(each))
        written: Body = next(named, {})
        is_flat = written.get("type") == "function" and "function" not in written
        own = {key: each for key, each in written.items() if key != "type"}
        if written:
            return {"type": "function", "function": own} if is_flat else written
    function = {key: tool[key] for key in ("name", "description", "parameters")}
    return {"type": "function", "function": function}


def name_in(tool: Body) -> str:
    return str((tool.get("function") or tool.get("custom") or tool).get("name", ""))


def mark(asked: Body, control: Body) -> None:
    """Mark what pi has cached: instructions, the last tool, the last turn of the user's."""
    turns: list[Body] = asked["messages"]
    spoken = [turn for turn in turns if turn["role"] in ("user", "tool")][-1:]
    for turn in (*turns[:1], *spoken):
        if turn["role"] == "tool":
            turn["cache_control"] = control
        elif turn["role"] in ("system", "user") and turn in (*turns_led(turns), *spoken):
            turn["content"] = marked(turn["content"], control)
    if asked.get("tools"):
        asked["tools"][-1]["cache_control"] = control


def turns_led(turns: Iterable[Body]) -> list[Body]:
    return [turn for turn in turns if turn["role"] == "system"][:1]


def marked(content: Any, control: Body) -> list[Body]:
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    return [*parts[:-1], {**parts[-1], "cache_control": control}]
