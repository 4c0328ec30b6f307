"""JSON text, with comments to the end of the line and trailing commas, becomes nodes with marks."""

import re
from bisect import bisect_right
from json import JSONDecodeError, JSONDecoder

from endpoints_server.config.problem import Problem, shown
from endpoints_server.config.text.document import Document, Mark, Source
from endpoints_server.config.text.flatten import flatten
from endpoints_server.config.text.parse import (
    DEEPEST,
    MOST_VALUES,
    Broken,
    ListNode,
    MapNode,
    Node,
    Pair,
    ScalarNode,
)
from endpoints_server.config.text.scalar import Scalar, read_number
from endpoints_server.config.text.syntax import problem_at

GAP = re.compile(r"(?:[ \t\r\n]+|//[^\n]*)*")
WORD = re.compile(r"[A-Za-z_$][\w$]*")
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?![\w.])")
STRINGS = JSONDecoder()
LITERALS: dict[str, Scalar] = {"true": True, "false": False, "null": None}


def read_json(source: Source) -> tuple[Document | None, list[Problem]]:
    """Read JSON text; None where it cannot be read.

    The reader stops at its first syntax error; duplicate keys are told together, and the last of
    them counts, as in JSON.
    """
    builder = _Builder(source)
    try:
        root = builder.document()
    except Broken as broken:
        return None, [*builder.problems, broken.problem]
    document, problems = flatten(source, root)
    return document, [*builder.problems, *problems]


class _Builder:
    """Walks the text from left to right; `at` is the next character."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.at = 0
        self.problems: list[Problem] = []
        self._left = MOST_VALUES
        self._starts = [0, *(match.end() for match in re.finditer("\n", source.text))]

    def document(self) -> Node:
        """Read the one value that a file holds."""
        self.skip()
        if self.at == len(self.text):
            raise Broken(self.problem(self.at, "the file is empty", 'write `{"providers": {}}`'))
        root = self.node(0)
        self.skip()
        if self.at < len(self.text):
            raise Broken(self.problem(self.at, "nothing may follow the value of the file"))
        return root

    def node(self, depth: int) -> Node:
        """Read a value; refuse a document past all use."""
        self._left -= 1
        if self._left < 0:
            raise Broken(self.problem(self.at, f"this holds more than {MOST_VALUES} values"))
        if depth > DEEPEST:
            raise Broken(self.problem(self.at, f"this is nested more than {DEEPEST} levels deep"))
        match self.text[self.at : self.at + 1]:
            case "{":
                return self.mapping(depth)
            case "[":
                return self.list(depth)
            case '"':
                mark = self.mark(self.at)
                text = self.string()
                return ScalarNode(mark, text, text)
            case _:  # a number, a literal, or a mistake
                return self.plain()

    def mapping(self, depth: int) -> MapNode:
        """Read an object; of two keys alike the last counts, and both are told."""
        mark = self.mark(self.at)
        pairs: dict[str, Pair] = {}
        while not self.ends("}", is_first=not pairs, opened=mark):
            place = self.mark(self.at)
            if self.text[self.at] != '"':
                raise Broken(self.problem(self.at, "a key in double quotes is wanted here"))
            key = self.string()
            if key in pairs:
                message = f"the key {shown(key)} already stands in line {pairs[key].mark.line}"
                self.problems.append(problem_at(self.source, place, message))
            self.skip()
            if not self.text.startswith(":", self.at):
                raise Broken(self.problem(self.at, "a `:` is wanted here"))
            self.at += 1
            self.skip()
            pairs[key] = Pair(place, key, self.node(depth + 1), is_merge=False)
        return MapNode(mark, list(pairs.values()))

    def list(self, depth: int) -> ListNode:
        """Read an array."""
        mark = self.mark(self.at)
        items: list[Node] = []
        while not self.ends("]", is_first=not items, opened=mark):
            items.append(self.node(depth + 1))
        return ListNode(mark, items)

    def ends(self, bracket: str, *, is_first: bool, opened: Mark) -> bool:
        """Step over the bracket or comma before an item; True where the closing bracket came."""
        if is_first:
            self.at += 1
        self.skip()
        if not is_first and self.text.startswith(",", self.at):
            self.at += 1
            self.skip()
        elif not is_first and not self.text.startswith(bracket, self.at):
            raise Broken(self.unclosed(bracket, opened))
        if self.text.startswith(bracket, self.at):
            self.at += 1
            return True
        if self.at == len(self.text):
            raise Broken(self.unclosed(bracket, opened))
        return False

    def unclosed(self, bracket: str, opened: Mark) -> Problem:
        """Tell that something else stands where a list or mapping goes on or ends."""
        message = f"a `,` or the `{bracket}` of line {opened.line} is wanted here"
        return self.problem(self.at, message)

    def string(self) -> str:
        """Read a string that begins here."""
        try:
            text, self.at = STRINGS.raw_decode(self.text, self.at)
        except JSONDecodeError as error:
            message = "this text is not ended, or holds what must be written as an escape"
            raise Broken(self.problem(error.pos, message)) from None
        return str(text)

    def plain(self) -> ScalarNode:
        """Read a number or a literal."""
        mark = self.mark(self.at)
        number = NUMBER.match(self.text, self.at)
        if number:
            self.at = number.end()
            return ScalarNode(mark, read_number(number.group()), number.group())
        word = WORD.match(self.text, self.at)
        if word and word.group() in LITERALS:
            self.at = word.end()
            return ScalarNode(mark, LITERALS[word.group()], word.group())
        hint = "put text in double quotes" if word or self.text.startswith("'", self.at) else ""
        raise Broken(self.problem(self.at, "a value is wanted here", hint or self.advice()))

    def advice(self) -> str:
        """Guess what stands where a value is wanted."""
        return "comments begin with `//`" if self.text.startswith(("/*", "#"), self.at) else ""

    def skip(self) -> None:
        """Step over white space and comments."""
        gap = GAP.match(self.text, self.at)
        self.at = gap.end() if gap else self.at

    def mark(self, at: int) -> Mark:
        """Give line and column of a character."""
        line = bisect_right(self._starts, at)
        return Mark(line, at - self._starts[line - 1] + 1)

    def problem(self, at: int, message: str, suggestion: str = "") -> Problem:
        """Make a problem that points at a character."""
        return problem_at(self.source, self.mark(at), message, suggestion)
