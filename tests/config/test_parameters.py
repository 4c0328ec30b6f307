"""The parameters of an endpoint: panels with their mistakes, and what all endpoints share."""

from typing import Any

import pytest

from endpoints_server.config.parameters.complete import completed
from endpoints_server.config.parameters.judge import judge
from endpoints_server.config.problem import Level
from tests.config.files import only_endpoint, told, with_keys


def panel(text: str) -> str:
    return with_keys(f"customParams: {{{text}}}")


def definitions(*texts: str) -> str:
    listed = ", ".join(f"{{{text}}}" for text in texts)
    return panel(f"paramDefinitions: [{listed}]")


def test_an_unknown_set_is_told_with_the_nearest() -> None:
    assert told(panel("defaultParamsEndpoint: openai")) == [
        "8:45: error: `openai` is no known set of parameters (did you mean `openAI`?)"
    ]


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ("key: temperature, default: 9", "`default` must be within `range`"),
        ("key: temperature, default: warm", "`default` must be a number"),
        ("key: temperature, type: string", "`default` must be text"),
        ("key: reasoning_effort, default: extreme", "`default` must be one of `options`"),
        ("key: useResponsesApi, default: 'true'", "`default` must be `true` or `false`"),
        ("key: own, options: [a]", "a dropdown needs at least two options"),
        ("key: own, type: number, component: slider", "a slider over numbers needs a `range`"),
        ("key: own, minText: 5, maxText: 1", "`minText` must not be above `maxText`"),
        (
            "key: reasoning_effort, default: '', enumMappings: {low: 1}",
            "`enumMappings` must say what each option is sent as",
        ),
    ],
)
def test_a_definition_that_makes_no_sense_is_told_with_its_place(
    definition: str, message: str
) -> None:
    (problem,) = told(definitions(definition))
    assert problem.startswith("8:")
    assert f"error: {message}" in problem


def test_mistakes_of_several_definitions_are_told_together() -> None:
    problems = told(definitions("key: temperature, default: 9", "key: top_p, default: x"))
    assert len(problems) == 2


def test_a_parameter_that_no_set_has_is_noted_and_sent() -> None:
    text = definitions("key: safe_prompt, default: true")
    assert [note.split(": ", 2)[1] for note in told(text, Level.NOTE)] == ["note"]
    assert only_endpoint(text).dialect.defaults == {"safe_prompt": True}


def test_only_explicit_defaults_are_sent_and_each_as_its_mapping_says() -> None:
    dialect = only_endpoint(
        definitions(
            "key: temperature, range: {min: 0, max: 1}, default: 1",
            "key: top_p",
            "key: max_tokens, default: 5",
            "key: resendFiles, default: false",
            "key: level, options: [a, b], default: b, enumMappings: {a: 1, b: 2}",
        )
    ).dialect
    assert dialect.defaults == {"temperature": 1, "max_tokens": 5, "level": 2}
    assert isinstance(dialect.defaults["max_tokens"], int)


def test_a_panel_is_completed_for_screens() -> None:
    screen = only_endpoint(definitions("key: temperature, default: 0.2")).screen
    parameters: Any = screen.parameters
    (definition,) = parameters["paramDefinitions"]
    assert definition["component"] == "slider"
    assert definition["range"] == {"min": 0, "max": 2, "step": 0.01}
    assert definition["default"] == 0.2


@pytest.mark.parametrize(
    ("lines", "brand"),
    [
        (["iconURL: Grok"], "xai"),
        (["provider: anthropic"], "anthropic"),
        (["iconURL: https://x.test/i.png"], ""),
    ],
)
def test_a_known_brand_is_found_for_screens(lines: list[str], brand: str) -> None:
    assert only_endpoint(with_keys(*lines)).screen.brand == brand


@pytest.mark.parametrize(
    ("flags", "replay"),
    [
        ("", "all"),
        ("includeReasoningContent: true", "loop"),
        ("includeReasoningContent: true, includeReasoningHistory: true", "all"),
        ("includeReasoningHistory: false", "none"),
    ],
)
def test_the_flags_say_which_reasoning_goes_back(flags: str, replay: str) -> None:
    assert only_endpoint(panel(flags)).dialect.thinking.replay == replay


@pytest.mark.parametrize(
    "lines",
    ["addParams: {disableStreaming: true}", "addParams: {stream: false}"],
)
def test_answers_can_be_asked_for_unstreamed(lines: str) -> None:
    assert only_endpoint(with_keys(lines)).dialect.is_whole


def test_what_all_endpoints_share_wins_but_for_headers() -> None:
    text = with_keys("streamRate: 5", "headers: {X-Own: a, x-both: own}") + (
        "  all:\n    streamRate: 9\n    headers: {X-Both: all, X-All: '${ACME_KEY}'}\n"
    )
    endpoint = only_endpoint(text)
    assert endpoint.screen.stream_rate_ms == 9
    headers = {template.name: template.pieces for template in endpoint.headers}
    assert headers == {"X-Own": ("a",), "x-both": ("own",), "X-All": ("k-acme",)}
    overridden = "8:7: note: `streamRate` stands in `endpoints.all` too, which wins"
    assert overridden in told(text, Level.NOTE)


def test_a_shared_header_is_checked_like_any_other() -> None:
    text = with_keys() + "  all:\n    headers: {'X Bad': a, X-Unset: '${NOBODY_SETS_THIS}'}\n"
    assert [problem.split(":")[0] for problem in told(text)] == ["9", "9"]


def test_a_default_of_the_prompt_prefix_opens_conversations() -> None:
    text = definitions("key: promptPrefix, default: Write plainly.")
    dialect = only_endpoint(text).dialect
    assert dialect.turns.opening == "Write plainly."
    assert "promptPrefix" not in dialect.defaults


def test_what_is_added_or_dropped_without_effect_is_noted() -> None:
    text = with_keys("addParams: {resendFiles: true, apiKey: k, streaming: false}")
    text += "      dropParams: [model, promptCache, stop]\n"
    assert [note.split("note: ")[1] for note in told(text, Level.NOTE)] == [
        "`resendFiles` is not added to requests: it steers LibreChat's own client",
        "`apiKey` is not added to requests: it is not the file's to say",
        "`model` is not dropped from requests: it is not the file's to say",
        "`promptCache` is not dropped from requests: it steers LibreChat's own client",
    ]


@pytest.mark.parametrize(
    ("written", "filled"),
    [
        ({"component": "input", "label": ""}, {"label": "k"}),
        ({"type": "boolean", "component": "slider", "includeInput": True}, {"includeInput": False}),
        ({"type": "boolean", "component": "switch", "default": 0}, {"default": False}),
        ({"type": "array", "component": "tags", "default": ""}, {"default": []}),
    ],
)
def test_what_is_as_good_as_unsaid_is_filled_in(
    written: dict[str, Any], filled: dict[str, Any]
) -> None:
    (found,) = completed([{"key": "k", "type": "string"} | written])
    assert filled.items() <= found.items()


def test_columns_are_those_of_the_definitions_that_say_them() -> None:
    sound = {"key": "k", "type": "string", "component": "input"}
    assert [each["columnSpan"] for each in completed([sound | {"columns": 4}, sound])] == [2, 2]


@pytest.mark.parametrize(
    ("written", "complaints"),
    [
        ({"component": "slider", "minText": -1}, []),
        ({"component": "input", "minText": -1}, ["minText"]),
        ({"component": "input", "maxText": 0, "minText": 1}, ["minText"]),
        ({"type": "enum", "component": "input", "default": "a"}, []),
        ({"type": "number", "component": "dropdown", "options": ["a", "b"]}, ["default"]),
        ({"type": "array", "component": "tags", "minTags": 1}, []),
        ({"type": "array", "component": "tags", "minTags": 1, "default": []}, ["default"]),
    ],
)
def test_a_bound_counts_for_the_control_that_has_it(
    written: dict[str, Any], complaints: list[str]
) -> None:
    found = judge({"key": "k", "type": "string"} | written)
    assert [each.key for each in found] == complaints
