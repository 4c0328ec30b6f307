"""What lists tell screens of an endpoint: its brand, its pace and its parameter panel."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UnsetType

from endpoints_server.config.parameters.complete import completed, laid_over
from endpoints_server.config.parameters.sets import USUAL
from endpoints_server.config.parameters.vendor import brand_of, is_of
from endpoints_server.config.schema.endpoint import CustomEndpoint
from endpoints_server.config.schema.parameters import ParameterDefinition
from endpoints_server.domain.endpoint import Screen

CACHE_SWITCH = "promptCache"


def screen_of(entry: CustomEndpoint) -> Screen:
    """Compile what lists tell of an endpoint."""
    pace = entry.stream_rate
    return Screen(
        label=entry.model_display_label,
        icon_url=entry.icon_url,
        brand=brand_of(entry),
        stream_rate_ms=None if isinstance(pace, UnsetType) else pace,
        parameters=parameters_of(entry),
    )


def parameters_of(entry: CustomEndpoint) -> Mapping[str, object]:
    """Complete `customParams` as LibreChat's screens expect it; empty where there is nothing."""
    set_name = set_of(entry)
    if isinstance(entry.custom_params, UnsetType) and set_name == USUAL:
        return {}
    params = entry.params
    definitions = [laid_over(as_written(each), set_name) for each in params.param_definitions]
    is_known = "openrouter" in (entry.name + entry.base_url).lower()
    has_switch = any(each["key"] == CACHE_SWITCH for each in definitions)
    if set_name == "openrouter" and is_known and not has_switch:
        definitions.append(laid_over({"key": CACHE_SWITCH, "default": True}, set_name))
    told: dict[str, Any] = msgspec.to_builtins(params)
    return {
        **{key: value for key, value in told.items() if key != "paramDefinitions"},
        "defaultParamsEndpoint": set_name,
        "paramDefinitions": completed(definitions),
    }


def set_of(entry: CustomEndpoint) -> str:
    """Name the set of parameters the panel starts from, by what is written or else by the API."""
    written = entry.params.default_params_endpoint
    if isinstance(entry.provider, str) and written == USUAL:
        return entry.provider
    return "openrouter" if written == USUAL and is_of(entry, "openrouter") else written


def as_written(definition: ParameterDefinition) -> dict[str, object]:
    """Give the keys of a definition that say something."""
    told: dict[str, object] = msgspec.to_builtins(definition)
    return told
