"""One entry of `endpoints.custom`."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType, field

from endpoints_server.config.schema.block import Block, NonEmpty
from endpoints_server.config.schema.compat import Compat
from endpoints_server.config.schema.conversation import Conversation
from endpoints_server.config.schema.model import ModelOverride, NamedModel, Rate, ThinkingLevels
from endpoints_server.config.schema.parameters import CustomParams
from endpoints_server.config.schema.wire import Api

Tokens = Annotated[float, Meta(ge=0)]


class Models(Block, frozen=True, kw_only=True):
    """The models of an endpoint."""

    default: Annotated[
        Annotated[list[NonEmpty | NamedModel], Meta(min_length=1)],
        Meta(description="The models served, by name; at least one, even with `fetch`."),
    ]
    fetch: Annotated[bool, Meta(description="Ask the upstream which models it has.")] = False
    user_id_query: Annotated[
        bool, Meta(description="Tell the upstream who asks for its models.")
    ] = False


class TokenRates(Block, frozen=True, kw_only=True):
    """What a model costs, in USD per million tokens, and how much it holds."""

    prompt: Annotated[Rate, Meta(description="USD per million tokens in.")]
    completion: Annotated[Rate, Meta(description="USD per million tokens out.")]
    context: Annotated[Tokens, Meta(description="The context window, in tokens.")]
    cache_read: (
        Annotated[Rate, Meta(description="USD per million tokens read from a prompt cache.")]
        | UnsetType
    ) = UNSET
    cache_write: (
        Annotated[Rate, Meta(description="USD per million tokens written to a prompt cache.")]
        | UnsetType
    ) = UNSET
    read: (
        Annotated[Rate, Meta(description="The same as `cacheRead`, in LibreChat's other word.")]
        | UnsetType
    ) = UNSET
    write: (
        Annotated[Rate, Meta(description="The same as `cacheWrite`, in LibreChat's other word.")]
        | UnsetType
    ) = UNSET


class CustomEndpoint(Conversation, frozen=True, kw_only=True):
    """Where calls can go."""

    name: Annotated[NonEmpty, Meta(description="Its name; not that of a built-in endpoint.")]
    api_key: Annotated[
        NonEmpty, Meta(description="The key: `${VARIABLE}`, `user_provided`, or the text itself.")
    ]
    base_url: Annotated[
        NonEmpty, Meta(description="The address of the API, `${VARIABLE}` or `user_provided`.")
    ]
    models: Annotated[Models, Meta(description="The models it serves.")]
    provider: Annotated[
        Api | UnsetType,
        Meta(description="The API it speaks; OpenAI's Chat Completions where absent."),
    ] = UNSET
    icon_url: Annotated[str, Meta(description="An icon: an address or a built-in name.")] = ""
    model_display_label: Annotated[
        str, Meta(description="What the model is called in a conversation.")
    ] = ""
    headers: Annotated[
        dict[str, str],
        Meta(description="Headers sent upstream, with `${VARIABLE}` and `{{LIBRECHAT_USER_ID}}`."),
    ] = field(default_factory=dict)
    add_params: Annotated[
        dict[str, Any], Meta(description="Parameters added to every request.")
    ] = field(default_factory=dict)
    drop_params: Annotated[
        list[str], Meta(description="Parameters taken out of every request.")
    ] = field(default_factory=list)
    custom_params: Annotated[CustomParams | UnsetType, Meta(description="The parameter panel.")] = (
        UNSET
    )
    direct_endpoint: Annotated[
        bool, Meta(description="`baseURL` is the exact address; nothing is appended.")
    ] = False
    title_message_role: Annotated[
        Literal["system", "user", "assistant"] | UnsetType,
        Meta(description="The role of the message that asks for a title."),
    ] = UNSET
    token_config: Annotated[
        dict[str, TokenRates], Meta(description="What each model costs and holds.")
    ] = field(default_factory=dict)
    auth_header: Annotated[
        bool, Meta(description="Send the key as `Authorization: Bearer` too, over all headers.")
    ] = False
    compat: Annotated[Compat, Meta(description="How the API deviates, flag by flag.")] = Compat()
    thinking_level_map: Annotated[
        ThinkingLevels, Meta(description="Each model's word for a level of thinking.")
    ] = ThinkingLevels()
    sampling_params: Annotated[
        dict[str, Any], Meta(description="Fields laid over requests, on OpenAI's two APIs.")
    ] = field(default_factory=dict)
    model_overrides: Annotated[
        dict[str, ModelOverride], Meta(description="What is different of a model, by its name.")
    ] = field(default_factory=dict)
    api_key_preview: Annotated[
        str, Meta(description="Written by LibreChat's admin panel; has no meaning in a file.")
    ] = ""

    @property
    def params(self) -> CustomParams:
        """Give `customParams`, as good as empty where there are none."""
        return CustomParams() if isinstance(self.custom_params, UnsetType) else self.custom_params
