"""Variables are filled in once, all of them, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoints_server.config.expand import DENIED, expand, variables_in

ENVIRON = {"A": "alpha", "B": "beta", "EMPTY": "", "NEST": "${A}", "CREDS_KEY": "hidden"}

plain = st.text(st.characters(exclude_characters="$", exclude_categories=["Cs"]))
names = st.from_regex(r"[A-Z][A-Z0-9_]{0,8}", fullmatch=True).filter(lambda n: n not in DENIED)


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("${A}", "alpha"),
        ("  ${A}\n", "alpha"),
        ("${A}${B}", "alphabeta"),
        ("https://${A}.test/${B}", "https://alpha.test/beta"),
        ("${NOPE:-d}", "d"),
        ("${EMPTY:-d}", "d"),
        ("${A:-d}", "alpha"),
        ("${NOPE:-}", ""),
        ("${NOPE:-a:-b}", "a:-b"),
        ("$$", "$"),
        ("$${A}", "${A}"),
        ("$$${A}", "$alpha"),
        ("$A", "$A"),
        ("${NEST}", "${A}"),
        ("{A}", "{A}"),
    ],
)
def test_text_is_expanded_as_written(text: str, expanded: str) -> None:
    expansion = expand(text, ENVIRON)
    assert expansion.text == expanded
    assert expansion.missing == ()


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("${NOPE}", ("NOPE",)),
        ("x${EMPTY}y${NOPE}${NOPE}", ("EMPTY", "NOPE")),
        ("${CREDS_KEY}", ("CREDS_KEY",)),
        ("${CREDS_KEY:-mine}", ("CREDS_KEY",)),
        ("${}", ("",)),
        ("${A", ("",)),
        ("${ A }", (" A ",)),
    ],
)
def test_what_cannot_be_filled_in_is_named_and_left(text: str, missing: tuple[str, ...]) -> None:
    expansion = expand(text, ENVIRON)
    assert expansion.missing == missing
    assert expansion.text == text
    assert "hidden" not in repr(expansion)


@given(plain)
def test_text_without_a_dollar_sign_is_only_trimmed(text: str) -> None:
    assert expand(text, ENVIRON).text == text.strip()


@given(plain.map(str.strip))
def test_an_escaped_text_comes_back_as_it_was(text: str) -> None:
    original = f"[{text}${{A}}$]"
    assert expand(original.replace("$", "$$"), ENVIRON).text == original


@given(st.lists(st.tuples(plain, names)), st.dictionaries(names, st.text(min_size=1)))
def test_every_set_variable_is_filled_in_and_never_looked_at_again(
    parts: list[tuple[str, str]], environ: dict[str, str]
) -> None:
    text = "[" + "".join(f"{before}${{{name}}}" for before, name in parts) + "]"
    filled = "".join(before + environ.get(name, f"${{{name}}}") for before, name in parts)
    expansion = expand(text, environ)
    assert expansion.text == f"[{filled}]"
    assert set(expansion.used) | set(expansion.missing) == {name for _, name in parts}


@given(st.text(), st.dictionaries(st.text(), st.text()))
def test_no_text_is_too_odd_to_expand(text: str, environ: dict[str, str]) -> None:
    expand(text, environ)


def test_every_variable_that_a_text_mentions_is_named() -> None:
    text = "a: ${A} $B ${C:-d} $$E $${F}\n# ${ to\nb: '${G}' $CREDS_KEY\n"
    assert variables_in(text) == {"A", "B", "C", "G", "CREDS_KEY"}
