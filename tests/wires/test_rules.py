"""Whatever an endpoint is said to be like, and whatever a caller sends it."""

import json
from contextlib import suppress
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from endpoints_server.domain.dialect import (
    CacheRules,
    Dialect,
    Form,
    ThinkingRules,
    ToolRules,
    TurnRules,
)
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.talk.effort import LEVELS
from endpoints_server.domain.talk.prompt import Prompt
from endpoints_server.domain.wire import Wire
from endpoints_server.wires.listed import WIRES
from tests.wires.made import prompts

law = settings(max_examples=25, deadline=None)
flags = st.none() | st.booleans()
words = st.sampled_from(
    [
        *("system", "developer", "user", "assistant", "tool", "function", "image_url", "image"),
        *("input_image", "text", "tool_result", "enabled", "disabled", "high", "none", "1h", ""),
    ]
)
KEYS = (
    *("role", "content", "type", "name", "id", "tool_calls", "tool_call_id", "function"),
    *("reasoning_content", "text", "image_url", "cache_control", "ttl", "strict", "output"),
    *("effort", "max_tokens", "budget_tokens", "enabled", "summary"),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5000) | words,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=25,
)
TOP = (
    *("messages", "input", "contents", "system", "tools", "reasoning", "reasoning_effort"),
    *("thinking", "output_config", "include", "max_tokens", "prompt_cache_retention"),
    *("chat_template_kwargs", "enable_thinking", "stream_options", "store"),
)
rules = st.builds(
    Dialect,
    refuse=st.just(("store", "stream_options")),
    ceiling_tokens=st.none() | st.integers(1, 50_000),
    context_tokens=st.none() | st.integers(1, 50_000),
    level_defaults=st.just({"off": {"top_p": 0.5}}),
    thinking=st.builds(
        ThinkingRules,
        is_able=flags,
        form=st.none() | st.sampled_from(get_args(Form)),
        levels=st.dictionaries(st.sampled_from(LEVELS), st.none() | st.just("word"), max_size=4),
        has_effort=flags,
        template=st.just({"on": {"$var": "thinking.enabled"}, "n": {"$var": "thinking.budget"}}),
        budget_name=st.sampled_from(["", "thinking_budget"]),
        is_adaptive=st.booleans(),
        is_said=st.booleans(),
        is_always_there=st.booleans(),
        may_be_unsealed=st.booleans(),
    ),
    turns=st.builds(
        TurnRules,
        has_developer_role=flags,
        has_late_system=flags,
        has_images=flags,
        has_result_names=st.booleans(),
        has_bridge=st.booleans(),
        has_content=st.booleans(),
    ),
    tools=st.builds(
        ToolRules,
        has_strict=flags,
        has_eager_input=flags,
        is_streamed=st.booleans(),
        is_listed=st.booleans(),
    ),
    cache=st.builds(CacheRules, is_marked=st.booleans(), has_hour=flags, has_tool_marks=flags),
)
every_wire = pytest.mark.parametrize("wire", WIRES.values(), ids=WIRES)


@every_wire
@law
@given(dialect=rules, asked=st.dictionaries(st.sampled_from(TOP), json_values, max_size=6))
def test_a_relayed_request_of_any_shape_goes_on_or_is_refused(
    wire: Wire, dialect: Dialect, asked: dict[str, Any]
) -> None:
    body = json.dumps({"model": "mine", **asked}).encode()
    with suppress(Failed):
        sent = json.loads(wire.relay_request(body, "m", dialect, False).body)
        assert "store" not in sent


@every_wire
@law
@given(dialect=rules, prompt=prompts())
def test_a_translated_request_can_be_read_again_whatever_the_rules(
    wire: Wire, dialect: Dialect, prompt: Prompt
) -> None:
    written = wire.write_request(prompt, dialect)
    read = wire.read_request(written.body)
    assert len(read.tools) == len(prompt.tools)


@every_wire
@law
@given(dialect=rules, prompt=prompts())
def test_what_goes_out_under_rules_goes_on_under_them_unchanged(
    wire: Wire, dialect: Dialect, prompt: Prompt
) -> None:
    written = wire.write_request(prompt, dialect)
    again = wire.relay_request(written.body, prompt.model, dialect, prompt.is_stream)
    once_more = wire.relay_request(again.body, prompt.model, dialect, prompt.is_stream)
    assert json.loads(once_more.body) == json.loads(again.body)
