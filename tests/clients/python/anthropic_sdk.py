"""The Anthropic SDK: a streamed tool loop that thinks, by hand and by its own runner."""

from anthropic import beta_tool
from journey import DESCRIPTION, QUESTION, SCHEMA, Journey, make


def by_hand(journey: Journey) -> str:
    client = journey.found["client"]
    options = {
        "model": journey.model,
        "max_tokens": 4000,
        "thinking": {"type": "enabled", "budget_tokens": 1024},
        "tools": [{"name": "weather", "description": DESCRIPTION, "input_schema": SCHEMA}],
    }
    messages = [{"role": "user", "content": QUESTION}]
    while True:
        journey.pieces = 0
        with client.messages.stream(messages=messages, **options) as stream:
            journey.pieces += sum(1 for _ in stream.text_stream)
            message = stream.get_final_message()
        if message.stop_reason != "tool_use":
            return message.content[-1].text
        uses = [block for block in message.content if block.type == "tool_use"]
        messages.append({"role": "assistant", "content": message.to_dict()["content"]})
        results = [
            {"type": "tool_result", "tool_use_id": use.id, "content": journey.weather(**use.input)}
            for use in uses
        ]
        messages.append({"role": "user", "content": results})


def by_the_runner(journey: Journey) -> str:
    @beta_tool
    def weather(city: str) -> str:
        """Tells the weather of a city.

        Args:
            city: Which one.
        """
        return journey.weather(city)

    runner = journey.found["client"].beta.messages.tool_runner(
        model=journey.model,
        max_tokens=1000,
        messages=[{"role": "user", "content": QUESTION}],
        tools=[weather],
        stream=True,
    )
    text = ""
    for stream in runner:
        pieces = [event.text for event in stream if event.type == "text"]
        journey.pieces, text = len(pieces), "".join(pieces)
    return text


make("anthropic", "anthropic", "anthropic_messages", by_hand)
make("anthropic", "anthropic", "anthropic_messages", by_the_runner, "tool runner")
