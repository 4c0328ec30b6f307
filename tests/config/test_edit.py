"""A further endpoint in a file: where it goes, and that nothing else is touched."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.edit.add import Added, NotAdded, Reason, add_endpoint
from endpoints_server.config.edit.swap import Unwritable, swap
from endpoints_server.config.load import load_bytes
from endpoints_server.config.prices import no_prices
from endpoints_server.config.problem import render
from endpoints_server.domain.catalog import Catalog

ENTRY: dict[str, object] = {
    "name": "New One",
    "apiKey": "${NEW_KEY}",
    "baseURL": "https://new.test/v1",
    "models": {"default": ["a", "b"], "fetch": True},
    "headers": {"api-key": "${NEW_KEY}"},
    "addParams": {"top_k": 20, "since": "2026-11-29", "is": True, "text.verbosity": "low"},
}
BLOCK = """\
- name: New One
  apiKey: '${NEW_KEY}'
  baseURL: https://new.test/v1
  models:
    default: [a, b]
    fetch: true
  headers:
    api-key: '${NEW_KEY}'
  addParams: {top_k: 20, since: '2026-11-29', is: true, text.verbosity: low}
"""
HEAD = "version: 1.3.17\n"
OLD = """\
endpoints:
  custom:
    - name: Old   # the first
      apiKey: k
      baseURL: https://old.test/v1
      models: {default: [m]}
"""
ENVIRON = {"NEW_KEY": "n", "KEY": "k"}


def add(text: str) -> Added:
    return add_endpoint(text.encode(), "f.yaml", ENTRY, {})


def written(text: str) -> str:
    return add(text).content.decode()


def block(columns: int) -> str:
    return "".join(" " * columns + line for line in BLOCK.splitlines(keepends=True))


def catalog(content: bytes) -> Catalog:
    loaded = load_bytes(content, ENVIRON, "f.yaml")
    assert loaded.settings, [render(each) for each in loaded.problems]
    return compile_catalog(loaded.settings, "", no_prices)


def refused(text: str) -> tuple[Reason, list[str]]:
    with pytest.raises(NotAdded) as caught:
        add(text)
    problems = [render(each).removeprefix("f.yaml:") for each in caught.value.problems]
    return caught.value.reason, problems


@pytest.mark.parametrize("text", ["", "\n", "# mine\n", "# mine", "---\n", "---\n...\n", "{}\n"])
def test_a_file_that_holds_nothing_gets_all_that_it_needs(text: str) -> None:
    made = catalog(add(text).content)
    assert [each.name for each in made.endpoints] == ["New One"]
    assert "# mine" in written(text) or "mine" not in text
    assert "version: 1.3.17" in written(text)


def test_an_endpoint_goes_behind_those_that_are_there() -> None:
    added = add(HEAD + OLD + "\n# the rest\nserver: {}\n")
    assert added.content.decode() == HEAD + OLD + block(4) + "\n# the rest\nserver: {}\n"
    assert (added.line, added.column) == (8, 7)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x-a: 1\n", "x-a: 1\n\nendpoints:\n  custom:\n@"),
        ("endpoints:\n", "endpoints:\n  custom:\n@"),
        ("endpoints:", "endpoints:\n  custom:\n@"),
        ("endpoints: {}  # none\n", "endpoints:  # none\n  custom:\n@"),
        ("endpoints: ~\nserver: {}\n", "endpoints:\n  custom:\n@server: {}\n"),
        ("endpoints:\n  # soon\nserver: {}", "endpoints:\n  custom:\n@  # soon\nserver: {}"),
        ("endpoints:\n  custom:\n", "endpoints:\n  custom:\n@"),
        ("endpoints:\n  custom: [] # none\n", "endpoints:\n  custom: # none\n@"),
        ("endpoints:\n  custom: [\n  ]\n", "endpoints:\n  custom:\n@"),
        (
            "endpoints:\n  all: {streamRate: 0}\n\nserver: {}\n",
            "endpoints:\n  all: {streamRate: 0}\n  custom:\n@\nserver: {}\n",
        ),
    ],
)
def test_what_is_wanted_around_it_is_made(before: str, after: str) -> None:
    assert written(HEAD + before) == HEAD + after.replace("@", block(4))


def test_comments_that_are_indented_under_an_endpoint_stay_with_it() -> None:
    text = HEAD + OLD + "      # titleConvo: true\n    # - name: Other\n"
    assert written(text) == HEAD + OLD + "      # titleConvo: true\n" + block(4) + (
        "    # - name: Other\n"
    )


def test_comments_of_an_endpoint_stay_with_it_behind_an_empty_line_too() -> None:
    text = HEAD + OLD + "\n      # titleConvo: true\n"
    assert written(text + "\n# the rest\n") == text + block(4) + "\n# the rest\n"


def test_the_indentation_of_the_file_is_kept() -> None:
    flush = OLD.replace("    -", "  -").replace("      ", "    ")
    assert written(HEAD + flush) == HEAD + flush + block(2)
    wide = "\n".join(
        " " * (len(line) - len(line.lstrip())) + line for line in OLD.split("\n")
    ).replace("- name", "-   name")
    lines = written(HEAD + wide).split("\n")
    assert lines[7:9] == ["        -   name: New One", "            apiKey: '${NEW_KEY}'"]
    assert "                default: [a, b]" in lines


def test_empty_lines_between_endpoints_are_kept_up() -> None:
    other = OLD.partition("custom:\n")[2].replace("Old", "Other")
    assert written(HEAD + OLD + "\n" + other) == HEAD + OLD + "\n" + other + "\n" + block(4)
    assert written(HEAD + OLD + other) == HEAD + OLD + other + block(4)


def test_text_that_keeps_its_empty_lines_keeps_them() -> None:
    text = HEAD + OLD + "      titlePrompt: |+\n        Name {convo}\n\n\nserver: {}\n"
    assert written(text).endswith("{convo}\n\n\n" + block(4) + "server: {}\n")
    ended = HEAD + "x-note: |+\n  a\n\n"
    assert written(ended) == ended + "endpoints:\n  custom:\n" + block(4)


def test_line_breaks_and_the_mark_at_the_start_are_kept() -> None:
    text = "\ufeff" + (HEAD + OLD).replace("\n", "\r\n")
    after = written(text)
    assert after.startswith(text)
    assert after.removeprefix("\ufeff") == (HEAD + OLD + block(4)).replace("\n", "\r\n")
    assert written(HEAD + OLD.rstrip()) == HEAD + OLD + block(4)


def test_of_two_line_breaks_the_usual_one_is_written() -> None:
    text = HEAD.replace("\n", "\r\n") + OLD
    assert written(text) == text + block(4)


def test_a_document_that_says_where_it_ends_ends_there() -> None:
    assert written("---\n" + HEAD + "...\n# behind\n") == (
        "---\n" + HEAD + "\nendpoints:\n  custom:\n" + block(4) + "...\n# behind\n"
    )


FLOW = "{name: Old, apiKey: k, baseURL: 'https://old.test', models: {default: [m]}}"


@pytest.mark.parametrize(
    "text",
    [
        HEAD + f"endpoints: {{custom: [{FLOW}]}}  # one\n",
        HEAD + f"endpoints:\n  custom: [\n    {FLOW},  # one\n  ]\n",
        HEAD + "endpoints: {custom: []}\n",
        HEAD + "endpoints: {custom: }\n",
        HEAD + "endpoints: {all: {streamRate: 0}}\n",
        '{"version": "1.3.17", "endpoints": {}}',
        '{"version": "1.3.17"}',
        "{\n  # one\n}\n",
        HEAD + "endpoints: {custom: [\n  # one\n]}\n",
        HEAD + "endpoints: {\n  # one\n}\n",
        HEAD + "endpoints:\n  custom: !!seq []\n",
        HEAD + "endpoints: !!map {}\n",
        HEAD + "endpoints:\n  custom: &none []\n",
    ],
)
def test_brackets_are_added_to_inside_of_them(text: str) -> None:
    after = written(text)
    assert after.count("\n") == text.count("\n")
    assert [each.name for each in catalog(after.encode()).endpoints][-1] == "New One"
    assert ("# one" in text) == ("# one" in after)


def test_an_entry_in_brackets_is_followed_by_one_without() -> None:
    text = HEAD + f"endpoints:\n  custom:\n    - {FLOW}\n"
    assert written(text) == text + block(4)


@pytest.mark.parametrize(
    "value", ["? a", "? $A", ":-", ": a", ":a", "- a", "#", "{a", "a: b", "*a", "!a", "<<"]
)
def test_what_means_something_to_yaml_is_only_text(value: str) -> None:
    entry = ENTRY | {"addParams": {"a": value, "b": [value], value: 1}}
    for text in ("", HEAD + "endpoints: {custom: []}\n"):
        assert add_endpoint(text.encode(), "f.yaml", entry, {}).line


def test_anchors_and_what_uses_them_stay() -> None:
    text = (
        HEAD
        + OLD.replace("custom:", "custom: &all").replace("[m]", "&m [m]")
        + (
            "    - &b\n      name: Second\n      apiKey: k\n      baseURL: https://b.test\n"
            "      models: {default: *m}\n"
        )
    )
    assert written(text) == text + block(4)


@pytest.mark.parametrize("name", ["New One", "new-one", "NEW ONE"])
def test_a_name_that_is_taken_is_told_with_its_place(name: str) -> None:
    reason, problems = refused(HEAD + OLD.replace("Old", name))
    assert reason is Reason.TAKEN
    assert problems == [f"4:13: error: there is an endpoint `{name}` already (choose another name)"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + OLD + "bogus: 1\n", "8:1: error: `bogus` is not a key of this file"),
        (HEAD + "endpoints:\n\tcustom: []\n", "3:1: error: found character"),
        (HEAD + OLD.replace("baseURL", "baseUrl"), "6:7: error: "),
        ("- a\n", "1:1: error: "),
        (HEAD + "endpoints:\n  custom:\n---\n", "4:1: error: a second document begins here"),
        ("a: [\n", "2:1: error: "),
    ],
)
def test_a_file_with_problems_of_its_own_is_left_alone(text: str, told: str) -> None:
    reason, problems = refused(text)
    assert reason is Reason.UNSOUND
    assert [each for each in problems if each.startswith(told)]


def test_variables_need_not_be_set() -> None:
    text = HEAD + OLD.replace("apiKey: k", "apiKey: ${OTHER}").replace(
        "https://old.test", "http://${HOST}:${PORT}"
    )
    assert written(text) == text + block(4)
    whole = HEAD + OLD.replace("https://old.test/v1", "${WHERE}")
    assert written(whole) == whole + block(4)


@pytest.mark.parametrize(
    "text",
    [
        HEAD + f"x-all: &all\n  - {FLOW}\nendpoints:\n  custom: *all\n",
        HEAD + f"x-all: &all {{custom: [{FLOW}]}}\nendpoints: *all\n",
        HEAD + f"x-all: &all {{custom: [{FLOW}]}}\nendpoints:\n  <<: *all\n",
        HEAD + "x-note: |\n  not one line break",
    ],
)
def test_what_cannot_be_added_to_without_a_change_elsewhere_is_refused(text: str) -> None:
    reason, problems = refused(text)
    assert reason is Reason.UNPLACED
    assert "put it there by hand" in problems[0]


def test_an_endpoint_that_would_change_where_an_alias_leads_is_refused() -> None:
    text = HEAD + OLD.replace("[m]", "[a]") + "server: {aliases: {fast: a}}\n"
    assert refused(text)[0] is Reason.WRONG
    assert written(text.replace("fast: a", "fast: Old/a"))


def test_problems_of_the_endpoint_alone_are_told() -> None:
    entry = ENTRY | {"baseURL": "https://new.test/v1/chat/completions", "provider": "anthropic"}
    after = "\nbalance: {enabled: true, refillAmount: 5}\n"
    added = add_endpoint((HEAD + OLD + after).encode(), "f.yaml", entry, {})
    assert [each.message for each in added.problems] == [
        "`baseURL` is a complete address; a path would be appended to it again"
    ]


def test_an_endpoint_that_is_wrong_itself_is_refused() -> None:
    with pytest.raises(NotAdded) as caught:
        add_endpoint(b"", "f.yaml", ENTRY | {"name": "openAI"}, {})
    assert caught.value.reason is Reason.WRONG
    assert "built-in endpoint" in caught.value.problems[0].message


COMMENTS = st.sampled_from(["", "# note\n", "\n", "  # deep\n", "\n# - name: x\n\n"])
KEYS = ["server: {}\n", "x-a: |\n  text\n\n", "balance:\n  enabled: false\n", "x-b: 'q'   # b\n"]


@st.composite
def files(draw: DrawFn) -> str:
    """Write files of the same few parts in many ways."""
    keys = draw(st.lists(st.sampled_from(KEYS), unique=True))
    keys.append(endpoints(draw))
    parts = [HEAD]
    for key in draw(st.permutations(keys)):
        parts += [draw(COMMENTS), key]
    text = "".join([*parts, draw(COMMENTS)])
    if draw(st.booleans()) and "x-a" not in text:  # a break at its end is part of its text
        text = text.rstrip("\n")
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


def endpoints(draw: DrawFn) -> str:
    """Write `endpoints` with some entries, all, none or half of what goes there."""
    step, dash = draw(st.integers(1, 4)), draw(st.sampled_from([0, 2, 4]))
    names = draw(st.lists(st.sampled_from(["A", "B", "C c"]), unique=True))
    blocks = [entry(draw, name, step + dash) for name in names]
    gap = draw(st.sampled_from(["", "\n"]))
    if not names:
        return draw(
            st.sampled_from(["", "endpoints:\n  custom: []\n", "endpoints: {custom: []}\n"])
        )
    shared = draw(st.sampled_from(["", f"{' ' * step}all: {{streamRate: 0}}\n"]))
    return "endpoints:\n" + shared + " " * step + "custom:\n" + gap.join(blocks)


def entry(draw: DrawFn, name: str, column: int) -> str:
    """Write one entry at a column, its keys in some order."""
    keys = draw(
        st.permutations(
            [
                f"name: {name}",
                "apiKey: ${KEY}  # set it",
                "baseURL: 'https://a.test/v1'",
                "models: {default: [m, n]}",
                *draw(st.sampled_from([[], ["titlePrompt: >-"], ["iconURL:    /x.svg"]])),
            ]
        )
    )
    lines = [("- " if number == 0 else "  ") + key for number, key in enumerate(keys)]
    folded = " " * (column + 4) + "name {convo}"
    pairs = [[" " * column + line, *([folded] if ">-" in line else [])] for line in lines]
    return "\n".join(line for pair in pairs for line in pair) + "\n"


def is_in_order(lines: Sequence[str], others: Sequence[str]) -> bool:
    """Say whether lines stand among others, in their order."""
    rest = iter(others)
    return all(line in rest for line in lines)


@given(files())
def test_old_lines_stay_in_order_and_old_endpoints_stay_as_they_are(text: str) -> None:
    after = add(text).content
    old_lines = [line for line in text.splitlines() if "custom: []" not in line]
    assert is_in_order(old_lines, after.decode().splitlines())
    assert catalog(after).endpoints[:-1] == catalog(text.encode()).endpoints
    assert catalog(after).endpoints[-1].slug == "new-one"


def test_a_file_is_swapped_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    swap(path, None, b"a")
    path.chmod(0o640)
    swap(path, b"a", b"b")
    assert path.read_bytes() == b"b"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["f.yaml"]


def test_a_link_is_followed_to_the_file_it_names(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link = tmp_path / "f.yaml"
    (tmp_path / "there" / "real.yaml").write_bytes(b"a")
    link.symlink_to("there/real.yaml")
    swap(link, b"a", b"b")
    assert link.is_symlink()
    assert (tmp_path / "there" / "real.yaml").read_bytes() == b"b"


def test_what_is_no_file_is_not_replaced_by_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path):
        with pytest.raises(Unwritable, match="is a folder or a device"):
            swap(path, None, b"b")
    assert pipe.is_fifo()


def test_what_must_not_be_written_is_left_and_told(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"a")
    with pytest.raises(Unwritable, match="has changed meanwhile"):
        swap(path, b"other", b"b")
    path.chmod(0o444)
    with pytest.raises(Unwritable, match="is read-only"):
        swap(path, b"a", b"b")
    with pytest.raises(Unwritable, match="No such file or directory"):
        swap(tmp_path / "nowhere" / "f.yaml", None, b"b")
    with pytest.raises(Unwritable, match="Not a directory"):
        swap(path / "f.yaml", None, b"b")
    (tmp_path / "there").mkdir()
    circle = tmp_path / "there" / "circle"
    circle.symlink_to(circle)
    with pytest.raises(Unwritable, match="a link to itself"):
        swap(circle, None, b"b")
    circle.unlink()
    circle.parent.rmdir()
    assert path.read_bytes() == b"a"
    assert [each.name for each in tmp_path.iterdir()] == ["f.yaml"]
