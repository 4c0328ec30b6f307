"""Tabs in the YAML: they separate, and never indent."""

import pytest

from endpoints_server.config.text.document import Source
from endpoints_server.config.text.flatten import read_document


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: b\t\n", {"a": "b"}),
        ("a: b \t # why\n", {"a": "b"}),
        ("a: 'b'\t# why\n", {"a": "b"}),
        ("a:\tb\n", {"a": "b"}),
        ("a:\t\n  b: 1\n", {"a": {"b": 1}}),
        ("- \ta\n", ["a"]),
        ("a: 1\n\t\nb: 2\n", {"a": 1, "b": 2}),
        ("a: 1\n\t# why\nb: 2\n", {"a": 1, "b": 2}),
        ("a: b\tc\n", {"a": "b\tc"}),
        ("a: b\t#c\n", {"a": "b"}),
        ("a: |\n  b\tc\n", {"a": "b\tc\n"}),
        ("a: [1,\t2\t]\n", {"a": [1, 2]}),
    ],
)
def test_a_tab_separates_like_a_space(text: str, value: object) -> None:
    document, problems = read_document(Source("f.yaml", text))
    assert problems == []
    assert document is not None
    assert document.value == value


@pytest.mark.parametrize("text", ["a:\n\tb: 1\n", "a:\n\t- 1\n", "a:\n  \tb: 1\n", "\ta: 1\n"])
def test_a_tab_that_indents_is_told_with_its_place(text: str) -> None:
    _, (problem,) = read_document(Source("f.yaml", text))
    assert problem.suggestion == "indent with spaces, not tabs"
    assert problem.line == text[: text.index("\t")].count("\n") + 1
