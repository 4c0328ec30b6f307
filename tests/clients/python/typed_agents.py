"""Pydantic AI: an agent with a tool, streamed, on each wire."""

import asyncio

from journey import QUESTION, Journey, make
from pydantic_ai import Agent


def loop(journey: Journey) -> str:
    agent = Agent(journey.found["model"], instructions="Answer briefly.")

    @agent.tool_plain
    def weather(city: str) -> str:
        """Tells the weather of a city."""
        return journey.weather(city)

    async def run() -> str:
        async with agent.run_stream(QUESTION) as answer:
            pieces = [piece async for piece in answer.stream_text(delta=True, debounce_by=None)]
        journey.pieces = len(pieces)
        return "".join(pieces)

    return asyncio.run(run())


for wire in ("openai_chat", "openai_responses", "anthropic_messages", "google_generative"):
    make("pydantic-ai-slim", "pydantic-ai", wire, loop)
