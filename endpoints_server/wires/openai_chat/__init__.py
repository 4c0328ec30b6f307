"""The wire openai_chat: Chat Completions, as OpenAI defines it and as others speak it."""

from types import MappingProxyType

from endpoints_server.domain.wire import Entrance, Operation, Wire
from endpoints_server.wires.openai_chat.address import address, credential
from endpoints_server.wires.openai_chat.beside.completions import COMPLETIONS
from endpoints_server.wires.openai_chat.beside.embeddings import EMBEDDINGS
from endpoints_server.wires.openai_chat.ending import NAME
from endpoints_server.wires.openai_chat.fault import read_fault
from endpoints_server.wires.openai_chat.mender import ChatMender
from endpoints_server.wires.openai_chat.reader import ChatReader
from endpoints_server.wires.openai_chat.reply import mend_reply, read_reply, write_reply
from endpoints_server.wires.openai_chat.request.read import read_request
from endpoints_server.wires.openai_chat.request.relay import relay_request
from endpoints_server.wires.openai_chat.request.write import write_request
from endpoints_server.wires.openai_chat.writer import ChatWriter
from endpoints_server.wires.openai_error import write_fault

OPENAI_CHAT = Wire(
    name=NAME,
    paths=MappingProxyType(
        {
            "/v1/chat/completions": Entrance(Operation.CHAT),
            "/v1/completions": Entrance(Operation.COMPLETE),
            "/v1/embeddings": Entrance(Operation.EMBED, is_stream=False),
        }
    ),
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
    reader=ChatReader,
    writer=ChatWriter,
    mender=ChatMender,
    read_fault=read_fault,
    write_fault=write_fault,
    beside=MappingProxyType({Operation.COMPLETE: COMPLETIONS, Operation.EMBED: EMBEDDINGS}),
    lent_to=("openai_responses",),
)
