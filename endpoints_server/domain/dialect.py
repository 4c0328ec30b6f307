"""How an endpoint or one of its models deviates within its wire, as data."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Form = Literal[
    "effort",
    "object",
    "none",
    "gateway",
    "openrouter",
    "deepseek",
    "together",
    "zai",
    "qwen",
    "qwen-chat-template",
    "chat-template",
    "baseten",
    "string-thinking",
    "ant-ling",
]
"""How a model is asked to think in Chat Completions; `none` asks nothing whatever was wished.

`gateway` is an object without a summary; a model that finds its own amount gets a verbosity.
"""


class ThinkingRules(Struct, frozen=True, kw_only=True):
    """How a model is asked to think, and how its reasoning comes and goes back.

    `is_able` says whether it can think at all; where it can for certain, silence asks for none, and
    where that is None nothing is judged. `levels` gives the model's own word for each level, None
    for one that it does not have. `has_effort` says whether forms that name an effort may.
    `template` is what the two forms for chat templates send: plain values, or `{"$var": name}`.
    `budget_name` is the field that also takes a budget of tokens. `is_adaptive` has the model find
    its own amount on Messages, whatever its name says.

    `key` holds reasoning in turns, and `answer_key` in answers where one is chosen; `has_tags` says
    that it comes between `<think>` tags in the words, None that it may: a translation looks for
    them, a relay leaves the words as they are. Earlier reasoning goes back as `replay` says
    (all, that of the open tool loop, or none): as words where `is_said`, under a `key` on every
    turn where `is_always_there`, without a seal where `may_be_unsealed`.
    """

    is_able: bool | None = None
    form: Form | None = None
    levels: Mapping[str, str | None] = {}
    has_effort: bool | None = None
    template: Mapping[str, object] = {}
    budget_name: str = ""
    is_adaptive: bool = False
    key: Literal["reasoning_content", "reasoning", "reasoning_text"] = "reasoning_content"
    answer_key: Literal["", "reasoning_content", "reasoning"] = ""
    has_tags: bool | None = None
    replay: Literal["all", "loop", "none"] = "all"
    is_said: bool = False
    is_always_there: bool = False
    may_be_unsealed: bool = False


class TurnRules(Struct, frozen=True, kw_only=True):
    """What the turns of a conversation must be like; None leaves them as they are.

    `has_developer_role` says which role instructions have, `has_late_system` whether any may stand
    behind the first turn, `has_images` whether the model sees. `has_result_names` repeats the name
    of the tool on each result, `has_bridge` answers results before a user speaks again, and
    `has_content` says that a turn of calls alone has empty words rather than none. `opening` is the
    instructions of a conversation whose caller gave none.
    """

    has_developer_role: bool | None = None
    has_late_system: bool | None = None
    has_images: bool | None = None
    has_result_names: bool = False
    has_bridge: bool = False
    has_content: bool = False
    opening: str = ""


class ToolRules(Struct, frozen=True, kw_only=True):
    """What tools are offered like; None leaves them as the caller sent them.

    `has_strict` says whether a function may be held to its schema, `has_eager_input` whether its
    arguments may stream as they are made. `is_streamed` asks for calls in streams where that must
    be asked for, `is_listed` sends an empty list where only the history has calls.
    """

    has_strict: bool | None = None
    has_eager_input: bool | None = None
    is_streamed: bool = False
    is_listed: bool = False


class CacheRules(Struct, frozen=True, kw_only=True):
    """How an endpoint caches prompts; None leaves marks as the caller set them.

    `is_marked` says that Chat Completions carry Anthropic's marks, `has_hour` that one may last an
    hour, `has_tool_marks` that tools may bear them. `session_headers` are the names of headers that
    tell the endpoint which conversation a call is of, so that it finds the same cache.
    """

    is_marked: bool = False
    has_hour: bool | None = None
    has_tool_marks: bool | None = None
    session_headers: tuple[str, ...] = ()


class Dialect(Struct, frozen=True, kw_only=True):
    """How an endpoint or one of its models deviates within its wire, as data.

    `defaults`, `add` and `drop` name top-level fields of the request or dotted paths into it. A
    default holds where the caller said nothing, `level_defaults` those of a level of thinking and
    before the others; what is added wins over what the caller sent; what is dropped is gone after
    that. What stands in `refuse` the endpoint would refuse: it is taken out before the defaults,
    and named as lost.

    `ceiling_name` is the field that takes the token ceiling, where that is not for the model to
    say; `ceiling_tokens` the ceiling where the caller asked for none, as far as `context_tokens`
    leaves room for it. `is_whole` asks for answers unstreamed. `sources` tells people which key
    says a default or an added field, where that is none of LibreChat's.
    """

    defaults: Mapping[str, object] = {}
    level_defaults: Mapping[str, Mapping[str, object]] = {}
    add: Mapping[str, object] = {}
    drop: tuple[str, ...] = ()
    refuse: tuple[str, ...] = ()
    ceiling_name: Literal["max_tokens", "max_completion_tokens"] | None = None
    ceiling_tokens: int | None = None
    context_tokens: int | None = None
    has_stream_usage: bool = True
    web_search: Literal["options", "plugin"] = "options"
    is_whole: bool = False
    thinking: ThinkingRules = ThinkingRules()
    turns: TurnRules = TurnRules()
    tools: ToolRules = ToolRules()
    cache: CacheRules = CacheRules()
    sources: Mapping[str, str] = {}
