"""Programs in languages that there is no grammar for here, read for what they all write alike."""

import re
from collections.abc import Sequence
from typing import Any

from endpoints_server.samples.languages.dialects import (
    BEFORE,
    CONSTANTS,
    FORMATS,
    MEMBER,
    OBJECTS,
    PASSED_ON,
    READER,
    filled,
    formatted,
    name_of,
    number,
    paired,
)
from endpoints_server.samples.languages.tokens import (
    LINE,
    SIGN,
    TEXT,
    WORD,
    Token,
    tokens_of,
)
from endpoints_server.samples.languages.value import (
    DEEPEST,
    Invocation,
    Program,
    bounded,
    join,
    unknown,
    variable,
)

CLOSING = {"(": ")", "[": "]", "{": "}"}
ADDRESSED = re.compile(r"(?i:url|uri|endpoint|base|host)")
PAIRS = (":", "=>", "=")
BINDS = ("=", ":=")
COMMANDS = ("Invoke-", "irm", "iwr")


def read_loosely(text: str) -> Program:
    """Read a text; what cannot be made out is passed over."""
    reader = _Reader(list(tokens_of(text)))
    reader.sequence("", 0)
    return Program(
        invocations=tuple(reader.invocations),
        assigned=reader.assigned,
        values=tuple(reader.values),
    )


class _Reader:
    """Goes through tokens, and notes calls, names and values."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.invocations: list[Invocation] = []
        self.assigned: dict[str, Any] = {}
        self.values: list[Any] = []

    def sequence(self, closing: str, depth: int) -> tuple[list[Any], dict[str, Any]]:
        """Read what stands between brackets: values in their place, and values with a name."""
        places: list[Any] = []
        named: dict[str, Any] = {}
        while (token := self.peek()) is not None:
            if token.kind == SIGN and token.text == closing:
                self.at += 1
                break
            if token.kind == SIGN and token.text in ")]}" and not closing:
                self.at += 1
                continue
            if token.kind == SIGN and token.text in ")]}":
                break
            before = self.at
            self.item(places, named, depth)
            self.at = max(self.at, before + 1)
        return places, named

    def item(self, places: list[Any], named: dict[str, Any], depth: int) -> None:
        """Read a value, and where it turns out to be a name, the value behind that."""
        token = self.peek()
        if token is None or (token.kind in (SIGN, LINE) and token.text in ",;\n|&"):
            self.at += 1
            return
        value = self.expression(depth)
        sign = self.peek()
        if sign is None or sign.kind != SIGN or sign.text not in (*PAIRS, *BINDS):
            places.append(value)
            self.note(value)
            return
        self.at += 1
        self.skip_lines()
        name, told = name_of(value), bounded(self.expression(depth, target=name_of(value)))
        named[name] = told
        if sign.text in BINDS:
            self.assigned[name] = told
        if sign.text in BINDS or isinstance(told, dict) or ADDRESSED.search(name):
            self.note(told)

    def expression(self, depth: int, target: str = "") -> Any:
        """Read values that are joined by a sign, or follow one another."""
        value = self.primary(depth, target)
        while (token := self.peek()) is not None:
            if token.kind == SIGN and token.text in ("+", "."):
                self.at += 1
                self.skip_lines()
                value = join(value, self.primary(depth, ""))
            elif token.kind == LINE and self.goes_on():
                self.skip_lines()
            elif token.kind in (WORD, TEXT) or (token.kind == SIGN and token.text in "([{"):
                following = self.primary(depth, target)
                value = following if following is not None else value
            elif token.kind == SIGN and token.text == "|":
                self.skip_line()
            else:
                break
        return value

    def primary(self, depth: int, target: str) -> Any:
        """Read one value."""
        while (token := self.peek()) is not None and token.text in BEFORE and token.kind == WORD:
            self.at += 1
        if token is None:
            return None
        self.at += 1
        match token.kind:
            case _ if depth > DEEPEST:
                return unknown("…")
            case "text" | "number":
                return self.filled(token) if token.kind == TEXT else number(token.text)
            case "word":
                return self.word(token.text, depth, target)
            case _ if token.text in CLOSING:
                return self.group(token.text, depth)
            case _:
                return None

    def group(self, opening: str, depth: int) -> Any:
        """Read what stands in brackets: an object where its values have names, else a list."""
        if depth > DEEPEST:
            self.skip_group()
            return unknown("…")
        places, named = self.sequence(CLOSING[opening], depth + 1)
        if named:
            return named
        if opening == "(" and len(places) == 1:
            return places[0]
        return {} if opening == "{" and not places else places

    def word(self, name: str, depth: int, target: str) -> Any:
        """Read a name, and what it is applied to."""
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name.startswith(COMMANDS):
            return self.command(name, depth, target)
        if found := MEMBER.fullmatch(name):
            return variable(found[1])
        token = self.peek()
        if token is not None and token.kind == SIGN and token.text in "([{!":
            return self.applied(name, depth, target)
        plain = name.lstrip("$@&")
        return self.assigned.get(plain, unknown(plain))

    def applied(self, name: str, depth: int, target: str) -> Any:
        """Read a call, an index, or an object of a named kind."""
        if self.peek_is("!"):
            self.at += 1
        token = self.peek()
        if token is None or token.text not in CLOSING or depth > DEEPEST:
            return unknown(name)
        self.at += 1
        places, named = self.sequence(CLOSING[token.text], depth + 1)
        first = next(iter(places), None)
        if READER.search(name) and isinstance(first, str):
            return variable(first.strip("<>"))
        if token.text == "[" and self.peek_is("{", "string", "any", "interface", "object"):
            return self.primary(depth + 1, target)
        if token.text == "{" or name in OBJECTS:
            return paired(name, places, named)
        return self.called(
            Invocation(name=name, target=target, arguments=tuple(places), named=named)
        )

    def called(self, call: Invocation) -> Any:
        """Note a call, and give what it comes to where that is plain."""
        first = next(iter(call.arguments), None)
        if FORMATS.search(call.name) and isinstance(first, str):
            return formatted(first, call.arguments[1:])
        self.invocations.append(call)
        is_same = PASSED_ON.search(call.name) and isinstance(first, str | dict)
        return first if is_same else call

    def command(self, name: str, depth: int, target: str) -> Any:
        """Read a command of PowerShell, whose words begin with `-`."""
        named: dict[str, Any] = {}
        while (token := self.peek()) is not None and token.kind != LINE:
            if token.kind == SIGN and token.text in ")}|;":
                break
            self.at += 1
            if token.kind == WORD and token.text.startswith("@"):
                splat = self.assigned.get(token.text[1:])
                named.update(splat if isinstance(splat, dict) else {})
            elif token.kind == WORD and token.text.startswith("-"):
                named[token.text[1:]] = self.argument(depth)
            elif token.kind == TEXT:
                named.setdefault("Uri", self.filled(token))
        call = Invocation(name=name, target=target, named=named)
        self.invocations.append(call)
        return call

    def argument(self, depth: int) -> Any:
        """Read the value of an option; `@{…}` and `@(…)` are one."""
        if self.peek_is("@"):
            self.at += 1
        return self.primary(depth + 1, "")

    def filled(self, token: Token) -> str:
        """Give a text with the variables put in that it names."""
        return filled(token.text, self.assigned) if token.is_open else token.text

    def note(self, value: Any) -> None:
        """Remember a value that may be an address, a header or a body."""
        if isinstance(value, str | dict):
            self.values.append(value)

    def peek(self) -> Token | None:
        """Give the next token."""
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def peek_is(self, *texts: str) -> bool:
        """Say whether the next token is one of these."""
        token = self.peek()
        return token is not None and token.text in texts

    def goes_on(self) -> bool:
        """Say whether the next line goes on with what is called on a value."""
        following = self.tokens[self.at + 1 : self.at + 3]
        return (
            bool(following) and following[0].kind == SIGN and following[0].text in (".", "+", "->")
        )

    def skip_lines(self) -> None:
        """Pass over ends of lines."""
        while self.peek_is("\n"):
            self.at += 1

    def skip_line(self) -> None:
        """Pass over the rest of a line, or of what stands in brackets."""
        while (token := self.peek()) is not None and token.text not in ("\n", ")", "}", ";"):
            self.at += 1

    def skip_group(self) -> None:
        """Pass over what nests too deep."""
        level = 1
        while level and (token := self.peek()) is not None:
            self.at += 1
            if token.kind == SIGN:
                level += (token.text in "([{") - (token.text in ")]}")
