"""The commands of a POSIX shell, as words; nothing is expanded but what the text itself assigns."""

import re

from msgspec import Struct
from tree_sitter import Node

from endpoints_server.samples.keys.kind import is_secret_name
from endpoints_server.samples.languages.escapes import unescape
from endpoints_server.samples.languages.syntax import child, nodes_of, parse, text_of
from endpoints_server.samples.languages.value import DEEPEST, variable

ESCAPED = re.compile(r"\\([\"$`\\])")
ESCAPED_OUTSIDE = re.compile(r"\\(.)", re.DOTALL)
CODE = "$(…)"
PRINTERS = frozenset({"cat", "echo", "printf"})


class Command(Struct, frozen=True, kw_only=True):
    """A command's words, what it reads, and whether a word would have been the output of code."""

    words: tuple[str, ...]
    stdin: str | None = None
    has_code: bool = False


class Script(Struct, frozen=True, kw_only=True):
    """The commands of a text in order, and the variables that it sets."""

    commands: tuple[Command, ...] = ()
    variables: dict[str, str] = {}


def read_shell(text: str) -> Script:
    """Read a text as a shell would, without running anything."""
    reader = _Reader()
    for node in nodes_of(parse("bash", text)):
        reader.see(node)
    return Script(commands=tuple(reader.commands), variables=reader.variables)


class _Reader:
    """Takes the nodes of a script in order."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.variables: dict[str, str] = {}
        self.has_code = False

    def see(self, node: Node) -> None:
        """Take note of a command or an assignment."""
        match node.type:
            case "variable_assignment":
                self.assign(node)
            case "command" if not is_inside_code(node):
                self.command(node)
            case _:
                pass  # what holds commands, or is part of one

    def assign(self, node: Node) -> None:
        """Remember what a variable is set to."""
        name, value = child(node, "name"), child(node, "value")
        if name is not None and value is not None:
            self.variables[text_of(name)] = self.word(value, 0)

    def command(self, node: Node) -> None:
        """Take a command; one that begins with an option goes on with the one before."""
        self.has_code = False
        inner = [part for part in node.named_children if part.type != "variable_assignment"]
        words = [self.word(part, 0) for part in inner if not is_redirect(part)]
        stdin = self.stdin_of(node)
        is_rest = bool(words) and words[0].startswith("-") and bool(self.commands)
        before = self.commands.pop() if is_rest else Command(words=())
        self.commands.append(
            Command(
                words=(*before.words, *words),
                stdin=stdin if stdin is not None else before.stdin,
                has_code=self.has_code or before.has_code,
            )
        )

    def stdin_of(self, node: Node) -> str | None:
        """Find what a command reads: a here-document, a here-string, or what is printed into it."""
        parent = node.parent
        around = [parent] if parent is not None and is_redirected(parent) else []
        for place in [node, *around]:
            for part in place.named_children:
                if part.type == "heredoc_redirect":
                    return self.heredoc(part)
                if part.type == "herestring_redirect":
                    return self.word(part.named_children[-1], 0) if part.named_children else None
        return self.piped(node)

    def heredoc(self, node: Node) -> str:
        """Give the lines of a here-document, its variables marked."""
        bodies = [part for part in node.named_children if part.type == "heredoc_body"]
        starts = [text_of(part) for part in node.named_children if part.type == "heredoc_start"]
        if not bodies:
            return ""
        is_quoted = any(start[:1] in "'\"\\" for start in starts)
        return text_of(bodies[0]) if is_quoted else self.body_text(bodies[0])

    def body_text(self, node: Node) -> str:
        """Give the text of a here-document whose variables would be expanded."""
        raw, start = node.text or b"", node.start_byte
        pieces, at = [], 0
        for part in node.named_children:
            if part.type in ("simple_expansion", "expansion"):
                pieces.append(raw[at : part.start_byte - start].decode(errors="replace"))
                pieces.append(self.expansion(part))
                at = part.end_byte - start
        return "".join([*pieces, raw[at:].decode(errors="replace")])

    def piped(self, node: Node) -> str | None:
        """Give what the command before prints, where that is written out."""
        parent = (
            node.parent if not is_redirected(node.parent) else node.parent and node.parent.parent
        )
        if parent is None or parent.type != "pipeline":
            return None
        before = self.commands[-1] if self.commands else None
        if before is None or not before.words or before.words[0] not in PRINTERS:
            return None
        if before.words[0] == "cat":
            return before.stdin
        return " ".join(word for word in before.words[1:] if not word.startswith("-"))

    def word(self, node: Node, depth: int) -> str:
        """Give a word without its quotes."""
        if depth > DEEPEST:
            return ""
        match node.type:
            case "raw_string" | "ansi_c_string":
                text = text_of(node)
                return text[1:-1] if node.type == "raw_string" else unescape(text[2:-1])
            case "string":
                return self.quoted(node, depth)
            case "simple_expansion" | "expansion" | "command_substitution" | "process_substitution":
                is_code = node.type.endswith("_substitution")
                return self.output_of(node) if is_code else self.expansion(node)
            case "concatenation" | "command_name":
                return "".join(self.word(part, depth + 1) for part in node.children)
            case _:
                return ESCAPED_OUTSIDE.sub(r"\1", text_of(node).replace("\\\n", ""))

    def quoted(self, node: Node, depth: int) -> str:
        """Give what stands in double quotes."""
        raw, start = node.text or b"", node.start_byte
        pieces, at = [], 1
        for part in node.named_children:
            if part.type != "string_content":
                pieces.append(plain(raw[at : part.start_byte - start]))
                blanks = text_of(part)[: len(text_of(part)) - len(text_of(part).lstrip())]
                pieces.append(blanks + self.word(part, depth + 1))
                at = part.end_byte - start
        end = len(raw) - 1 if raw.endswith(b'"') and len(raw) > 1 else len(raw)
        return "".join([*pieces, plain(raw[at:end])])

    def expansion(self, node: Node) -> str:
        """Give a variable's value where the text sets it to something plain, else its mark."""
        names = [part for part in node.named_children if part.type == "variable_name"]
        if not names:
            return text_of(node)
        name = text_of(names[0])
        value = self.variables.get(name)
        is_told = value is not None and not is_secret_name(name)
        return value if is_told and value is not None else variable(name)

    def output_of(self, node: Node) -> str:
        """Give what `$(cat <<EOF …)` would print; of all other code, a mark."""
        for part in node.named_children:
            if part.type == "redirected_statement":
                name = text_of(part.named_children[0]).split(None, 1)
                documents = [p for p in part.named_children if p.type == "heredoc_redirect"]
                if documents and name[:1] == ["cat"]:
                    return self.heredoc(documents[0]).strip()
        self.has_code = True
        return CODE


def is_redirect(node: Node) -> bool:
    """Say whether a part of a command says where it reads or writes."""
    return node.type.endswith("_redirect")


def is_redirected(node: Node | None) -> bool:
    """Say whether a statement has its reading or writing turned."""
    return node is not None and node.type == "redirected_statement"


def is_inside_code(node: Node) -> bool:
    """Say whether a command is a part of a word of another."""
    parent, steps = node.parent, 0
    while parent is not None and steps < DEEPEST:
        if parent.type in ("command_substitution", "process_substitution"):
            return True
        parent, steps = parent.parent, steps + 1
    return False


def plain(raw: bytes) -> str:
    """Undo the escapes of double quotes."""
    return ESCAPED.sub(r"\1", raw.decode(errors="replace").replace("\\\n", ""))
