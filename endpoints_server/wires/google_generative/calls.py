"""Calls of functions, which name each other by id, by name or only by their order."""

from hashlib import blake2s

import msgspec
from msgspec import Raw, Struct, field

from endpoints_server.domain.talk.prompt import Seal, ToolCall
from endpoints_server.wires.body import DECODE_ERRORS
from endpoints_server.wires.foreign_seal import disclose_encoded, enclose_encoded
from endpoints_server.wires.google_generative.decode import is_there, on_one_line
from endpoints_server.wires.google_generative.schema import NAME, FunctionCall, Object


class Asked(Struct, frozen=True):
    """A call that waits for its result."""

    id: str
    name: str


class Conversation(Struct):
    """The calls of a conversation, told from its beginning: which are known, which still open."""

    names: dict[str, str] = field(default_factory=dict)
    open: list[Asked] = field(default_factory=list)

    def call(self, id: str, name: str) -> str:
        """Give the id of a call; one made up is the same wherever the conversation goes on."""
        id = id or self._free_id()
        self.names[id] = name
        self.open.append(Asked(id, name))
        return id

    def result(self, id: str, name: str) -> str:
        """Give the id of the call that a result belongs to: by its id, its name, or its place."""
        found = next(
            (
                asked
                for is_same in (
                    lambda asked: id and asked.id == id,
                    lambda asked: not id and asked.name == name,
                    lambda _asked: not id,
                )
                for asked in self.open
                if is_same(asked)
            ),
            None,
        )
        if found is None:
            return id or f"call_{name}"
        self.open.remove(found)
        return found.id

    def _free_id(self) -> str:
        number = len(self.names) + 1
        while f"call_{number}" in self.names:
            number += 1
        return f"call_{number}"


def read_call(call: FunctionCall, id: str, signature: str | None) -> ToolCall:
    """Read a call; its arguments stay the text that the model wrote, and none are empty ones."""
    arguments = on_one_line(bytes(call.args)).decode() if is_there(call.args) else "{}"
    seal = read_seal(signature) if signature else None
    return ToolCall(id=id, name=call.name or "", arguments=arguments, seal=seal)


def write_call(call: ToolCall) -> Object:
    """Write a call; its `args` keep the bytes of its arguments, or are empty without any."""
    args = read_arguments(call.arguments) or Raw(b"{}")
    written: Object = {"functionCall": {"id": call.id, "name": call.name, "args": args}}
    if signature := signature_of(call.seal):
        written["thoughtSignature"] = signature
    return written


def read_arguments(arguments: str) -> Raw | None:
    """Give arguments as a JSON object with their bytes kept, or None where they are none."""
    try:
        msgspec.json.decode(arguments, type=Object)
    except DECODE_ERRORS:
        return None
    return Raw(arguments)


def read_seal(signature: str, *, is_redacted: bool = False) -> Seal | None:
    """Read a signature, which may be an envelope around the seal of another wire."""
    found = disclose_encoded(signature)
    return found.seal if found else Seal(NAME, signature, is_redacted=is_redacted)


def signature_of(seal: Seal | None) -> str:
    """Give a seal as a signature, in an envelope where it is another wire's; empty without one."""
    if seal is None:
        return ""
    return seal.value if seal.wire == NAME else enclose_encoded(seal)


def made_id(identity: str, place: int) -> str:
    """Make an id for a call that came without one; the same for the same answer and place."""
    return "call_" + blake2s(f"{identity}:{place}".encode()).hexdigest()[:24]
