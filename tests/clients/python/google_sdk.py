"""The Google Gen AI SDK: a streamed tool loop by hand, and a whole one that it makes by itself."""

from google.genai import types
from journey import DESCRIPTION, QUESTION, SCHEMA, Journey, make


def by_hand(journey: Journey) -> str:
    client = journey.found["client"]
    schema = {name: value for name, value in SCHEMA.items() if name != "additionalProperties"}
    weather = types.FunctionDeclaration(
        name="weather", description=DESCRIPTION, parameters_json_schema=schema
    )
    config = types.GenerateContentConfig(
        tools=[types.Tool(function_declarations=[weather])],
        thinking_config=types.ThinkingConfig(include_thoughts=True, thinking_budget=1024),
    )
    contents = [types.Content(role="user", parts=[types.Part(text=QUESTION)])]
    while True:
        parts = []
        stream = client.models.generate_content_stream(
            model=journey.model, contents=contents, config=config
        )
        for chunk in stream:
            parts += (chunk.candidates[0].content and chunk.candidates[0].content.parts) or []
        calls = [part.function_call for part in parts if part.function_call]
        if not calls:
            texts = [part.text for part in parts if part.text and not part.thought]
            journey.pieces = len(texts)
            return "".join(texts)
        contents.append(types.Content(role="model", parts=parts))
        answers = [
            types.Part(
                function_response=types.FunctionResponse(
                    id=call.id, name=call.name, response={"output": journey.weather(**call.args)}
                )
            )
            for call in calls
        ]
        contents.append(types.Content(role="user", parts=answers))


def by_itself(journey: Journey) -> str:
    def weather(city: str) -> str:
        """Tells the weather of a city."""
        return journey.weather(city)

    reply = journey.found["client"].models.generate_content(
        model=journey.model,
        contents=QUESTION,
        config=types.GenerateContentConfig(tools=[weather]),
    )
    journey.pieces = 2  # it is not streamed
    return reply.text


make("google-genai", "google", "google_generative", by_hand)
make("google-genai", "google", "google_generative", by_itself, "automatic calling")
