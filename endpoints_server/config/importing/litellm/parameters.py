"""The rest of `litellm_params`: fields of requests, headers, deadlines (litellm/types/router)."""

from math import isfinite
from typing import Any

from endpoints_server.config.importing.litellm.facts import is_rate
from endpoints_server.config.importing.litellm.values import Values, plain, variable_in
from endpoints_server.config.importing.secrets import is_private, variable_of
from endpoints_server.config.importing.words import words
from endpoints_server.config.problem import shown
from endpoints_server.config.text.document import Path
from endpoints_server.config.values.template import doubled

READ = words(
    "model api_key api_base base_url api_version custom_llm_provider headers extra_headers"
    " organization rpm tpm order weight timeout stream_timeout max_tokens max_completion_tokens"
    " max_parallel_requests max_budget budget_duration additional_drop_params"
    " litellm_credential_name drop_params extra_body"
)
"""Keys that are read elsewhere, or hold here anyway."""

SENT = words(
    "temperature top_p top_k min_p n stop seed user presence_penalty frequency_penalty logit_bias"
    " logprobs top_logprobs response_format reasoning_effort verbosity service_tier store"
    " parallel_tool_calls tool_choice repetition_penalty prediction modalities"
)
"""Fields of requests that a deployment has for callers who send none."""

TOLD = {
    "num_retries": "`server.retries` holds for all",
    "max_retries": "`server.retries` holds for all",
    "input_cost_per_second": "prices here are those of tokens",
    "output_cost_per_second": "prices here are those of tokens",
    "mock_response": "`endpoints-server demo` answers without an upstream",
    "tags": "targets are not chosen by tags; write an alias for each",
    "configurable_clientside_auth_params": "people bring keys with `apiKey: user_provided`",
    "use_in_pass_through": "nothing is passed through unread",
    "region_name": "the address says where it is",
}
ELSEWHERE = "fields are added on OpenAI's APIs alone"
DEADLINES = {"timeout": "total", "stream_timeout": "firstToken"}


def sampling_of(values: Values, params: Path, *, is_openai: bool) -> dict[str, Any]:
    """Gather the fields that are sent where the caller sends none, and tell of all that is lost."""
    fields: dict[str, Any] = {}
    for key, value in values.mapping(params).items():
        if key in SENT and is_openai:
            fields |= sound_field(values, (*params, key), key, value)
        elif key not in READ and not is_rate(key):
            why = TOLD.get(key) or (ELSEWHERE if key in SENT else "nothing here does")
            values.report.warn((*params, key), f"{shown(key)} has no counterpart: {why}")
    body: Path = (*params, "extra_body")
    for key, value in values.mapping(body).items():
        if is_openai:
            fields |= sound_field(values, (*body, key), key, value)
        else:
            values.report.warn((*body, key), f"{shown(key)} is left out: {ELSEWHERE}")
    return fields


def sound_field(values: Values, path: Path, key: str, value: Any) -> dict[str, Any]:
    """Give a field, unless no request can carry it or nobody may see it."""
    if is_sendable(key, value):
        return {key: without_variables(value)}
    values.report.warn(path, f"{shown(key)} is left out: its value cannot stand in the YAML")
    return {}


def without_variables(value: Any) -> Any:
    """Write a value for the YAML, where a dollar sign may begin a variable."""
    match value:
        case dict():
            return {key: without_variables(part) for key, part in value.items()}
        case list():
            return [without_variables(part) for part in value]
        case str():
            return doubled(value)
        case _:
            return value


def is_sendable(key: str, value: Any) -> bool:
    """Say whether a value is plain, and neither a variable nor like a key."""
    match value:
        case None | bool():
            return True
        case dict():
            inside = value.items()
            return not is_private(key, "") and all(is_sendable(*each) for each in inside)
        case list():
            return all(is_sendable(key, part) for part in value)
        case str():
            return not is_private(key, value) and not variable_in(value)
        case int() | float():
            return not is_private(key, "") and (isinstance(value, int) or isfinite(value))
        case _:  # a date, which JSON has not
            return False


def headers_of(values: Values, params: Path, prefix: str) -> dict[str, str]:
    """Gather the headers that are sent with every call; what may be a secret becomes a variable."""
    found: dict[str, str] = {}
    for home in ("headers", "extra_headers"):
        for name in values.mapping((*params, home)):
            found |= header_of(values, (*params, home, name), name, prefix)
    return found | organization_of(values, (*params, "organization"), prefix)


def header_of(values: Values, path: Path, name: str, prefix: str) -> dict[str, str]:
    """Give one header, unless it is empty."""
    text = values.text(path)
    variable = variable_in(text)
    if variable:
        return {name: f"${{{variable}}}"}
    stem = variable_of(prefix, name)
    return {name: values.secrets.shielded(text, path, name, stem)} if text else {}


def organization_of(values: Values, path: Path, prefix: str) -> dict[str, str]:
    """Give the header that names an account of OpenAI's."""
    if isinstance(values.at(path), list):
        values.report.warn(path, "several organizations: write an endpoint for each of them")
        return {}
    return header_of(values, path, "OpenAI-Organization", prefix)


def deadlines_of(values: Values, home: Path, keys: dict[str, str] = DEADLINES) -> dict[str, Any]:
    """Gather deadlines in seconds."""
    found: dict[str, Any] = {}
    for theirs, ours in keys.items():
        seconds = values.number((*home, theirs))
        if seconds is not None and 0 < seconds <= 10**9:
            found[ours] = plain(seconds)
        elif seconds is not None:
            message = f"{shown(theirs)} must be more than 0 and at most 1000000000; it is left out"
            values.report.warn((*home, theirs), message)
    return found


def dropped_of(values: Values, params: Path) -> list[str]:
    """List the parameters that are taken out of every request (docs/completion/drop_params)."""
    path: Path = (*params, "additional_drop_params")
    listed = values.items(path)
    for number, each in enumerate(listed):
        if not isinstance(each, str) or not each:
            values.report.warn((*path, number), "this names no parameter; it is left out")
    return [doubled(each) for each in listed if isinstance(each, str) and each]
