"""`compat`: how an API deviates from its wire, flag by flag, in pi's own spelling."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType, field

from endpoints_server.config.schema.block import Block, NonEmpty

Flag = bool | UnsetType
Scalar = str | int | float | bool | None

ThinkingFormat = Literal[
    "openai",
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


class TemplateVariable(Block, frozen=True, kw_only=True):
    """A value of a chat template that follows from how much is to be thought."""

    variable: Annotated[
        Literal["thinking.enabled", "thinking.effort", "thinking.budget"],
        Meta(description="What the value is taken from."),
    ] = field(name="$var")
    omit_when_off: Annotated[bool, Meta(description="Leave it out while thinking is off.")] = False


Template = dict[str, Scalar | TemplateVariable]


class GatewayRouting(Block, frozen=True, kw_only=True, omit_defaults=True):
    """Which providers Vercel's gateway may use."""

    only: Annotated[list[NonEmpty] | UnsetType, Meta(description="The only ones it may use.")] = (
        UNSET
    )
    order: Annotated[list[NonEmpty] | UnsetType, Meta(description="Which it is to try first.")] = (
        UNSET
    )


class Compat(Block, frozen=True, kw_only=True):
    """How an API deviates from its wire; what is not said is as is safe for an unknown one."""

    supports_store: Annotated[
        Flag, Meta(description="It knows `store`; then `store: false` is sent with every call.")
    ] = UNSET
    supports_developer_role: Annotated[
        Flag, Meta(description="Instructions may have the role `developer`.")
    ] = UNSET
    supports_reasoning_effort: Annotated[Flag, Meta(description="It knows `reasoning_effort`.")] = (
        UNSET
    )
    supports_usage_in_streaming: Annotated[
        Flag, Meta(description="It knows `stream_options`, which ask for usage in streams.")
    ] = UNSET
    supports_finish_reason: Annotated[Flag, Meta(description="Its streams say why they end.")] = (
        UNSET
    )
    max_tokens_field: Annotated[
        Literal["max_tokens", "max_completion_tokens"] | UnsetType,
        Meta(description="The field that takes the token ceiling."),
    ] = UNSET
    requires_tool_result_name: Annotated[
        Flag, Meta(description="A tool's result must repeat the tool's name.")
    ] = UNSET
    requires_assistant_after_tool_result: Annotated[
        Flag, Meta(description="The assistant must speak between a tool's result and the user.")
    ] = UNSET
    requires_non_null_assistant_content: Annotated[
        Flag, Meta(description="A turn of calls alone has empty words, not none.")
    ] = UNSET
    requires_tools_with_tool_history: Annotated[
        Flag, Meta(description="`tools` must be there, if empty, once tools were called.")
    ] = UNSET
    requires_thinking_as_text: Annotated[
        Flag, Meta(description="Earlier thinking goes back as text before the answer.")
    ] = UNSET
    requires_reasoning_content_on_assistant_messages: Annotated[
        Flag, Meta(description="Every turn of the assistant needs `reasoning_content`.")
    ] = UNSET
    thinking_format: Annotated[
        ThinkingFormat | UnsetType, Meta(description="How thinking is asked for.")
    ] = UNSET
    chat_template_kwargs: Annotated[
        Template, Meta(description="Sent as `chat_template_kwargs` in the format `chat-template`.")
    ] = field(default_factory=dict)
    chat_template_args: Annotated[
        Template, Meta(description="Sent as `chat_template_args` in the format `baseten`.")
    ] = field(default_factory=dict)
    thinking_token_budget_field: Annotated[
        Literal["thinking_token_budget", "thinking_budget", "thinking_budget_tokens"] | UnsetType,
        Meta(description="The field that takes a budget of tokens for thinking."),
    ] = UNSET
    supports_thinking_token_budget: Annotated[
        Flag, Meta(description="The same as `thinkingTokenBudgetField: thinking_token_budget`.")
    ] = UNSET
    zai_tool_stream: Annotated[
        Flag, Meta(description="Calls stream only where `tool_stream` asks for it.")
    ] = UNSET
    supports_strict_mode: Annotated[
        Flag, Meta(description="A function may be held to its schema with `strict`.")
    ] = UNSET
    supports_open_ai_grammar_tools: Annotated[
        Flag, Meta(description="A tool may be held to a grammar.")
    ] = field(default=UNSET, name="supportsOpenAIGrammarTools")
    supports_mid_convo_system_messages: Annotated[
        Flag, Meta(description="Instructions may stand behind the first turn.")
    ] = UNSET
    supports_mid_convo_tool_additions: Annotated[
        Flag, Meta(description="Tools may be added later in a conversation.")
    ] = UNSET
    supports_mid_convo_tool_changes: Annotated[
        Flag, Meta(description="Tools may change later in a conversation.")
    ] = UNSET
    supports_mid_convo_effort: Annotated[
        Flag, Meta(description="The effort may change later in a conversation.")
    ] = UNSET
    cache_control_format: Annotated[
        Literal["anthropic"] | UnsetType,
        Meta(description="Marks for caching, as Anthropic writes them, in Chat Completions."),
    ] = UNSET
    supports_long_cache_retention: Annotated[
        Flag, Meta(description="What is cached may be kept an hour, or a day.")
    ] = UNSET
    supports_explicit_prompt_cache_mode: Annotated[
        Flag, Meta(description="It knows `prompt_cache_options`.")
    ] = UNSET
    prompt_cache_key_mode: Annotated[
        Literal["enabled", "disabled"] | UnsetType,
        Meta(description="Whether a key for the cache is sent."),
    ] = UNSET
    supports_cache_control_on_tools: Annotated[
        Flag, Meta(description="Tools may bear marks for caching.")
    ] = UNSET
    send_session_affinity_headers: Annotated[
        Flag, Meta(description="Headers tell which conversation a call is of.")
    ] = UNSET
    session_affinity_format: Annotated[
        Literal["openai", "openai-nosession", "openrouter"] | UnsetType,
        Meta(description="Which headers these are."),
    ] = UNSET
    open_router_routing: Annotated[
        dict[str, Any], Meta(description="Sent as `provider`: where OpenRouter may send a call.")
    ] = field(default_factory=dict)
    vercel_gateway_routing: Annotated[
        GatewayRouting, Meta(description="Where Vercel's gateway may send a call.")
    ] = GatewayRouting()
    vllm_priority: Annotated[
        int | UnsetType, Meta(description="Sent as `priority`: a smaller number is served sooner.")
    ] = UNSET
    supports_max_output_tokens: Annotated[
        Flag, Meta(description="It knows `max_output_tokens`.")
    ] = UNSET
    supports_additional_tools: Annotated[
        Flag, Meta(description="Tools may come with a later turn.")
    ] = UNSET
    supports_tool_search: Annotated[Flag, Meta(description="It searches among tools.")] = UNSET
    supports_eager_tool_input_streaming: Annotated[
        Flag, Meta(description="Arguments of calls may stream as they are made.")
    ] = UNSET
    supports_temperature: Annotated[Flag, Meta(description="It knows `temperature`.")] = UNSET
    supports_strict_tools: Annotated[
        Flag, Meta(description="A tool may be held to its schema with `strict`.")
    ] = UNSET
    force_adaptive_thinking: Annotated[
        Flag, Meta(description="The model finds its own amount of thinking.")
    ] = UNSET
    think_tags: Annotated[
        Flag, Meta(description="Answers think in their words, between `<think>` tags.")
    ] = UNSET
    allow_empty_signature: Annotated[
        Flag, Meta(description="Thinking goes back without a signature.")
    ] = UNSET
    allowed_fallback_models: Annotated[
        list[Any], Meta(description="Models that may answer where this one refuses.")
    ] = field(default_factory=list)
    supports_message_threads: Annotated[
        Flag, Meta(description="Only new messages need be sent.")
    ] = UNSET
