"""The calls of a JavaScript or TypeScript program, and the values they are given."""

import re
from typing import Any

from tree_sitter import Node

from endpoints_server.samples.languages.escapes import unescape
from endpoints_server.samples.languages.syntax import child, nodes_of, parse, text_of
from endpoints_server.samples.languages.value import (
    DEEPEST,
    Invocation,
    Program,
    bounded,
    join,
    member_of,
    spelled,
    unknown,
    variable,
)
from endpoints_server.samples.words import words

ENVIRONMENTS = ("process.env.", "import.meta.env.", "Bun.env.", "env.")
READERS = frozenset({"Deno.env.get", "process.env", "import.meta.env", "Bun.env", "env"})
CONSTANTS: dict[str, object] = {"true": True, "false": False, "null": None, "undefined": None}
PASSED_ON = ("JSON.stringify", "String", "Object.freeze", "encodeURIComponent", "Headers", "URL")
WRAPPERS = words(
    "parenthesized_expression await_expression non_null_expression as_expression"
    " satisfies_expression spread_element expression_statement"
)
NAME = re.compile(r"[A-Za-z_$][\w$]*")


def read_javascript(text: str) -> Program:
    """Read a program; nothing of it is run."""
    reader = _Reader()
    for node in nodes_of(parse("javascript", text)):
        reader.see(node)
    return Program(invocations=tuple(reader.invocations), assigned=reader.assigned)


def read_object(text: str) -> dict[str, Any]:
    """Read a text that is an object written freely; empty where it is none."""
    for node in nodes_of(parse("javascript", f"({text.strip()})")):
        if node.type == "object":
            value = _Reader().value(node)
            return value if isinstance(value, dict) else {}
    return {}


class _Reader:
    """Takes the nodes of a program in order."""

    def __init__(self) -> None:
        self.invocations: list[Invocation] = []
        self.assigned: dict[str, Any] = {}
        self.targets: dict[int, str] = {}

    def see(self, node: Node) -> None:
        """Take note of a call or of a value that gets a name."""
        match node.type:
            case "variable_declarator":
                self.assign(child(node, "name"), child(node, "value"))
            case "assignment_expression":
                self.assign(child(node, "left"), child(node, "right"))
            case "call_expression" | "new_expression":
                self.call(node)
            case _:
                pass  # the rest of the language says nothing of an endpoint

    def assign(self, name: Node | None, value: Node | None) -> None:
        """Remember a value by its name."""
        if name is not None and value is not None and name.type != "object_pattern":
            self.targets[unwrapped(value).id] = text_of(name)
            self.assigned[text_of(name)] = bounded(self.value(value))

    def call(self, node: Node) -> None:
        """Take note of a call."""
        name, arguments = self.name_of(node), child(node, "arguments")
        if arguments is None or arguments.type != "arguments":
            return
        self.invocations.append(
            Invocation(
                name=name,
                target=self.targets.get(node.id, ""),
                arguments=tuple(self.value(each) for each in arguments.named_children),
            )
        )

    def name_of(self, node: Node) -> str:
        """Give the name of what is called; what is called on a call keeps the last words alone."""
        called = child(node, "function") or child(node, "constructor")
        return "" if called is None else dotted(called)

    def value(self, node: Node, depth: int = 0) -> Any:
        """Give the value of an expression."""
        if depth > DEEPEST:
            return unknown("…")
        match node.type:
            case "object" | "array":
                return self.held(node, depth)
            case "string" | "template_string":
                return self.text(node, depth)
            case "number" | "unary_expression" | "true" | "false" | "null" | "undefined":
                return CONSTANTS[node.type] if node.type in CONSTANTS else number(text_of(node))
            case "identifier" | "shorthand_property_identifier" | "member_expression":
                return self.named(text_of(node))
            case _:
                return self.compound(node, depth)

    def compound(self, node: Node, depth: int) -> Any:
        """Give the value of an expression that has others in it."""
        match node.type:
            case "subscript_expression":
                return self.subscript(node, depth)
            case "call_expression" | "new_expression":
                return self.result(node, depth)
            case "binary_expression":
                return self.joined(node, depth)
            case "ternary_expression":
                part = child(node, "alternative")
                return self.value(part, depth + 1) if part is not None else unknown("…")
            case kind if kind in WRAPPERS and node.named_children:
                return self.value(node.named_children[0], depth + 1)
            case _:
                return unknown(text_of(node))

    def held(self, node: Node, depth: int) -> Any:
        """Give the members of an object, or the values of a list."""
        if node.type == "object":
            return self.members(node, depth)
        inner = [each for each in node.named_children if each.type != "comment"]
        return [self.value(each, depth + 1) for each in inner]

    def members(self, node: Node, depth: int) -> dict[str, Any]:
        """Give the members of an object, those spread into it first."""
        found: dict[str, Any] = {}
        for part in node.named_children:
            if part.type == "pair":
                key, value = child(part, "key"), child(part, "value")
                if key is not None and value is not None:
                    found[self.key(key, depth)] = self.value(value, depth + 1)
            elif part.type == "shorthand_property_identifier":
                found[text_of(part)] = self.named(text_of(part))
            elif part.type == "spread_element":
                inner = self.value(part, depth + 1)
                found.update(inner if isinstance(inner, dict) else {})
        return found

    def key(self, node: Node, depth: int) -> str:
        """Give the name of a member."""
        if node.type == "string":
            return str(self.text(node, depth))
        if node.type == "computed_property_name" and node.named_children:
            return str(self.value(node.named_children[0], depth + 1))
        return text_of(node)

    def text(self, node: Node, depth: int) -> str:
        """Give a text, with what is put into it."""
        pieces: list[str] = []
        for part in node.named_children:
            match part.type:
                case "escape_sequence":
                    pieces.append(unescape(text_of(part)))
                case "template_substitution":
                    inner = part.named_children
                    pieces.append(spelled(self.value(inner[0], depth + 1)) if inner else "")
                case _:
                    pieces.append(text_of(part))
        return "".join(pieces)

    def named(self, name: str) -> Any:
        """Give what a name stands for."""
        name = name.replace("?.", ".").replace("!", "")
        if name in self.assigned:
            return self.assigned[name]
        for start in ENVIRONMENTS:
            if name.startswith(start) and NAME.fullmatch(name.removeprefix(start)):
                return variable(name.removeprefix(start))
        if name in CONSTANTS:
            return CONSTANTS[name]
        first, _, member = name.rpartition(".")
        holder = self.assigned.get(first)
        return holder.get(member, unknown(name)) if isinstance(holder, dict) else unknown(name)

    def subscript(self, node: Node, depth: int) -> Any:
        """Give a member that is named in brackets."""
        holder, index = child(node, "object"), child(node, "index")
        if holder is None or index is None:
            return unknown("…")
        key = self.value(index, depth + 1)
        if text_of(holder) in READERS:
            return variable(str(key))
        inner = self.value(holder, depth + 1)
        return member_of(inner, key)

    def result(self, node: Node, depth: int) -> Any:
        """Give what a call comes to, where that is plain."""
        name, arguments = self.name_of(node), child(node, "arguments")
        given = (
            [self.value(each, depth + 1) for each in arguments.named_children] if arguments else []
        )
        if name in READERS and given:
            return variable(str(given[0]))
        if name in PASSED_ON and given:
            return given[0]
        if name.endswith((".toString", ".trim")) and node.named_children:
            inner = child(node.named_children[0], "object")
            return self.value(inner, depth + 1) if inner is not None else unknown(name)
        return Invocation(name=name, arguments=tuple(given))

    def joined(self, node: Node, depth: int) -> Any:
        """Give texts that are joined; of `a || b` the first that is told."""
        left, right = child(node, "left"), child(node, "right")
        if left is None or right is None:
            return unknown("…")
        first, second = self.value(left, depth + 1), self.value(right, depth + 1)
        sign = child(node, "operator")
        if sign is not None and text_of(sign) == "+":
            return join(first, second)
        is_told = not (isinstance(first, str) and first.startswith("<"))
        return first if is_told else second


def dotted(node: Node) -> str:
    """Give a name with its dots; of a chain of calls what comes after the last one."""
    names: list[str] = []
    inner: Node | None = node
    while inner is not None and inner.type == "member_expression":
        last = child(inner, "property")
        names.append(text_of(last) if last is not None else "")
        inner = child(inner, "object")
    if inner is not None and inner.type in ("identifier", "this", "import"):
        names.append(text_of(inner))
    return ".".join(reversed(names))


def unwrapped(node: Node) -> Node:
    """Give an expression without what only stands around it."""
    for _ in range(DEEPEST):
        if node.type not in WRAPPERS or not node.named_children:
            break
        node = node.named_children[0]
    return node


def number(text: str) -> Any:
    """Read a number; also `.9`, `1_000` and `-1`."""
    plain = text.replace("_", "").replace(" ", "")
    try:
        return int(plain, 0) if plain.lstrip("-").isdigit() or "x" in plain else float(plain)
    except (ValueError, OverflowError):
        return unknown(text)
