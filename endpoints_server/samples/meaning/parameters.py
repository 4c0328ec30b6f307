"""Which fields of a body are an endpoint's own, to be sent with each call."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from endpoints_server.samples.draft import KeyKind
from endpoints_server.samples.keys.kind import is_secret_name, judge
from endpoints_server.samples.languages.value import Invocation
from endpoints_server.samples.words import words

Body = Mapping[str, Any]

OF_A_CALL = words(
    "model messages input contents system systemInstruction system_instruction instructions"
    " prompt stream stream_options streamOptions tools tool_choice toolConfig tool_config"
    " functions function_call response_format responseFormat max_tokens max_completion_tokens"
    " max_output_tokens previous_response_id conversation background images suffix query"
)
LIMITS = ("max_completion_tokens", "max_output_tokens", "max_tokens")
GOOGLE_CONFIG = ("generationConfig", "generation_config")
GOOGLE_LIMITS = ("maxOutputTokens", "max_output_tokens")
GOOGLE_FORMATS = words(
    "responseMimeType responseSchema responseJsonSchema response_mime_type response_schema"
    " response_json_schema"
)
WITH_FORMAT = ("text", "output_config")
GOOGLE_LIMIT_FIELD = "generationConfig.maxOutputTokens"
DEEPEST_EXTRA = 2


class Limit(Struct, frozen=True):
    """How much may be answered, and the field that says so."""

    tokens: int | None = None
    field: str | None = None
    is_refused: bool = False


def flatten_extra(body: Body) -> dict[str, Any]:
    """Lift what an SDK would lift out of `extra_body`, also where that holds another."""
    flat = dict(body)
    for _ in range(DEEPEST_EXTRA):
        extra = flat.pop("extra_body", None)
        if isinstance(extra, dict):
            flat.update(extra)
    return flat


def read_parameters(body: Body) -> dict[str, Any]:
    """Give what is sent with each call, whichever call it is."""
    found: dict[str, Any] = {}
    for name, value in body.items():
        if name in OF_A_CALL or value is None or is_secret_name(name):
            continue
        if name in GOOGLE_CONFIG and isinstance(value, dict):
            found[GOOGLE_CONFIG[0]] = google_config(value)
        elif name in WITH_FORMAT and isinstance(value, dict):
            found[name] = {inner: each for inner, each in value.items() if inner != "format"}
        else:
            found[name] = without_nulls(value)
    may_be_empty = found.keys() - {*WITH_FORMAT, GOOGLE_CONFIG[0]}
    return {n: each for n, each in found.items() if is_told(each) and (each or n in may_be_empty)}


def google_config(config: Body) -> dict[str, Any]:
    """Give what of Google's configuration is sent with each call."""
    left_out = GOOGLE_FORMATS | set(GOOGLE_LIMITS)
    return {name: each for name, each in config.items() if name not in left_out and is_told(each)}


def without_nulls(value: Any) -> Any:
    """Leave out the members of an object that say nothing."""
    if isinstance(value, dict):
        return {name: each for name, each in value.items() if each is not None}
    return value


def is_told(value: object) -> bool:
    """Say whether a value is written out in the example, and is no secret."""
    rest, is_plain = [value], True
    while rest and is_plain:
        each = rest.pop()
        match each:
            case dict():
                rest += each.values()
            case list():
                rest += each
            case str():
                is_plain = not each.startswith(("<", "${")) and not is_key_text(each)
            case Invocation():
                return False
            case None:
                is_plain = each is not value
            case _:
                pass  # a number or a truth value
    return is_plain


def is_key_text(text: str) -> bool:
    """Say whether a text looks like a key though its name does not say so."""
    return len(text) > 40 and judge(text) is KeyKind.REAL_LOOKING


def read_limit(body: Body) -> Limit:
    """Find how much may be answered."""
    for field, value in limits_in(body):
        if isinstance(value, bool) or value is None:
            continue
        if isinstance(value, int | float) and value == value // 1:
            return Limit(int(value), field) if value > 0 else Limit(is_refused=True)
    return Limit()


def limits_in(body: Body) -> Iterator[tuple[str, Any]]:
    """Give every field that limits the answer."""
    yield from ((name, body[name]) for name in LIMITS if name in body)
    for name in GOOGLE_CONFIG:
        config = body.get(name)
        if isinstance(config, dict):
            yield from (
                (GOOGLE_LIMIT_FIELD, config[each]) for each in GOOGLE_LIMITS if each in config
            )
