"""The grammars, and ways through their trees that no depth of nesting breaks."""

from collections.abc import Iterator
from functools import cache

import tree_sitter_bash
import tree_sitter_javascript
import tree_sitter_python
from tree_sitter import Language, Node, Parser, Tree

LANGUAGES = {
    "bash": tree_sitter_bash.language,
    "javascript": tree_sitter_javascript.language,
    "python": tree_sitter_python.language,
}


def parse(language: str, text: str) -> Tree:
    """Read a text by a grammar; what does not fit is an error node of its tree."""
    return Parser(grammar(language)).parse(text.encode(errors="replace"))


@cache
def grammar(language: str) -> Language:
    """Give a grammar."""
    return Language(LANGUAGES[language]())


def text_of(node: Node) -> str:
    """Give a node as it was written."""
    return (node.text or b"").decode(errors="replace")


def nodes_of(tree: Tree) -> Iterator[Node]:
    """Give every node in the order of the text, the outer before the inner."""
    cursor = tree.walk()
    while True:
        if cursor.node is not None:
            yield cursor.node
        if cursor.goto_first_child() or cursor.goto_next_sibling():
            continue
        while cursor.goto_parent():
            if cursor.goto_next_sibling():
                break
        else:
            return


def child(node: Node, field: str) -> Node | None:
    """Give what a node has under a name."""
    return node.child_by_field_name(field)
