"""Instructor: a structured answer, by the tool that it makes the model call."""

from journey import QUESTION, Journey, make
from pydantic import BaseModel


class Weather(BaseModel):
    """What an answer holds."""

    city: str
    degrees: int


def parsed(journey: Journey) -> str:
    answer = journey.found["client"].chat.completions.create(
        model=journey.found["model"],
        messages=[{"role": "user", "content": QUESTION}],
        response_model=Weather,
        max_retries=0,
    )
    return f"{answer.city} {answer.degrees}"


make(
    "instructor",
    "instructor",
    "openai_chat",
    parsed,
    "structured answer",
    lambda _, text: text == f"{QUESTION} 1",
)
