"""LiteLLM: a streamed tool loop by its `completion` and its `responses`."""

import json
import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else its import asks the world for prices

import litellm
from journey import DESCRIPTION, QUESTION, SCHEMA, Journey, make


def completion(journey: Journey) -> str:
    function = {"name": "weather", "description": DESCRIPTION, "parameters": SCHEMA}
    tools = [{"type": "function", "function": function}]
    messages = [{"role": "user", "content": QUESTION}]
    while True:
        stream = litellm.completion(
            messages=messages, tools=tools, stream=True, **journey.found["options"]
        )
        chunks = list(stream)
        message = litellm.stream_chunk_builder(chunks, messages=messages).choices[0].message
        if not message.tool_calls:
            journey.pieces = sum(bool(chunk.choices[0].delta.content) for chunk in chunks)
            return message.content
        messages.append(message.model_dump())
        for call in message.tool_calls:
            said = journey.weather(**json.loads(call.function.arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": said})


def responses(journey: Journey) -> str:
    tool = {"type": "function", "name": "weather", "description": DESCRIPTION}
    items = [{"role": "user", "content": QUESTION}]
    while True:
        journey.pieces, response = 0, None
        for event in litellm.responses(
            input=items,
            tools=[tool | {"parameters": SCHEMA}],
            stream=True,
            **journey.found["options"],
        ):
            journey.pieces += event.type == "response.output_text.delta"
            response = getattr(event, "response", response)
        calls = [item for item in response.output if item.type == "function_call"]
        if not calls:
            return response.output_text
        items += [item.model_dump(exclude_none=True) for item in response.output]
        for call in calls:
            said = journey.weather(**json.loads(call.arguments))
            items.append({"type": "function_call_output", "call_id": call.call_id, "output": said})


make("litellm", "litellm", "openai_chat", completion)
make("litellm", "litellm", "anthropic_messages", completion)
make("litellm", "litellm", "openai_responses", responses)
