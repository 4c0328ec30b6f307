"""OPENAI_RESPONSES: the Responses API as a wire."""

from collections.abc import Mapping
from types import MappingProxyType

from endpoints_server.domain.wire import Entrance, Operation, Target, Wire
from endpoints_server.wires.openai_error import write_fault
from endpoints_server.wires.openai_responses.fault import read_fault
from endpoints_server.wires.openai_responses.mender import ResponsesMender
from endpoints_server.wires.openai_responses.reader import ResponsesReader
from endpoints_server.wires.openai_responses.reply import mend_reply, read_reply, write_reply
from endpoints_server.wires.openai_responses.request.read import read_request
from endpoints_server.wires.openai_responses.request.relay import relay_request
from endpoints_server.wires.openai_responses.request.write import write_request
from endpoints_server.wires.openai_responses.schema import NAME
from endpoints_server.wires.openai_responses.writer import ResponsesWriter

OPERATION = "/responses"


def address(base: str, _target: Target) -> str:
    """Give the URL to call; the base ends in `/v1`, or at the operation itself."""
    location, mark, query = base.partition("?")
    return location.rstrip("/").removesuffix(OPERATION) + OPERATION + mark + query


def credential(secret: str) -> Mapping[str, str]:
    """Give the header that presents a key."""
    return {"authorization": f"Bearer {secret}"}


OPENAI_RESPONSES = Wire(
    name=NAME,
    paths=MappingProxyType({f"/v1{OPERATION}": Entrance(Operation.CHAT)}),
    address=address,
    credential=credential,
    headers=MappingProxyType({}),
    forwards=("openai-",),
    read_request=read_request,
    write_request=write_request,
    relay_request=relay_request,
    read_reply=read_reply,
    write_reply=write_reply,
    mend_reply=mend_reply,
    reader=ResponsesReader,
    writer=ResponsesWriter,
    mender=ResponsesMender,
    read_fault=read_fault,
    write_fault=write_fault,
)
