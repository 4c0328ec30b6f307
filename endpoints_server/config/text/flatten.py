"""Nodes become plain values: aliases and merge keys are followed, places are noted."""

from endpoints_server.config.problem import Problem
from endpoints_server.config.text.document import Document, Mark, Path, Source
from endpoints_server.config.text.parse import (
    DEEPEST,
    MOST_VALUES,
    Broken,
    ListNode,
    MapNode,
    Node,
    Pair,
    ScalarNode,
    parse,
)
from endpoints_server.config.text.syntax import problem_at


def read_document(source: Source) -> tuple[Document | None, list[Problem]]:
    """Read YAML text; None where it is empty or cannot be read."""
    root, problems = parse(source)
    if root is None or (isinstance(root, ScalarNode) and root.value is None):
        return None, problems
    document, others = flatten(source, root)
    return document, [*problems, *others]


def flatten(source: Source, root: Node) -> tuple[Document | None, list[Problem]]:
    """Give the plain values below a node; None where they are past all use."""
    flattener = _Flattener(source)
    try:
        value = flattener.value(root, ())
    except Broken as broken:
        return None, [broken.problem]
    document = Document(
        file=source.file,
        value=value,
        values=flattener.values,
        keys=flattener.keys,
        texts=flattener.texts,
    )
    return document, flattener.problems


class _Flattener:
    """Walks nodes down from the root; counts, so that aliases cannot grow without bound."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.values: dict[Path, Mark] = {}
        self.keys: dict[Path, Mark] = {}
        self.texts: dict[Path, str] = {}
        self.problems: list[Problem] = []
        self._left = MOST_VALUES

    def value(self, node: Node, path: Path) -> object:
        """Give the plain value of a node, and note its place."""
        self.spend(node)
        if len(path) > DEEPEST:
            raise Broken(self.problem(node.mark, "aliases nest too deep here"))
        self.values[path] = node.mark
        match node:
            case ScalarNode():
                if isinstance(node.value, int | float):
                    self.texts[path] = node.text
                return node.value
            case ListNode():
                return [self.value(item, (*path, n)) for n, item in enumerate(node.items)]
            case MapNode():
                return self.mapping(node, path)

    def mapping(self, node: MapNode, path: Path) -> dict[str, object]:
        """Give a mapping's values; its own keys win over merged ones, the first of two alike."""
        merged: dict[str, object] = {}
        for pair in self.pairs(node):
            inner = (*path, pair.key)
            if pair.key not in merged:
                self.keys[inner] = pair.mark
                merged[pair.key] = self.value(pair.value, inner)
        return merged

    def pairs(self, node: MapNode) -> list[Pair]:
        """List a mapping's own pairs, then those it merges, nearest first."""
        self.spend(node)
        pairs = [pair for pair in node.pairs if not pair.is_merge]
        for merge in node.pairs:
            if merge.is_merge:
                pairs += self.merged(merge)
        return pairs

    def merged(self, merge: Pair) -> list[Pair]:
        """List the pairs of the mapping, or mappings, that a merge key names."""
        sources = merge.value.items if isinstance(merge.value, ListNode) else [merge.value]
        pairs: list[Pair] = []
        for source in sources:
            if isinstance(source, MapNode):
                pairs += self.pairs(source)
            else:
                self.problems.append(self.problem(merge.mark, "`<<` merges mappings only"))
        return pairs

    def spend(self, node: Node) -> None:
        """Count one value; refuse a document that grows past all use."""
        self._left -= 1
        if self._left < 0:
            message = f"with its aliases, this holds more than {MOST_VALUES} values"
            raise Broken(self.problem(node.mark, message))

    def problem(self, mark: Mark, message: str) -> Problem:
        """Make a problem that points at a mark."""
        return problem_at(self.source, mark, message)
