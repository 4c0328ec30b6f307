"""How an example sets thinking: the form it has, and what it says."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

Body = Mapping[str, Any]

FORM_OF_VENDOR = {"zai": "zai"}
REASONING_OF_VENDOR = {"together": "together", "openrouter": "openrouter"}
TEMPLATE_FIELDS = ("chat_template_kwargs", "chat_template_args")
TEMPLATE_NAMES = ("enable_thinking", "thinking", "thinking_mode", "reasoning", "reasoning_effort")
OFF_WORDS = frozenset({"none", "off", "disabled", "disable"})
GOOGLE_NAMES = {
    "thinkinglevel": "level",
    "thinkingbudget": "budget",
    "includethoughts": "include_thoughts",
}


Found = tuple[str | None, dict[str, object]]
NOT_SET: Found = (None, {})
Reader = Callable[[dict[str, Any], str | None, str | None], Found]


class Thinking(Struct, frozen=True, kw_only=True):
    """The form, what was set, and the body without the fields that set it."""

    mode: str = "none"
    set: Mapping[str, object] = {}
    rest: Body = {}


def read_thinking(body: Body, wire: str | None, vendor: str | None) -> Thinking:
    """Find how thinking is set; of several forms the first names it and the others add details."""
    readers: list[Reader] = [google_native] if wire == "google" else []
    readers += [anthropic] if wire == "anthropic" else []
    readers += [google_extra, venice, template, enable, typed, reasoning, think, effort]
    mode, found, rest = "none", dict[str, object](), dict(body)
    for reader in readers:
        form, said = reader(rest, wire, vendor)
        if form is not None:
            mode = form if mode == "none" else mode
            found = {**said, **found}
    return Thinking(mode=mode, set=ordered(found), rest=rest)


def google_native(body: dict[str, Any], *_: str | None) -> Found:
    """Read `generationConfig.thinkingConfig`."""
    name = "generationConfig" if "generationConfig" in body else "generation_config"
    config = body.get(name)
    if not isinstance(config, dict):
        return NOT_SET
    said = google_config(config.get("thinkingConfig", config.get("thinking_config")))
    body[name] = without(config, "thinkingConfig", "thinking_config")
    return said


def google_extra(body: dict[str, Any], *_: str | None) -> Found:
    """Read what Google's layer for Chat Completions takes in `extra_body`."""
    google = body.get("google")
    if not isinstance(google, dict):
        return NOT_SET
    body["google"] = without(google, "thinking_config", "thinkingConfig")
    if not body["google"]:
        del body["google"]
    return google_config(google.get("thinking_config", google.get("thinkingConfig")))


def google_config(config: object) -> Found:
    """Read a thinking configuration of Google's, in either spelling."""
    if not isinstance(config, dict):
        return NOT_SET
    said: dict[str, object] = {}
    for name, value in config.items():
        plain = name.replace("_", "").lower()
        said[GOOGLE_NAMES.get(plain, str(name))] = value
    if isinstance(said.get("level"), str):
        said["level"] = level_word(said["level"])
    is_off = said.get("budget") == 0
    mode = "google-level" if "level" in said else "google-budget"
    return mode, {"state": "off" if is_off else "on", **said}


def anthropic(body: dict[str, Any], *_: str | None) -> Found:
    """Read `thinking` and `output_config.effort` of the Messages API."""
    config, thinking = body.get("output_config"), body.pop("thinking", None)
    level = config.get("effort") if isinstance(config, dict) else None
    if isinstance(config, dict):
        body["output_config"] = without(config, "effort")
        if not body["output_config"]:
            del body["output_config"]
    said: dict[str, object] = {"level": level} if level is not None else {}
    if not isinstance(thinking, dict):
        return ("anthropic-effort", {"state": "on", **said}) if said else NOT_SET
    kind = thinking.get("type")
    mode = "anthropic-adaptive" if kind == "adaptive" else "anthropic-budget"
    return mode, {**said, **details(thinking)}


def venice(body: dict[str, Any], *_: str | None) -> Found:
    """Read `venice_parameters.disable_thinking`."""
    own = body.get("venice_parameters")
    if not isinstance(own, dict) or "disable_thinking" not in own:
        return NOT_SET
    body["venice_parameters"] = without(own, "disable_thinking")
    if not body["venice_parameters"]:
        del body["venice_parameters"]
    return "venice", {"state": "off" if own["disable_thinking"] is True else "on"}


def template(body: dict[str, Any], *_: str | None) -> Found:
    """Read a switch in the arguments of a chat template."""
    for field in TEMPLATE_FIELDS:
        arguments = body.get(field)
        if not isinstance(arguments, dict):
            continue
        name = next((each for each in TEMPLATE_NAMES if each in arguments), None)
        if name is None:
            continue
        body[field] = without(arguments, name)
        if not body[field]:
            del body[field]
        return "chat-template", {**switch(arguments[name]), "field": field, "name": name}
    return NOT_SET


def enable(body: dict[str, Any], *_: str | None) -> Found:
    """Read `enable_thinking` and its budget."""
    if "enable_thinking" not in body and "thinking_budget" not in body:
        return NOT_SET
    said = switch(body.pop("enable_thinking", True))
    budget = body.pop("thinking_budget", None)
    return "enable_thinking", said if budget is None else {**said, "budget": budget}


def typed(body: dict[str, Any], _: str | None, vendor: str | None, /) -> Found:
    """Read a `thinking` object with a type."""
    thinking = body.get("thinking")
    if not isinstance(thinking, dict):
        return NOT_SET
    del body["thinking"]
    return FORM_OF_VENDOR.get(vendor or "", "thinking-type"), details(thinking)


def reasoning(body: dict[str, Any], wire: str | None, vendor: str | None, /) -> Found:
    """Read a `reasoning` object, which OpenAI, OpenRouter and Together mean differently."""
    said = body.get("reasoning")
    if not isinstance(said, dict):
        return NOT_SET
    del body["reasoning"]
    is_plain = wire == "openai-responses" or not {"enabled", "max_tokens", "exclude"} & set(said)
    usual = "openai-effort" if is_plain else "openrouter"
    mode = "openai-effort" if wire == "openai-responses" else REASONING_OF_VENDOR.get(vendor or "")
    return mode or usual, details(said)


def think(body: dict[str, Any], *_: str | None) -> Found:
    """Read Ollama's `think`."""
    if "think" not in body:
        return NOT_SET
    return "openai-effort", switch(body.pop("think"))


def effort(body: dict[str, Any], *_: str | None) -> Found:
    """Read `reasoning_effort`."""
    level = body.pop("reasoning_effort", None)
    return ("openai-effort", switch(level)) if level is not None else NOT_SET


def switch(value: object) -> dict[str, object]:
    """Read a switch: true, false, or a level."""
    if isinstance(value, str):
        state = "off" if value.lower() in OFF_WORDS else "on"
        return {"state": state, "level": level_word(value)}
    return {"state": "off" if value is False or value == 0 else "on"}


def details(said: Mapping[str, Any]) -> dict[str, object]:
    """Read an object that says whether and how much to think, and more."""
    found: dict[str, object] = {}
    names = {"effort": "level", "budget_tokens": "budget", "max_tokens": "budget"}
    for name, value in said.items():
        if name not in ("type", "enabled") and value is not None:
            found[names.get(name, name)] = value
    is_off = (
        str(said.get("type")) in OFF_WORDS
        or said.get("enabled") is False
        or (isinstance(found.get("level"), str) and str(found["level"]).lower() in OFF_WORDS)
    )
    return {"state": "off" if is_off else "on", **found}


def level_word(value: object) -> str:
    """Write a level as the wires do, from whichever enumeration an SDK has."""
    word = str(value).strip("<>").rpartition(".")[2]
    return word.lower()


def without(said: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Give an object without some members."""
    return {name: value for name, value in said.items() if name not in names}


def ordered(found: Mapping[str, object]) -> dict[str, object]:
    """Put what all forms have first."""
    first = {name: found[name] for name in ("state", "level", "budget") if name in found}
    return {**first, **found}
