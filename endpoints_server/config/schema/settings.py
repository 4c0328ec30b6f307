"""The whole file."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from endpoints_server.config.schema.block import Block, spell
from endpoints_server.config.schema.conversation import Conversation
from endpoints_server.config.schema.endpoint import CustomEndpoint
from endpoints_server.config.schema.server import Server

Screens = Annotated[
    dict[str, Any] | UnsetType,
    Meta(description="Read by LibreChat alone; accepted and left as it is."),
]
Flag = Annotated[
    bool | UnsetType, Meta(description="Read by LibreChat alone; accepted and left as it is.")
]
Names = Annotated[
    list[str] | UnsetType, Meta(description="Read by LibreChat alone; accepted and left as it is.")
]


class Everywhere(Conversation, frozen=True, kw_only=True):
    """What holds for every endpoint, whatever it says itself."""

    headers: Annotated[
        dict[str, str], Meta(description="Headers sent with every call, under an endpoint's own.")
    ] = field(default_factory=dict)
    base_url: Annotated[str, Meta(description="Has no meaning here.")] = ""


class Endpoints(Block, frozen=True, kw_only=True):
    """The endpoints; `custom` are those that are served."""

    allowed_addresses: Annotated[
        list[str],
        Meta(description="Private `host:port` pairs that addresses people type may name."),
    ] = field(default_factory=list)
    all: Annotated[Everywhere | UnsetType, Meta(description="What holds for every endpoint.")] = (
        UNSET
    )
    open_ai: Screens = UNSET
    google: Screens = UNSET
    anthropic: Screens = UNSET
    azure_open_ai: Screens = UNSET
    azure_assistants: Screens = UNSET
    assistants: Screens = UNSET
    agents: Screens = UNSET
    custom: Annotated[list[CustomEndpoint], Meta(description="The endpoints that are served.")] = (
        field(default_factory=list)
    )
    bedrock: Screens = UNSET


class Currency(Struct, frozen=True, kw_only=True, rename=spell):
    """The currency prices are shown in."""

    code: Annotated[str, Meta(description="Its code, such as `EUR`.")]
    rate: Annotated[float, Meta(gt=0, description="How much of it one USD is worth.")]


class Interface(Struct, frozen=True, kw_only=True, rename=spell):
    """LibreChat's screens; only what is told of money concerns a server."""

    currency: Annotated[
        Currency | UnsetType, Meta(description="The currency prices are shown in.")
    ] = UNSET
    context_cost: Annotated[bool, Meta(description="Show people what models cost.")] = False


class Balance(Struct, frozen=True, kw_only=True, rename=spell):
    """What each person may spend."""

    enabled: Annotated[bool, Meta(description="Stop who has nothing left.")] = False
    start_balance: Annotated[float, Meta(description="Credits at the start; a million a USD.")] = (
        20000
    )
    auto_refill_enabled: Annotated[bool, Meta(description="Refill from time to time.")] = False
    refill_interval_value: Annotated[
        float, Meta(gt=0, description="How many units between refills.")
    ] = 30
    refill_interval_unit: Annotated[
        Literal["seconds", "minutes", "hours", "days", "weeks", "months"],
        Meta(description="The unit of `refillIntervalValue`."),
    ] = "days"
    refill_amount: Annotated[float, Meta(ge=0, description="Credits of one refill.")] = 10000
    reservation_ttl_ms: Annotated[
        int, Meta(ge=10000, description="How long a reservation holds, in milliseconds.")
    ] = 1_800_000


class Transactions(Struct, frozen=True, kw_only=True, rename=spell):
    """LibreChat's record of what was spent; the ledger here is kept either way."""

    enabled: Annotated[bool, Meta(description="The ledger is kept either way.")] = True


class Settings(Block, frozen=True, kw_only=True):
    """LibreChat's configuration file, read by this server too."""

    version: Annotated[str, Meta(description="LibreChat's version of this format, in quotes.")] = ""
    permissions: Screens = UNSET
    cache: Flag = UNSET
    ocr: Screens = UNSET
    web_search: Screens = UNSET
    langfuse: Screens = UNSET
    memory: Screens = UNSET
    summarization: Screens = UNSET
    skill_sync: Screens = UNSET
    secure_image_links: Flag = UNSET
    image_output_type: Annotated[
        Literal["png", "webp", "jpeg"] | UnsetType,
        Meta(description="Read by LibreChat alone; accepted and left as it is."),
    ] = UNSET
    included_tools: Names = UNSET
    filtered_tools: Names = UNSET
    mcp_servers: Screens = UNSET
    mcp_settings: Screens = UNSET
    mcp_app_sandbox: Screens = UNSET
    interface: Annotated[
        Interface | UnsetType, Meta(description="LibreChat's screens, and the currency of prices.")
    ] = UNSET
    turnstile: Screens = UNSET
    file_strategy: Annotated[
        str | dict[str, Any] | UnsetType,
        Meta(description="Read by LibreChat alone; accepted and left as it is."),
    ] = UNSET
    file_strategies: Screens = UNSET
    cloudfront: Screens = UNSET
    actions: Screens = UNSET
    registration: Screens = UNSET
    email_change: Screens = UNSET
    balance: Annotated[Balance | UnsetType, Meta(description="What each person may spend.")] = UNSET
    transactions: Annotated[
        Transactions | UnsetType, Meta(description="The record of what was spent.")
    ] = UNSET
    speech: Screens = UNSET
    rate_limits: Screens = UNSET
    file_config: Screens = UNSET
    model_specs: Screens = UNSET
    filters: Annotated[
        dict[str, Any] | list[Any] | UnsetType,
        Meta(description="Read by LibreChat alone; accepted and left as it is."),
    ] = UNSET
    message_filter: Screens = UNSET
    endpoints: Annotated[Endpoints, Meta(description="Which endpoints there are.")] = Endpoints()
    openapi: Screens = UNSET
    server: Annotated[
        Server, Meta(description="How this server behaves; LibreChat does not know this block.")
    ] = Server()
