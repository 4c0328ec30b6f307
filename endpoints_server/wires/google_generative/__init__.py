"""GOOGLE_GENERATIVE: the Generative Language API's generateContent as a wire."""

import re
from urllib.parse import quote

from endpoints_server.domain.wire import Entrance, Operation, Target, Wire
from endpoints_server.wires.google_generative.counting import COUNTING
from endpoints_server.wires.google_generative.fault import read_fault, write_fault
from endpoints_server.wires.google_generative.framing import stream_type
from endpoints_server.wires.google_generative.mender import GenerativeMender
from endpoints_server.wires.google_generative.reader import GenerativeReader
from endpoints_server.wires.google_generative.reply import mend_reply, read_reply, write_reply
from endpoints_server.wires.google_generative.request.read import read_request
from endpoints_server.wires.google_generative.request.shape import relay_request
from endpoints_server.wires.google_generative.request.write import write_request
from endpoints_server.wires.google_generative.schema import NAME
from endpoints_server.wires.google_generative.writer import GenerativeWriter

VERSIONED = re.compile(r"/v\d+(?:alpha|beta)?\d*(?:/|$)")
MODELS = "/models"
ENTRANCES = {
    "generateContent": Entrance(Operation.CHAT, is_stream=False),
    "streamGenerateContent": Entrance(Operation.CHAT, is_stream=True),
    "countTokens": Entrance(Operation.COUNT, is_stream=False),
}


def address(base: str, target: Target) -> str:
    """Give the URL to call; the base may end at the root, in a version, or in `/models`.

    A stream is always asked for as events.
    """
    location, mark, query = base.partition("?")
    location = location.rstrip("/").removesuffix(MODELS)
    if not VERSIONED.search(location.partition("://")[2]):
        location += "/v1beta"
    model = in_path(target.model.removeprefix("models/"))
    verb = "streamGenerateContent?alt=sse" if target.is_stream else "generateContent"
    if target.operation is Operation.COUNT:
        verb = "countTokens"
    joint = "&" if target.is_stream and mark else mark
    return f"{location}{MODELS}/{model}:{verb}{joint}{query}"


def in_path(model: str) -> str:
    """Write a model's name so that it leads nowhere else, whatever a list gives for one.

    Slashes stay, unless a segment is empty or made of dots, which would climb out of the path.
    """
    climbs = any(not segment.strip(".") for segment in model.split("/"))
    return quote(model, safe=":@" if climbs else "/:@")


def credential(secret: str) -> dict[str, str]:
    """Give the header that presents a key."""
    return {"x-goog-api-key": secret}


GOOGLE_GENERATIVE = Wire(
    name=NAME,
    paths={
        f"/{version}/models/{{model}}:{verb}": entrance
        for version in ("v1beta", "v1")
        for verb, entrance in ENTRANCES.items()
    },
    address=address,
    credential=credential,
    headers={},
    forwards=("x-goog-api-client", "x-server-timeout"),
    read_request=read_request,
    write_request=write_request,
    relay_request=relay_request,
    read_reply=read_reply,
    write_reply=write_reply,
    mend_reply=mend_reply,
    reader=GenerativeReader,
    writer=GenerativeWriter,
    mender=GenerativeMender,
    read_fault=read_fault,
    write_fault=write_fault,
    stream_type=stream_type,
    beside={Operation.COUNT: COUNTING},
)
