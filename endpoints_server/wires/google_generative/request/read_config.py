"""A `generationConfig` becomes sampling, reasoning, a format, and what only this API knows."""

from msgspec import Raw, Struct

from endpoints_server.domain.talk.prompt import Format, Reasoning, Sampling
from endpoints_server.wires.body import raw
from endpoints_server.wires.google_generative.decode import (
    Fields,
    open_object,
    optional,
    refusal,
    take,
)
from endpoints_server.wires.google_generative.request.schemas import json_schema
from endpoints_server.wires.google_generative.request.thinking import read_thinking
from endpoints_server.wires.google_generative.schema import Object

WHERE = "generationConfig"
JSON = "application/json"


class Config(Struct, frozen=True, kw_only=True):
    """What was read; `rest` is filed under dotted names."""

    sampling: Sampling = Sampling()
    ceiling_tokens: int | None = None
    reasoning: Reasoning | None = None
    format: Format | None = None
    rest: Object = {}


def read_config(value: Raw | None) -> Config:
    """Read how the answer is to be made; raises Failed(bad_request)."""
    if value is None:
        return Config()
    fields = open_object(value, WHERE)
    thinking = open_object(fields.pop("thinkingConfig", Raw(b"{}")), f"{WHERE}.thinkingConfig")
    sampling = read_sampling(fields)
    ceiling = number(fields, "maxOutputTokens")
    reasoning = read_thinking(thinking)
    format = read_format(fields)
    rest = {f"{WHERE}.{name}": take(each, object, name) for name, each in fields.items()}
    rest |= {
        f"{WHERE}.thinkingConfig.{name}": take(each, object, name)
        for name, each in thinking.items()
    }
    return Config(
        sampling=sampling, ceiling_tokens=ceiling, reasoning=reasoning, format=format, rest=rest
    )


def read_sampling(fields: Fields) -> Sampling:
    """Read how the next token is drawn."""
    return Sampling(
        temperature=optional(fields, "temperature", float, WHERE),
        top_p=optional(fields, "topP", float, WHERE),
        top_k=number(fields, "topK"),
        seed=number(fields, "seed"),
        frequency_penalty=optional(fields, "frequencyPenalty", float, WHERE),
        presence_penalty=optional(fields, "presencePenalty", float, WHERE),
        stop=tuple(optional(fields, "stopSequences", list[str], WHERE) or ()),
        count=number(fields, "candidateCount") or 1,
    )


def number(fields: Fields, name: str) -> int | None:
    """Take a whole number out of an object, which some clients write as 40.0."""
    value = optional(fields, name, float, WHERE)
    if value is None:
        return None
    if not value.is_integer():
        raise refusal(f"{WHERE}.{name}", "Expected a whole number")
    return int(value)


def read_format(fields: Fields) -> Format | None:
    """Read the shape asked of the answer; a shape other than JSON stays for this API."""
    kind = optional(fields, "responseMimeType", str, WHERE)
    if kind not in (None, JSON, "text/plain"):
        fields["responseMimeType"] = raw(kind)
        return None
    schema = optional(fields, "responseJsonSchema", Object, WHERE)
    older = optional(fields, "responseSchema", Object, WHERE)
    if schema is None and older is not None:
        schema = json_schema(older)
    if schema is not None:
        return Format(kind="schema", schema=schema)
    return Format(kind="json") if kind == JSON else None
