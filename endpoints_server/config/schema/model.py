"""What can be said of one model: how it is reached, what it can do, what it costs."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType, field

from endpoints_server.config.schema.block import Block, Natural, NonEmpty
from endpoints_server.config.schema.compat import Compat
from endpoints_server.config.schema.wire import Api

Rate = Annotated[Decimal, Meta(extra_json_schema={"minimum": 0})]
Amount = Annotated[float, Meta(gt=0)]
Word = NonEmpty | None | UnsetType


class ThinkingLevels(Block, frozen=True, kw_only=True, omit_defaults=True):
    """A model's own word for each level of thinking; null is a level it does not have."""

    off: Annotated[Word, Meta(description="No thinking; null where it cannot be turned off.")] = (
        UNSET
    )
    minimal: Annotated[Word, Meta(description="The least.")] = UNSET
    low: Annotated[Word, Meta(description="A little.")] = UNSET
    medium: Annotated[Word, Meta(description="Some.")] = UNSET
    high: Annotated[Word, Meta(description="Much.")] = UNSET
    xhigh: Annotated[Word, Meta(description="Very much; only where it is given a word.")] = UNSET
    max: Annotated[Word, Meta(description="The most; only where it is given a word.")] = UNSET


Fields = dict[str, Any]


class LevelFields(Block, frozen=True, kw_only=True, omit_defaults=True):
    """Fields laid over requests, by how much is to be thought."""

    off: Annotated[Fields, Meta(description="Where nothing is thought.")] = field(
        default_factory=dict
    )
    minimal: Annotated[Fields, Meta(description="For the least.")] = field(default_factory=dict)
    low: Annotated[Fields, Meta(description="For a little.")] = field(default_factory=dict)
    medium: Annotated[Fields, Meta(description="For some.")] = field(default_factory=dict)
    high: Annotated[Fields, Meta(description="For much.")] = field(default_factory=dict)
    xhigh: Annotated[Fields, Meta(description="For very much.")] = field(default_factory=dict)
    max: Annotated[Fields, Meta(description="For the most.")] = field(default_factory=dict)


class SomeRates(Block, frozen=True, kw_only=True):
    """Rates laid over those a model has, in USD per million tokens."""

    input: Annotated[Rate | UnsetType, Meta(description="USD per million tokens in.")] = UNSET
    output: Annotated[Rate | UnsetType, Meta(description="USD per million tokens out.")] = UNSET
    cache_read: Annotated[
        Rate | UnsetType, Meta(description="USD per million tokens read from a prompt cache.")
    ] = UNSET
    cache_write: Annotated[
        Rate | UnsetType, Meta(description="USD per million tokens written to a prompt cache.")
    ] = UNSET


class CostTier(SomeRates, frozen=True, kw_only=True):
    """Rates of the whole call once more than so many tokens go in."""

    input_tokens_above: Annotated[
        Natural, Meta(description="Tokens in, cached ones among them, above which it holds.")
    ]
    input: Annotated[Rate, Meta(description="USD per million tokens in.")]
    output: Annotated[Rate, Meta(description="USD per million tokens out.")]


class SomeCost(SomeRates, frozen=True, kw_only=True):
    """What changes of a model's cost."""

    tiers: Annotated[list[CostTier], Meta(description="Rates for larger calls, in any order.")] = (
        field(default_factory=list)
    )


class Cost(SomeCost, frozen=True, kw_only=True):
    """What a model costs, in USD per million tokens; a prompt cached for an hour twice `input`."""

    input: Annotated[Rate, Meta(description="USD per million tokens in; zero means free.")]
    output: Annotated[Rate, Meta(description="USD per million tokens out.")]


class ModelFacts(Block, frozen=True, kw_only=True):
    """What can be said of a model, in the list of models or over it."""

    reasoning: Annotated[bool | UnsetType, Meta(description="Whether it can think.")] = UNSET
    thinking_level_map: Annotated[
        ThinkingLevels, Meta(description="Its own word for each level of thinking.")
    ] = ThinkingLevels()
    input: Annotated[
        list[Literal["text", "image"]] | UnsetType, Meta(description="What it takes in.")
    ] = UNSET
    context_window: Annotated[
        Amount | UnsetType, Meta(description="The context window, in tokens.")
    ] = UNSET
    max_tokens: Annotated[
        Amount | UnsetType, Meta(description="The most it answers, in tokens.")
    ] = UNSET
    headers: Annotated[
        dict[str, str], Meta(description="Headers sent with its calls, over the endpoint's.")
    ] = field(default_factory=dict)
    compat: Annotated[
        Compat, Meta(description="How it deviates from its API, over the endpoint's `compat`.")
    ] = Compat()
    sampling_params: Annotated[
        dict[str, Any], Meta(description="Fields laid over its requests, on OpenAI's two APIs.")
    ] = field(default_factory=dict)
    sampling_params_by_thinking_level: Annotated[
        LevelFields, Meta(description="The same for one level of thinking, over `samplingParams`.")
    ] = LevelFields()


class ModelOverride(ModelFacts, frozen=True, kw_only=True):
    """What is different of a model that is in the list."""

    name: Annotated[str, Meta(description="What it is called on screens.")] = ""
    cost: Annotated[SomeCost | UnsetType, Meta(description="Rates that differ.")] = UNSET


class NamedModel(ModelFacts, frozen=True, kw_only=True):
    """A model with more to say about it than its name."""

    name: Annotated[
        NonEmpty, Meta(description="Its name upstream; beside an `id`, what screens call it.")
    ] = ""
    id: Annotated[NonEmpty, Meta(description="Its name upstream, as pi's users write it.")] = ""
    description: Annotated[str, Meta(description="What the model is good for.")] = ""
    provider: Annotated[
        Api | UnsetType, Meta(description="The API it speaks, where not the endpoint's.")
    ] = UNSET
    api: Annotated[Api | UnsetType, Meta(description="The same as `provider`, in pi's word.")] = (
        UNSET
    )
    base_url: Annotated[
        str, Meta(description="The address it is found at, where not the endpoint's.")
    ] = field(default="", name="baseUrl")
    cost: Annotated[Cost | UnsetType, Meta(description="What it costs.")] = UNSET

    @property
    def key(self) -> str:
        """Its name upstream."""
        return self.id or self.name
