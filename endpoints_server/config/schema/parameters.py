"""`customParams`: how the parameter panel of an endpoint differs from a known one."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from endpoints_server.config.schema.block import Block, Natural

Choice = int | float | bool | str | list[str]


class Range(Block, frozen=True, kw_only=True):
    """The values a number may take."""

    min: Annotated[float, Meta(description="The least value.")]
    max: Annotated[float, Meta(description="The greatest value.")]
    step: Annotated[float | UnsetType, Meta(description="The distance between two values.")] = UNSET
    positive_min: Annotated[
        float | UnsetType, Meta(description="The least value above zero; not above `max`.")
    ] = UNSET


class ParameterDefinition(Block, frozen=True, kw_only=True, omit_defaults=True):
    """One parameter of the panel, laid over the built-in one of that key."""

    key: Annotated[str, Meta(description="The parameter that is changed.")]
    description: Annotated[str, Meta(description="What the parameter does.")] = ""
    type: Annotated[
        Literal["number", "boolean", "string", "enum", "array"] | UnsetType,
        Meta(description="What kind of value it takes."),
    ] = UNSET
    default: Annotated[
        Choice | UnsetType, Meta(description="The value where a person chose none.")
    ] = UNSET
    show_label: Annotated[bool | UnsetType, Meta(description="Show its label.")] = UNSET
    show_default: Annotated[
        bool | UnsetType, Meta(description="Show its default beside the label.")
    ] = UNSET
    options: Annotated[list[str], Meta(description="The values to choose from.")] = field(
        default_factory=list
    )
    range: Annotated[Range | UnsetType, Meta(description="The values a number may take.")] = UNSET
    enum_mappings: Annotated[
        dict[str, int | float | bool | str], Meta(description="What each option is sent as.")
    ] = field(default_factory=dict)
    component: Annotated[
        Literal["input", "textarea", "slider", "checkbox", "switch", "dropdown", "combobox", "tags"]
        | UnsetType,
        Meta(description="The control it is set with."),
    ] = UNSET
    option_type: Annotated[
        Literal["conversation", "model", "custom"] | UnsetType,
        Meta(description="Where the value is kept; always `custom` here."),
    ] = UNSET
    column_span: Annotated[Natural, Meta(description="How many columns it takes.")] = 0
    columns: (
        Annotated[int, Meta(ge=1, le=4, description="How many columns the panel has.")] | UnsetType
    ) = UNSET
    label: Annotated[str, Meta(description="Its name on the panel.")] = ""
    placeholder: Annotated[str, Meta(description="What an empty field shows.")] = ""
    label_code: Annotated[bool, Meta(description="The label names a translation.")] = False
    placeholder_code: Annotated[bool, Meta(description="The placeholder names a translation.")] = (
        False
    )
    description_code: Annotated[bool, Meta(description="The description names a translation.")] = (
        False
    )
    search_placeholder_code: Annotated[
        bool, Meta(description="The search placeholder names a translation.")
    ] = False
    select_placeholder_code: Annotated[
        bool, Meta(description="The select placeholder names a translation.")
    ] = False
    min_text: Annotated[float | UnsetType, Meta(description="Fewest characters.")] = UNSET
    max_text: Annotated[float | UnsetType, Meta(description="Most characters.")] = UNSET
    min_tags: Annotated[float, Meta(ge=0, description="Fewest tags.")] | UnsetType = UNSET
    max_tags: Annotated[float, Meta(ge=0, description="Most tags.")] | UnsetType = UNSET
    include_input: Annotated[
        bool | UnsetType, Meta(description="Show a field beside the slider.")
    ] = UNSET
    description_side: Annotated[
        Literal["top", "right", "bottom", "left"] | UnsetType,
        Meta(description="Where the description appears."),
    ] = UNSET
    search_placeholder: Annotated[str, Meta(description="What an empty search field shows.")] = ""
    select_placeholder: Annotated[str, Meta(description="What an empty selection shows.")] = ""


class CustomParams(Block, frozen=True, kw_only=True, omit_defaults=True):
    """The parameter panel of an endpoint, and how reasoning is asked for."""

    default_params_endpoint: Annotated[
        str, Meta(description="The parameter set the panel starts from, such as `openAI`.")
    ] = "custom"
    reasoning_format: Annotated[
        Literal["disabled", "reasoning_effort", "reasoning_object"] | UnsetType,
        Meta(description="How reasoning is asked for."),
    ] = UNSET
    reasoning_key: Annotated[
        Literal["reasoning", "reasoning_content"] | UnsetType,
        Meta(description="The field reasoning comes back in."),
    ] = UNSET
    include_reasoning_content: Annotated[
        bool | UnsetType, Meta(description="Send reasoning back within a tool loop.")
    ] = UNSET
    include_reasoning_history: Annotated[
        bool | UnsetType, Meta(description="Send the reasoning of earlier turns back.")
    ] = UNSET
    param_definitions: Annotated[
        list[ParameterDefinition], Meta(description="Parameters that differ from the set.")
    ] = field(default_factory=list)
