"""The calls of a Python program, and the values they are given."""

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

READERS = frozenset({"os.environ", "environ", "os.environ.get", "environ.get", "os.getenv"})
GETTERS = READERS | {"getenv", "userdata.get", "config", "env", "decouple.config"}
PASSED_ON = words(
    "json.dumps dumps str ujson.dumps orjson.dumps SecretStr pydantic.SecretStr bytes"
    " httpx.URL httpx.Headers Url"
)
CONSTANTS: dict[str, object] = {"true": True, "false": False, "none": None}
UNESCAPED = {"{{": "{", "}}": "}"}


def read_python(text: str) -> Program:
    """Read a program; nothing of it is run, and what does not parse is passed over."""
    reader = _Reader()
    for node in nodes_of(parse("python", text)):
        reader.see(node)
    return Program(invocations=tuple(reader.invocations), assigned=reader.assigned)


class _Reader:
    """Takes the nodes of a program in order."""

    def __init__(self) -> None:
        self.invocations: list[Invocation] = []
        self.assigned: dict[str, Any] = {}
        self.targets: dict[int, str] = {}

    def see(self, node: Node) -> None:
        """Take note of a call or of a value that gets a name."""
        match node.type:
            case "assignment":
                self.assign(child(node, "left"), child(node, "right"))
            case "as_pattern" if len(node.named_children) > 1:
                self.target(node.named_children[0], text_of(node.named_children[1]))
            case "call":
                self.invocations.append(self.call(node, 0))
            case _:
                pass  # the rest of the language says nothing of an endpoint

    def assign(self, name: Node | None, value: Node | None) -> None:
        """Remember a value by its name, also by the name of a member."""
        if name is None or value is None:
            return
        if name.type == "subscript":
            self.set_member(name, value)
            return
        self.target(value, text_of(name))
        self.assigned[text_of(name)] = bounded(self.value(value))

    def target(self, value: Node, name: str) -> None:
        """Remember what the result of a call is called."""
        is_awaited = value.type == "await" and bool(value.named_children)
        self.targets[(value.named_children[0] if is_awaited else value).id] = name

    def set_member(self, name: Node, value: Node) -> None:
        """Put a value into a dict that was given a name before."""
        holder, key = child(name, "value"), child(name, "subscript")
        inner = self.assigned.get(text_of(holder)) if holder is not None else None
        if isinstance(inner, dict) and key is not None and holder is not None:
            changed = {**inner, str(self.value(key)): self.value(value)}
            self.assigned[text_of(holder)] = bounded(changed)

    def call(self, node: Node, depth: int) -> Invocation:
        """Give a call, its arguments by place and by name."""
        called, given = child(node, "function"), child(node, "arguments")
        places: list[Any] = []
        named: dict[str, Any] = {}
        for part in given.named_children if given is not None else []:
            if part.type == "keyword_argument":
                key, value = child(part, "name"), child(part, "value")
                if key is not None and value is not None:
                    named[text_of(key)] = self.value(value, depth + 1)
            elif part.type == "dictionary_splat":
                inner = self.value(part.named_children[0], depth + 1)
                named.update(inner if isinstance(inner, dict) else {})
            elif part.type != "comment":
                places.append(self.value(part, depth + 1))
        return Invocation(
            name=dotted(called) if called is not None else "",
            target=self.targets.get(node.id, ""),
            arguments=tuple(places),
            named=named,
        )

    def value(self, node: Node, depth: int = 0) -> Any:
        """Give the value of an expression."""
        if depth > DEEPEST:
            return unknown("…")
        match node.type:
            case "dictionary" | "list" | "tuple" | "set":
                return self.held(node, depth)
            case "string" | "concatenated_string":
                return self.text(node, depth)
            case "integer" | "float" | "unary_operator" | "true" | "false" | "none":
                return CONSTANTS[node.type] if node.type in CONSTANTS else number(text_of(node))
            case "identifier" | "attribute":
                return self.named(text_of(node))
            case _:
                return self.compound(node, depth)

    def compound(self, node: Node, depth: int) -> Any:
        """Give the value of an expression that has others in it."""
        match node.type:
            case "call":
                return self.result(self.call(node, depth), node, depth)
            case "subscript":
                return self.subscript(node, depth)
            case "binary_operator" | "boolean_operator":
                return self.joined(node, depth)
            case "parenthesized_expression" | "await" | "as_pattern" if node.named_children:
                return self.value(node.named_children[0], depth + 1)
            case "conditional_expression" if node.named_children:
                return self.value(node.named_children[0], depth + 1)
            case _:
                return unknown(text_of(node))

    def held(self, node: Node, depth: int) -> Any:
        """Give the members of a dict, or the values of a list."""
        if node.type == "dictionary":
            return self.members(node, depth)
        inner = [each for each in node.named_children if each.type != "comment"]
        return [self.value(each, depth + 1) for each in inner]

    def members(self, node: Node, depth: int) -> dict[str, Any]:
        """Give the members of a dict."""
        found: dict[str, Any] = {}
        for part in node.named_children:
            if part.type == "pair":
                key, value = child(part, "key"), child(part, "value")
                if key is not None and value is not None:
                    found[str(self.value(key, depth + 1))] = self.value(value, depth + 1)
            elif part.type == "dictionary_splat" and part.named_children:
                inner = self.value(part.named_children[0], depth + 1)
                found.update(inner if isinstance(inner, dict) else {})
        return found

    def text(self, node: Node, depth: int) -> str:
        """Give a text, with what is put into it."""
        if node.type == "concatenated_string":
            return "".join(spelled(self.value(each, depth + 1)) for each in node.named_children)
        start = text_of(node.children[0]) if node.children else ""
        is_raw, is_format = "r" in start.lower(), "f" in start.lower()
        pieces: list[str] = []
        for part in node.named_children:
            if part.type == "interpolation" and part.named_children:
                pieces.append(spelled(self.value(part.named_children[0], depth + 1)))
            elif part.type == "string_content":
                pieces.append(content(text_of(part), is_raw=is_raw, is_format=is_format))
        return "".join(pieces)

    def named(self, name: str) -> Any:
        """Give what a name stands for."""
        return self.assigned.get(name, unknown(name))

    def subscript(self, node: Node, depth: int) -> Any:
        """Give a member of a dict, or a variable of the environment."""
        holder, index = child(node, "value"), child(node, "subscript")
        if holder is None or index is None:
            return unknown("…")
        key = self.value(index, depth + 1)
        if text_of(holder) in READERS:
            return variable(str(key))
        inner = self.value(holder, depth + 1)
        return member_of(inner, key)

    def result(self, called: Invocation, node: Node, depth: int) -> Any:
        """Give what a call comes to, where that is plain."""
        if called.name in GETTERS and called.arguments:
            return variable(str(called.arguments[0]))
        if called.name in PASSED_ON and called.arguments:
            return called.arguments[0]
        if called.name == "dict":
            return called.options
        return self.method(called, node, depth)

    def method(self, called: Invocation, node: Node, depth: int) -> Any:
        """Give what a method of a text gives: `"…{}".format(…)`, `text.encode()`, `.strip()`."""
        holder = child(node, "function")
        owner = child(holder, "object") if holder is not None else None
        name = called.name.rpartition(".")[2]
        if owner is None or name not in ("format", "encode", "strip", "rstrip", "get_secret_value"):
            return called
        text = self.value(owner, depth + 1)
        if name != "format" or not isinstance(text, str):
            return text
        for each in called.arguments:
            text = text.replace("{}", spelled(each), 1)
        for key, each in called.named.items():
            text = text.replace(f"{{{key}}}", spelled(each))
        return join(text, "")

    def joined(self, node: Node, depth: int) -> Any:
        """Give texts that are joined; of `a or b` the first; of `"…%s" % x` the text filled in."""
        left, right, sign = child(node, "left"), child(node, "right"), child(node, "operator")
        if left is None or right is None or sign is None:
            return unknown("…")
        first, second = self.value(left, depth + 1), self.value(right, depth + 1)
        match text_of(sign):
            case "+":
                return join(first, second)
            case "%" if isinstance(first, str):
                return join(first.replace("%s", spelled(second), 1), "")
            case "|" if isinstance(first, dict) and isinstance(second, dict):
                return {**first, **second}
            case _:
                return first


def dotted(node: Node) -> str:
    """Give a name with its dots; of a chain of calls what comes after the last one."""
    names: list[str] = []
    inner: Node | None = node
    while inner is not None and inner.type == "attribute":
        last = child(inner, "attribute")
        names.append(text_of(last) if last is not None else "")
        inner = child(inner, "object")
    if inner is not None and inner.type == "identifier":
        names.append(text_of(inner))
    return ".".join(reversed(names))


def content(text: str, *, is_raw: bool, is_format: bool) -> str:
    """Undo the escapes of a string."""
    if is_format:
        for doubled, single in UNESCAPED.items():
            text = text.replace(doubled, single)
    return text if is_raw else unescape(text)


def number(text: str) -> Any:
    """Read a number; also `.9`, `1_000` and `-1`."""
    plain = text.replace("_", "").replace(" ", "")
    try:
        return int(plain, 0) if plain.lstrip("-").isdigit() else float(plain)
    except (ValueError, OverflowError):
        return unknown(text)
