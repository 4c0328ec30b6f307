"""ANTHROPIC_MESSAGES: the Messages API as a wire."""

from endpoints_server.domain.wire import Entrance, Operation, QuotaNames, Target, Wire
from endpoints_server.wires.anthropic_messages.counting import COUNTING
from endpoints_server.wires.anthropic_messages.fault import read_fault, write_fault
from endpoints_server.wires.anthropic_messages.mender import MessagesMender
from endpoints_server.wires.anthropic_messages.reader import MessagesReader
from endpoints_server.wires.anthropic_messages.reply import mend_reply, read_reply, write_reply
from endpoints_server.wires.anthropic_messages.request.read_request import read_request
from endpoints_server.wires.anthropic_messages.request.relay_request import relay_request
from endpoints_server.wires.anthropic_messages.request.write_request import write_request
from endpoints_server.wires.anthropic_messages.schema import NAME
from endpoints_server.wires.anthropic_messages.writer import MessagesWriter

CHAT_PATH = "/v1/messages"
COUNT_PATH = CHAT_PATH + "/count_tokens"
PATHS = {Operation.CHAT: CHAT_PATH, Operation.COUNT: COUNT_PATH}


def address(base: str, target: Target) -> str:
    """Give the URL to call; the base may end at the root, in `/v1`, or at the path itself."""
    location, mark, query = base.partition("?")
    location = location.rstrip("/").removesuffix(CHAT_PATH).removesuffix("/v1")
    return location + PATHS[target.operation] + mark + query


def credential(secret: str) -> dict[str, str]:
    """Give the header that presents a key."""
    return {"x-api-key": secret}


ANTHROPIC_MESSAGES = Wire(
    name=NAME,
    paths={
        CHAT_PATH: Entrance(Operation.CHAT),
        COUNT_PATH: Entrance(Operation.COUNT, is_stream=False),
    },
    address=address,
    credential=credential,
    headers={"anthropic-version": "2023-06-01"},
    forwards=("anthropic-",),
    read_request=read_request,
    write_request=write_request,
    relay_request=relay_request,
    read_reply=read_reply,
    write_reply=write_reply,
    mend_reply=mend_reply,
    reader=MessagesReader,
    writer=MessagesWriter,
    mender=MessagesMender,
    read_fault=read_fault,
    write_fault=write_fault,
    beside={Operation.COUNT: COUNTING},
    quota=QuotaNames(
        limit="anthropic-ratelimit-{}-limit",
        remaining="anthropic-ratelimit-{}-remaining",
        reset="anthropic-ratelimit-{}-reset",
        has_dates=True,
    ),
)
