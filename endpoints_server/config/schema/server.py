"""`server`: what is ours alone; LibreChat does not read it."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType, field

from endpoints_server.config.schema.block import Block, Positive, Seconds

OptionalSeconds = Seconds | UnsetType
OptionalCount = Positive | UnsetType


class Deadlines(Block, frozen=True, kw_only=True):
    """How long a call may take, in seconds."""

    connect: Annotated[OptionalSeconds, Meta(description="Until the connection stands.")] = UNSET
    first_token: Annotated[
        OptionalSeconds, Meta(description="Until the first piece of the answer.")
    ] = UNSET
    between_tokens: Annotated[
        OptionalSeconds, Meta(description="Between two pieces of the answer.")
    ] = UNSET
    total: Annotated[OptionalSeconds, Meta(description="Until the answer is complete.")] = UNSET


class Sizes(Block, frozen=True, kw_only=True):
    """How large things may be, in bytes."""

    request_bytes: Annotated[OptionalCount, Meta(description="The largest request.")] = UNSET
    reply_bytes: Annotated[OptionalCount, Meta(description="The largest whole reply.")] = UNSET
    event_bytes: Annotated[OptionalCount, Meta(description="The largest event of a stream.")] = (
        UNSET
    )


class Override(Block, frozen=True, kw_only=True):
    """What differs for one endpoint."""

    timeouts: Annotated[Deadlines, Meta(description="Its deadlines, in seconds.")] = Deadlines()
    max_connections: Annotated[
        OptionalCount, Meta(description="Most connections open to it at once.")
    ] = UNSET


class Server(Block, frozen=True, kw_only=True):
    """How this server behaves."""

    timeouts: Annotated[Deadlines, Meta(description="Deadlines of a call, in seconds.")] = (
        Deadlines()
    )
    bounds: Annotated[Sizes, Meta(description="Sizes past which something is refused.")] = Sizes()
    endpoints: Annotated[
        dict[str, Override], Meta(description="What differs for one endpoint, by its name.")
    ] = field(default_factory=dict)
    allow_commands: Annotated[
        bool, Meta(description="Let `!command` in keys and headers run a program at each call.")
    ] = False
    models_json: Annotated[
        str, Meta(description="A `models.json` of pi that is served too, beside this file.")
    ] = ""
