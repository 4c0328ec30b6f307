"""The OpenAI SDK: a streamed tool loop that reasons, on Chat Completions and on Responses."""

import json

from journey import DESCRIPTION, QUESTION, SCHEMA, Journey, make


def chat(journey: Journey) -> str:
    client = journey.found["client"]
    function = {"name": "weather", "description": DESCRIPTION, "parameters": SCHEMA, "strict": True}
    options = {
        "model": journey.model,
        "tools": [{"type": "function", "function": function}],
        "reasoning_effort": "low",
    }
    messages = [{"role": "user", "content": QUESTION}]
    while True:
        journey.pieces = 0
        with client.chat.completions.stream(messages=messages, **options) as stream:
            for event in stream:
                journey.pieces += event.type == "content.delta"
            message = stream.get_final_completion().choices[0].message
        if not message.tool_calls:
            return message.content
        messages.append(message.to_dict())
        for call in message.tool_calls:
            said = journey.weather(**json.loads(call.function.arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": said})


def responses(journey: Journey) -> str:
    client = journey.found["client"]
    tool = {"type": "function", "name": "weather", "description": DESCRIPTION, "strict": True}
    options = {
        "model": journey.model,
        "tools": [tool | {"parameters": SCHEMA}],
        "store": False,
        "reasoning": {"effort": "low", "summary": "auto"},
        "include": ["reasoning.encrypted_content"],
    }
    items = [{"role": "user", "content": QUESTION}]
    while True:
        journey.pieces = 0
        with client.responses.stream(input=items, **options) as stream:
            for event in stream:
                journey.pieces += event.type == "response.output_text.delta"
            response = stream.get_final_response()
        calls = [item for item in response.output if item.type == "function_call"]
        if not calls:
            return response.output_text
        items += [item.to_dict() for item in response.output]
        for call in calls:
            said = journey.weather(**json.loads(call.arguments))
            items.append({"type": "function_call_output", "call_id": call.call_id, "output": said})


make("openai", "openai", "openai_chat", chat)
make("openai", "openai", "openai_responses", responses)
