"""The keys every endpoint shares: titles, labels and pace of a conversation."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from endpoints_server.config.schema.block import Block, Natural, Positive


class Conversation(Block, frozen=True, kw_only=True):
    """What a conversation looks like to the person in it."""

    stream_rate: (
        Annotated[float, Meta(ge=0, description="Milliseconds between two pieces on a screen.")]
        | UnsetType
    ) = UNSET
    max_tool_result_chars: (
        Annotated[float, Meta(gt=0, description="Longest tool result, in characters.")] | UnsetType
    ) = UNSET
    title_convo: Annotated[
        bool | UnsetType, Meta(description="Give each conversation a title after its first turn.")
    ] = UNSET
    title_timing: Annotated[
        Literal["immediate", "final"] | UnsetType,
        Meta(description="Make the title at once, or when the first answer is complete."),
    ] = UNSET
    title_method: Annotated[
        Literal["completion", "functions", "structured"] | UnsetType,
        Meta(description="How the title is asked for; plain completion works everywhere."),
    ] = UNSET
    title_model: Annotated[
        str, Meta(description="The model that makes titles; `current_model` is the one in use.")
    ] = ""
    title_endpoint: Annotated[
        str, Meta(description="The endpoint that makes titles; its own where absent.")
    ] = ""
    title_prompt: Annotated[
        str, Meta(description="The instruction for a title; `{convo}` stands for the first turn.")
    ] = ""
    title_prompt_template: Annotated[
        str, Meta(description="How the first turn is written out, with `{input}` and `{output}`.")
    ] = ""
    activity_label: Annotated[
        bool, Meta(description="Label the steps of a run in a few words.")
    ] = False
    activity_model: Annotated[str, Meta(description="The model that labels steps.")] = ""
    activity_endpoint: Annotated[str, Meta(description="The endpoint that labels steps.")] = ""
    activity_prompt: Annotated[str, Meta(description="The instruction for a step's label.")] = ""
    activity_max_per_run: Annotated[Positive, Meta(description="Most step labels of one run.")] = 20
    activity_char_limit: Annotated[
        Positive, Meta(description="Characters of a step shown to the labelling model.")
    ] = 600
    activity_phase_label: Annotated[
        bool, Meta(description="Label the phases of a run, several steps at a time.")
    ] = False
    activity_phase_model: Annotated[str, Meta(description="The model that labels phases.")] = ""
    activity_phase_endpoint: Annotated[
        str, Meta(description="The endpoint that labels phases.")
    ] = ""
    activity_phase_prompt: Annotated[
        str, Meta(description="The instruction for a phase's label.")
    ] = ""
    activity_phase_max_per_run: Annotated[
        Positive, Meta(description="Most phase labels of one run.")
    ] = 5
    reasoning_label: Annotated[
        bool, Meta(description="Say in a few words what the model is reasoning about.")
    ] = False
    reasoning_label_model: Annotated[str, Meta(description="The model that labels reasoning.")] = ""
    reasoning_label_endpoint: Annotated[
        str, Meta(description="The endpoint that labels reasoning.")
    ] = ""
    reasoning_label_prompt: Annotated[
        str, Meta(description="The instruction for a reasoning label.")
    ] = ""
    reasoning_label_min_chars: Annotated[
        Positive, Meta(description="Characters of reasoning before the first label.")
    ] = 500
    reasoning_label_update_chars: Annotated[
        Positive, Meta(description="Characters of reasoning between two labels.")
    ] = 400
    reasoning_label_update_interval_ms: Annotated[
        Natural, Meta(description="Milliseconds between two labels, at least.")
    ] = 3000
    reasoning_label_max_per_run: Annotated[
        Positive, Meta(description="Most reasoning labels of one run.")
    ] = 8
