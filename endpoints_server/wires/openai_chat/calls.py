"""Which tool call a piece belongs to, and what a piece must have for strict clients.

By the book a piece names its call by `index`, and only the first piece has id, type and name. In
practice the index may be missing or shared, the id empty, repeated or different on every piece,
and the name repeated. So a piece with a known index continues that call unless it brings both
another id and a name; without an index an unknown id begins a call, and without either of them a
name does, but for the name of a call whose arguments are still open.
"""

from collections.abc import Mapping
from hashlib import blake2s
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.domain.talk.prompt import Seal, ToolCall
from endpoints_server.wires.body import DECODE_ERRORS
from endpoints_server.wires.openai_chat.ending import NAME
from endpoints_server.wires.openai_chat.reply_schema import CallPiece, Function

LARGEST_INDEX = 1 << 16
SIGNED = "google_generative"
"""The wire whose signatures have a place of their own beside a call on this one."""


class Draft(Struct, eq=False):
    """A tool call as far as it has come; `place` is its index towards clients.

    A call that is no function call (of a custom tool) is followed but never touched.
    """

    place: int
    id: str
    name: str
    arguments: str = ""
    is_function: bool = True


class Calls:
    """The tool calls of one answer."""

    def __init__(self) -> None:
        self.drafts: list[Draft] = []
        self._by_index: dict[int, Draft] = {}
        self._by_id: dict[str, Draft] = {}

    def take(self, piece: CallPiece, identity: str) -> tuple[Draft, bool, str]:
        """Add a piece to its call: the call, whether the piece began it, the text it brought.

        `identity` of the answer keeps ids that had to be made up from repeating in later answers.
        """
        function = piece.function or Function()
        text = arguments_text(function.arguments)
        draft = self._find(piece, function.name or "")
        is_first = draft is None
        if draft is None:
            draft = self._begin(piece, function.name or "", identity)
        draft.arguments += text
        return draft, is_first, text

    def _find(self, piece: CallPiece, name: str) -> Draft | None:
        if piece.index is not None:
            draft = self._by_index.get(piece.index)
            is_other = draft is not None and bool(name and piece.id) and piece.id != draft.id
            return None if is_other else draft
        if piece.id:
            return self._by_id.get(piece.id)
        last = self.drafts[-1] if self.drafts else None
        if last is None or not name:
            return last
        return last if name == last.name and not is_whole(last.arguments) else None

    def _begin(self, piece: CallPiece, name: str, identity: str) -> Draft:
        taken = {draft.place for draft in self.drafts}
        is_free = piece.index in range(LARGEST_INDEX) and piece.index not in taken
        place = piece.index if piece.index is not None and is_free else len(taken)
        while place in taken:
            place += 1
        id = piece.id if piece.id and piece.id not in self._by_id else made_id(identity, place)
        is_function = piece.type in {None, "", "function"}
        draft = Draft(place=place, id=id, name=name, is_function=is_function)
        self.drafts.append(draft)
        self._by_id[piece.id or id] = draft
        if piece.index is not None:
            self._by_index[piece.index] = draft
        return draft


def made_id(identity: str, place: int) -> str:
    """Make an id for a call that came without one; the same for the same answer and place."""
    return "call_" + blake2s(f"{identity}:{place}".encode()).hexdigest()[:24]


def arguments_text(arguments: object) -> str:
    """Give arguments as JSON text, whichever way they came."""
    if isinstance(arguments, str):
        return arguments
    return "" if arguments is None else msgspec.json.encode(arguments).decode()


def is_whole(arguments: str) -> bool:
    """Say whether arguments are a complete JSON object."""
    if not arguments.rstrip().endswith("}"):
        return False
    try:
        msgspec.json.decode(arguments)
    except DECODE_ERRORS:
        return False
    return True


def read_seal(extra_content: object) -> Seal | None:
    """Keep what lies beside a call for the way back; a thought signature tells its wire."""
    match extra_content:
        case None:
            return None
        case {"google": {"thought_signature": str(signature)}}:
            return Seal(SIGNED, signature)
        case _:  # whatever it is, it goes back as it came
            return Seal(NAME, msgspec.json.encode(extra_content).decode())


def write_seal(seal: Seal | None) -> dict[str, object]:
    """Give the field that holds the seal on a call; none for those that have no place here."""
    if seal is None or seal.wire not in (NAME, SIGNED):
        return {}
    if seal.wire == SIGNED:
        return {"extra_content": {"google": {"thought_signature": seal.value}}}
    return {"extra_content": msgspec.json.decode(seal.value)}


def write_call(call: ToolCall) -> dict[str, object]:
    """Write a whole call, or the first piece of one."""
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function, **write_seal(call.seal)}


def write_whole_call(call: ToolCall) -> dict[str, object]:
    """Write a call that is complete; no arguments are an empty object."""
    return write_call(replace(call, arguments=call.arguments or "{}"))


def is_clean(piece: CallPiece, draft: Draft, *, is_first: bool) -> bool:
    """Say whether strict clients understand a piece of a stream as it is."""
    if not draft.is_function:
        return True
    function = piece.function
    if piece.index != draft.place or function is None:
        return False
    if not isinstance(function.arguments, str) and (is_first or function.arguments is not None):
        return False
    if is_first:
        return piece.id == draft.id and piece.type is not None and function.name is not None
    return piece.id is None and not function.name


def mended(piece: Mapping[str, Any], draft: Draft, *, is_first: bool) -> dict[str, Any]:
    """Give a piece of a stream as strict clients need it, everything else in it kept."""
    function = dict(piece.get("function") or {})
    function["arguments"] = arguments_text(function.get("arguments"))
    fixed = {**piece, "index": draft.place, "function": function}
    if is_first:
        function["name"] = draft.name
        return {**fixed, "id": draft.id, "type": piece.get("type") or "function"}
    fixed.pop("id", None)
    function.pop("name", None)
    return fixed
