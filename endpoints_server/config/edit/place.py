"""Where a further endpoint goes in a text, and what is to stand there."""

from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.config.edit.outline import Part, outline_of
from endpoints_server.config.text.dump import Layout, dumped

VERSION = "1.3.17"
USUAL = Layout(is_compact=True)
NOTHING = ("", "~", "null", "Null", "NULL")
"""What a key that holds nothing is written with."""

Entry = dict[str, object]


class Change(Struct, frozen=True):
    """What stands between two places of a text, and what is to stand there instead."""

    start: int
    end: int
    piece: str

    def made_in(self, text: str) -> str:
        """Give the text with the change made."""
        return text[: self.start] + self.piece + text[self.end :]


class Unplaced(Exception):
    """There is no place for it; says why, and where that is to be seen."""

    def __init__(self, place: int, message: str) -> None:
        super().__init__(message)
        self.place = place


class Holder(Struct, frozen=True):
    """A key and the value under it, in a text that is to be changed.

    `is_enclosed` says that both stand inside of brackets.
    """

    text: str
    key: Part
    value: Part
    is_enclosed: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing: no value at all, null, or brackets around nothing."""
        written = self.text[self.value.start : self.value.end]
        if self.value.is_flow:
            return not written[1:-1].strip()
        return written in NOTHING


def place(text: str, entry: Entry) -> Change:
    """Put an entry behind the endpoints of a sound text; raises Unplaced where that cannot be."""
    outline = outline_of(text)
    root = outline.root
    whole = {"version": VERSION, "endpoints": {"custom": [entry]}}
    if root is None or (not root.pairs and not root.is_flow):
        return at_end(text, outline.end, dumped(whole, USUAL))
    if not root.pairs:
        return inside(root, flow(whole)[1:-1])
    found = root.find("endpoints")
    if found is None:
        return root_key(text, root, outline.end, entry)
    endpoints = Holder(text, *found, is_enclosed=root.is_flow)
    custom = endpoints.value.find("custom")
    if custom is None:
        return key_into(endpoints, entry)
    holder = Holder(text, *custom, is_enclosed=endpoints.value.is_flow)
    return item_into(holder, layout_of(endpoints, custom[1]), entry)


def root_key(text: str, root: Part, end: int, entry: Entry) -> Change:
    """Add `endpoints` to a text that has other keys."""
    value = {"endpoints": {"custom": [entry]}}
    if root.is_flow:
        return inside(root, flow(value)[1:-1])
    block = indented(dumped(value, USUAL), root.column)
    return at_end(text, end, block, has_gap=not root.is_kept)


def key_into(endpoints: Holder, entry: Entry) -> Change:
    """Add `custom` to an `endpoints` that has it not."""
    value = {"custom": [entry]}
    if endpoints.is_empty and endpoints.is_enclosed:
        return instead(endpoints.value, value)
    if endpoints.is_empty:
        return under(endpoints, indented(dumped(value, USUAL), endpoints.key.column + 2))
    refuse_alias(endpoints, "endpoints")
    if endpoints.value.is_flow:
        return inside(endpoints.value, flow(value)[1:-1])
    block = indented(dumped(value, USUAL), endpoints.value.column)
    return below(endpoints.text, endpoints.value, block, endpoints.value.column)


def item_into(custom: Holder, layout: Layout, entry: Entry) -> Change:
    """Add an item to `custom`."""
    if custom.is_empty and custom.is_enclosed:
        return instead(custom.value, [entry])
    block = indented(dumped([entry], layout), custom.key.column)
    if custom.is_empty:
        return under(custom, block)
    refuse_alias(custom, "custom")
    if custom.value.is_flow:
        return inside(custom.value, flow(entry))
    if has_gaps(custom):
        block = "\n" + block
    return below(custom.text, custom.value, block, custom.key.column + layout.dash)


def refuse_alias(holder: Holder, name: str) -> None:
    """Refuse to add to what is written elsewhere, and perhaps used elsewhere too."""
    if holder.value.is_alias:
        raise Unplaced(holder.value.start, f"`{name}` is an alias of what stands elsewhere")


def layout_of(endpoints: Holder, custom: Part) -> Layout:
    """Tell from the endpoints that are there how the file is indented."""
    at, _ = endpoints.value.find("custom") or (endpoints.key, None)
    layout = replace(USUAL, mapping=max(at.column - endpoints.key.column, 1))
    if custom.is_flow or not custom.items:
        return layout
    text, first = endpoints.text, custom.items[0]
    dash = text.rfind("-", 0, first.start)
    column = dash - text.rfind("\n", 0, dash) - 1
    is_beside = "\n" not in text[dash : first.start]
    return replace(
        layout,
        dash=max(column - at.column, 0),
        behind_dash=max(first.column - column, 2) if is_beside else 2,
    )


def has_gaps(custom: Holder) -> bool:
    """Say whether empty lines stand between the endpoints."""
    items = custom.value.items
    between = (custom.text[one.end : other.start] for one, other in pairwise(items))
    return any(not line.strip() for gap in between for line in gap.split("\n")[1:-1])


def at_end(text: str, end: int, block: str, *, has_gap: bool = True) -> Change:
    """Put a block to the end of the text, behind an empty line where something stands there."""
    before = text[:end].replace("\r\n", "\n")
    gap = "\n" if has_gap and before.strip() and not before.endswith("\n\n") else ""
    return Change(end, end, unbroken(before) + gap + block)


def below(text: str, value: Part, block: str, column: int) -> Change:
    """Put a block below another, and below the comments that are indented as parts of it."""
    start = end = value.end if value.is_kept else line_after(text, len(text[: value.end].rstrip()))
    while end < len(text):
        line = text[end : line_after(text, end)]
        bare = line.lstrip(" ")
        end += len(line)
        if bare.startswith("#") and len(line) - len(bare) > column:
            start = end
        elif bare.strip():
            break
    return Change(start, start, unbroken(text[:start]) + block)


def under(holder: Holder, block: str) -> Change:
    """Put a block under a key that holds nothing; a comment beside it stays."""
    text, value = holder.text, holder.value
    after = line_after(text, value.end)
    rest = text[value.end : after]
    start = len(text[: value.start].rstrip(" "))
    if not rest.strip():
        rest = rest.lstrip(" ")
    return Change(start, after, rest + unbroken(text[:after]) + block)


def instead(value: Part, other: object) -> Change:
    """Put a value in the place of one that holds nothing, inside of brackets."""
    return Change(
        value.start, value.end, f" {flow(other)}" if value.start == value.end else flow(other)
    )


def inside(value: Part, piece: str) -> Change:
    """Put a piece behind the last part of a list or mapping in brackets, or as its first."""
    parts = [*value.items, *(last for _, _, last in value.pairs)]
    if not parts:
        return Change(value.end - 1, value.end - 1, piece)
    return Change(parts[-1].end, parts[-1].end, f", {piece}")


def line_after(text: str, place: int) -> int:
    """Give the beginning of the line after the one that a place is in."""
    found = text.find("\n", place)
    return len(text) if found < 0 else found + 1


def unbroken(text: str) -> str:
    """Give the line break that a text lacks."""
    return "" if not text or text.endswith("\n") else "\n"


def indented(block: str, columns: int) -> str:
    """Indent a block."""
    lines = block.splitlines(keepends=True)
    return "".join(" " * columns + line if line.strip() else line for line in lines)


def flow(value: object) -> str:
    """Write a value in brackets, on one line."""
    return dumped(value, Layout(is_flow=True)).strip()
