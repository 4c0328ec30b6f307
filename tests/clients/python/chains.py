"""LangChain: a streamed tool loop on each wire."""

from journey import DESCRIPTION, QUESTION, Journey, make
from langchain_core.messages import HumanMessage
from langchain_core.tools import StructuredTool


def loop(journey: Journey) -> str:
    tool = StructuredTool.from_function(journey.weather, name="weather", description=DESCRIPTION)
    model = journey.found["model"].bind_tools([tool])
    messages = [HumanMessage(QUESTION)]
    while True:
        chunks = list(model.stream(messages))
        whole = chunks[0]
        for chunk in chunks[1:]:
            whole += chunk
        if not whole.tool_calls:
            assert whole.usage_metadata["output_tokens"] > 0
            journey.pieces = sum(bool(chunk.text) for chunk in chunks)
            return str(whole.text)
        messages.append(whole)
        messages += [tool.invoke(call) for call in whole.tool_calls]


make("langchain-openai", "langchain", "openai_chat", loop)
make("langchain-openai", "langchain", "openai_responses", loop)
make("langchain-anthropic", "langchain", "anthropic_messages", loop)
make("langchain-google-genai", "langchain", "google_generative", loop)
