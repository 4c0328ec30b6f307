"""Programs in languages that there is no grammar for here, read for what they all write alike."""

import re
from collections.abc import Sequence
from typing import Any

from endpoints_server.samples.languages.tokens import (
    LINE,
    NUMBER,
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
    spelled,
    unknown,
    variable,
)

CLOSING = {"(": ")", "[": "]", "{": "}"}
CONSTANTS: dict[str, object] = {
    **dict.fromkeys(("true", "True", "$true", "TRUE"), True),
    **dict.fromkeys(("false", "False", "$false", "FALSE"), False),
    **dict.fromkeys(("null", "None", "nil", "$null", "NULL", "undefined"), None),
}
READER = re.compile(
    r"(?i:\b(?:get_?env\w*|env|environ|\$_env|lookupenv|std\.env\.var|option_env)\b)"
)
MEMBER = re.compile(r"(?:\$(?i:env):|(?:process|import\.meta)\.env\.)(\w+)")
INSIDE = re.compile(
    r"\$\{(?i:env):(\w+)\}|\$\(?(?i:env):(\w+)|\$\(\$(?i:env):(\w+)\)|\#\{(?:ENV(?:\.fetch\(|\[)['\"](\w+)['\"][)\]]|(\w+))\}"
    r"|\$\{?(\w+)\}?|(?<!\{)\{(\w+)\}(?!\})"
)
PASSED_ON = re.compile(
    r"(?i:(?:to_json|json_encode|dumps|stringify|generate|serialize|marshal|newreader|newbuffer\w*"
    r"|stringcontent|ofstring|create|uri|url|parse|new_?string|tostring|body|toreader|from|into"
    r"|keycredential|apikeycredential|jsoncontent\.create|bytes|string))$"
)
ADDRESSED = re.compile(r"(?i:url|uri|endpoint|base|host)")
PAIRS = (":", "=>", "=")
FORMATS = re.compile(r"(?i:(?:^|\.|\b)(?:format!?|sprintf|formatted))$")
BINDS = ("=", ":=")
BEFORE = frozenset(
    "new await return const var let val final auto export import use from using async void public"
    " static mut in if else -not throw".split()
)
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
        token = self.peek()
        if token is None:
            return None
        self.at += 1
        match token.kind:
            case "text":
                return self.filled(token)
            case "number":
                return number(token.text)
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
        if name in BEFORE:
            return self.primary(depth, target)
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
            return self.primary(depth, target)
        if token.text == "{" or name in ("array", "dict", "map", "Map.of", "json!", "json"):
            return paired(name, places, named)
        if FORMATS.search(name) and isinstance(first, str):
            return formatted(first, places[1:])
        call = Invocation(name=name, target=target, arguments=tuple(places), named=named)
        self.invocations.append(call)
        if PASSED_ON.search(name) and isinstance(first, str | dict):
            return first
        return call

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
        return self.primary(depth, "")

    def filled(self, token: Token) -> str:
        """Give a text with the variables put in that it names."""
        if not token.is_open:
            return token.text

        def put(found: re.Match[str]) -> str:
            environment = found[1] or found[2] or found[3] or found[4]
            if environment:
                return variable(environment)
            name = found[5] or found[6] or found[7]
            told = self.assigned.get(name)
            if told is None:
                return found[0] if found[6] and found[0].startswith("${") else unknown(name)
            return spelled(told)

        return join(INSIDE.sub(put, token.text) if INSIDE.search(token.text) else token.text, "")

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


def name_of(value: Any) -> str:
    """Give what stands before a sign as a name."""
    return value.strip("<>").lstrip("$@&") if isinstance(value, str) else ""


def formatted(text: str, values: Sequence[Any]) -> str:
    """Fill in a format, whose places are `{}`, `{0}` or `%s`."""
    for number_of, value in enumerate(values):
        for place in ("{}", f"{{{number_of}}}", "%s"):
            if place in text:
                text = text.replace(place, spelled(value), 1)
                break
    return join(text, "")


def paired(name: str, places: list[Any], named: dict[str, Any]) -> Any:
    """Give an object; `Map.of` has names and values in turn."""
    if named or not places:
        return named
    if len(places) == 1 and isinstance(places[0], dict):
        return places[0]
    if name.endswith("Map.of"):
        return {str(key): value for key, value in zip(places[::2], places[1::2], strict=False)}
    return places


def number(text: str) -> Any:
    """Read a number."""
    plain = text.replace("_", "")
    try:
        return int(plain) if plain.lstrip("-").isdigit() else float(plain)
    except (ValueError, OverflowError):
        return unknown(text)
