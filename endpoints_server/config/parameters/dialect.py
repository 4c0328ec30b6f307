"""What an entry says of requests becomes the Dialect of its endpoint."""

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import UnsetType

from endpoints_server.config.parameters.compat import with_facts
from endpoints_server.config.parameters.lay import facts_of
from endpoints_server.config.parameters.sets import known_sets
from endpoints_server.config.parameters.vendor import has_older_ceiling, is_of
from endpoints_server.config.schema.endpoint import CustomEndpoint
from endpoints_server.config.schema.model import ModelFacts
from endpoints_server.config.schema.parameters import CustomParams, ParameterDefinition
from endpoints_server.config.schema.wire import SWITCH
from endpoints_server.domain.dialect import Dialect, ThinkingRules, TurnRules
from endpoints_server.domain.parameter import WEB_SEARCH, wire_name

UNADDED = frozenset({"messages", "stream", "apiKey"})
"""What no entry may set: it belongs to the caller, or to the credential."""

UNDROPPED = UNADDED | {"model"}

ACTING = frozenset({"disableStreaming", "streaming", "streamUsage", SWITCH})
"""Switches of LibreChat's client that act here too."""

OPENING = "promptPrefix"
"""LibreChat's word for the instructions that a conversation begins with."""

KNOWN = frozenset(name for each in known_sets().values() for name in each)
"""Parameters that panels have: one that is added as null is taken out, any other null is sent."""

GOES_WITH = {
    WEB_SEARCH: ("web_search_options",),
    "reasoning_effort": ("reasoning",),
}
"""What is dropped beside a parameter, as it says the same in another form."""

FORMS: Mapping[str, Literal["effort", "object", "none"]] = {
    "reasoning_effort": "effort",
    "reasoning_object": "object",
    "disabled": "none",
}


def dialect_of(entry: CustomEndpoint, wire: str, facts: ModelFacts | None = None) -> Dialect:
    """Compile how requests to an endpoint, or to one of its models, differ from what callers send.

    `facts` are those of the model, the endpoint's among them; without them the endpoint's alone.
    """
    return with_facts(written_dialect(entry, wire), facts or facts_of(entry), wire)


def written_dialect(entry: CustomEndpoint, wire: str) -> Dialect:
    """Compile what LibreChat's own keys say."""
    params = entry.params
    is_openrouter = is_of(entry, "openrouter")
    return Dialect(
        defaults=dict(defaults_of(params.param_definitions, wire)),
        add=dict(added(entry.add_params, wire)),
        drop=tuple(dict.fromkeys(dropped(entry, wire))),
        ceiling_name="max_tokens" if has_older_ceiling(entry) else None,
        has_stream_usage=switch(entry, "streamUsage") is not False,
        web_search="plugin" if is_openrouter else "options",
        is_whole=is_whole(entry),
        thinking=ThinkingRules(
            form=reasoning_format(entry, params),
            key=params.reasoning_key or "reasoning_content",
            answer_key=params.reasoning_key or "",
            replay=replay_of(params),
        ),
        turns=TurnRules(opening=opening_of(params.param_definitions)),
    )


def opening_of(definitions: list[ParameterDefinition]) -> str:
    """Give the instructions that hold where the caller gives none."""
    said = [each.default for each in definitions if each.key == OPENING]
    return said[-1] if said and isinstance(said[-1], str) else ""


def reasoning_format(
    entry: CustomEndpoint, params: CustomParams
) -> Literal["effort", "object", "none", "gateway"] | None:
    """Say in which form reasoning is asked for; None leaves the caller's."""
    if not isinstance(params.reasoning_format, UnsetType):
        return FORMS[params.reasoning_format]
    if is_of(entry, "openrouter"):
        return "gateway"
    return "object" if is_of(entry, "vercel") else None


def replay_of(params: CustomParams) -> Literal["all", "loop", "none"]:
    """Say which earlier reasoning goes back; all of it where the entry says nothing."""
    if params.include_reasoning_history is True:
        return "all"
    if params.include_reasoning_content is True:
        return "loop"
    said = (params.include_reasoning_content, params.include_reasoning_history)
    return "none" if False in said else "all"


def defaults_of(definitions: list[ParameterDefinition], wire: str) -> Iterator[tuple[str, object]]:
    """Give the explicit defaults as requests carry them; an empty one says nothing."""
    for definition in definitions:
        default = definition.default
        path = wire_name(wire, definition.key)
        if isinstance(default, UnsetType) or default in ("", []) or path in ("", *UNADDED):
            continue
        if isinstance(default, str):
            default = definition.enum_mappings.get(default, default)
        yield path, default


def added(parameters: Mapping[str, object], wire: str) -> Iterator[tuple[str, object]]:
    """Rename what is added; where two spellings stand, the wire's own comes last and wins."""
    paths = {name: wire_name(wire, name) for name in parameters}
    ordered = sorted(parameters, key=lambda name: paths[name] == name)
    for name in ordered:
        is_cleared = parameters[name] is None and name in KNOWN
        if paths[name] and paths[name] not in UNADDED and not is_cleared:
            yield paths[name], parameters[name]


def dropped(entry: CustomEndpoint, wire: str) -> Iterator[str]:
    """Rename what is dropped, each with what says the same in another form."""
    cleared = [name for name in KNOWN & entry.add_params.keys() if entry.add_params[name] is None]
    for name in (*entry.drop_params, *sorted(cleared)):
        path = wire_name(wire, name)
        if path and path not in UNDROPPED:
            yield path
            yield from GOES_WITH.get(path, ())
        if path == "reasoning" and reasoning_format(entry, entry.params) in ("object", "gateway"):
            yield "reasoning_effort"


def is_whole(entry: CustomEndpoint) -> bool:
    """Say whether answers are asked for unstreamed."""
    wishes = {"disableStreaming": True, "streaming": False, "stream": False}
    return any(switch(entry, name) is wish for name, wish in wishes.items())


def switch(entry: CustomEndpoint, name: str) -> object:
    """Read a switch of LibreChat's client that acts here: dropped, added, or a default."""
    if name in entry.drop_params:
        return None
    if name in entry.add_params:
        return entry.add_params[name]
    definitions = entry.params.param_definitions
    said = [each.default for each in definitions if each.key == name]
    return said[-1] if said else None
