"""Whatever stands at the path, loading ends in settings or in problems, and tells no secret."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from endpoints_server.config.load import Loaded, load, load_bytes
from endpoints_server.config.problem import render
from tests.config.files import ENTRY, ENVIRON, read, with_keys

SECRET = "sk-live-Q7w8E9r0T1y2U3i4"
VALUE = "p4ss-Z9x8C7v6B5n4M3l2"
PLANTED = f"""\
version: 1.3.17
x-a: &a {{X-B: b}}
endpoints:
  custom:
    - name: Acme
      apiKey: {SECRET}
      baseURL: https://a.test/${{VALUE}}
      headers: {{X-A: 'Bearer {SECRET}', X-C: '${{VALUE}}', X-D: '{{{{LIBRECHAT_USER_ID}}}}'}}
      models: {{default: [m]}}
      addParams: {{token: "{SECRET}"}}
      tokenConfig: {{m: {{prompt: 0.1, completion: 2, context: 8}}}}
"""
PIECES = [*"\n\t :-{}[]'\"#&*!|>%@`,?$<\\\x00\x85", "  ", "- ", ": ", "${", "}}", "<<: *a", "null"]


def said(loaded: Loaded) -> str:
    return "\n".join(render(problem) for problem in loaded.problems) + repr(loaded)


def test_a_key_in_the_file_is_never_shown() -> None:
    loaded = read(PLANTED, {"VALUE": VALUE})
    assert loaded.settings is not None
    assert loaded.settings.endpoints.custom[0].api_key == SECRET
    assert SECRET not in said(loaded)
    assert VALUE not in said(loaded)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(PLANTED)), st.integers(0, 12), st.sampled_from(["", *PIECES])),
        min_size=1,
        max_size=4,
    )
)
def test_a_mutated_file_never_raises_and_never_shows_its_secret(
    edits: list[tuple[int, int, str]],
) -> None:
    text = PLANTED
    for start, length, piece in edits:
        text = text[:start] + piece + text[start + length :]
    loaded = read(text, {"VALUE": VALUE})
    assert SECRET not in said(loaded)
    assert VALUE not in said(loaded)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_are_too_odd_to_load(content: bytes) -> None:
    load_bytes(content, ENVIRON, "f.yaml")


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=12,
    ),
    st.sampled_from(["apiKey", "models", "headers", "addParams", "tokenConfig", "customParams"]),
)
def test_no_value_is_too_odd_for_a_key(value: object, key: str) -> None:
    read(with_keys(f"{key}: {value!r}") if key == "addParams" else ENTRY + f"x-{key}: {value!r}\n")
    read(f"endpoints: {{custom: [{{{key}: {value!r}}}], all: {value!r}}}")
    read(f"endpoints: {value!r}\nserver: {value!r}")


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    loaded = load(tmp_path / "none.yaml", {})
    assert loaded.settings is None
    assert said(loaded).startswith(f"{tmp_path}/none.yaml:1:1: error: the file cannot be read: No")


@pytest.mark.parametrize("name", ["", "nul\0name"])
def test_a_folder_or_no_name_at_all_is_a_problem(tmp_path: Path, name: str) -> None:
    loaded = load(tmp_path / name, {})
    assert loaded.settings is None
    assert "the file cannot be read" in said(loaded)


def test_bytes_that_are_not_utf_8_are_told_at_their_place() -> None:
    content = "version: 1.3.17\n# ü ".encode() + b"\xff\n"
    problem = load_bytes(content, {}, "f.yaml").problems[0]
    assert (problem.line, problem.column) == (2, 5)
    assert problem.message == "the file is not UTF-8 from here on"


def test_a_mark_at_the_start_does_not_shift_columns() -> None:
    problem = load_bytes(b"\xef\xbb\xbfversoin: 1\n", {}, "f.yaml").problems[0]
    assert (problem.line, problem.column) == (1, 1)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    path.write_bytes(b"# \n" * 4_000_000)
    started = time.perf_counter()
    loaded = load(path, {})
    assert [problem.message for problem in loaded.problems] == ["the file is larger than 4 MiB"]
    assert time.perf_counter() - started < 1


def bomb(first: str, layer: str) -> str:
    layers = [f"a0: &a0 {first}"]
    layers += [f"a{n}: &a{n} " + layer.format(", ".join([f"*a{n - 1}"] * 10)) for n in range(1, 12)]
    return "\n".join(layers) + "\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (bomb("[x, x]", "[{}]"), "with its aliases, this holds more than 100000 values"),
        (bomb("{x: 1}", "{{<<: [{}]}}"), "with its aliases, this holds more than 100000 values"),
        ("- x\n" * 200_000, "this holds more than 100000 values"),
        ("[" * 100_000, "this is nested more than 64 levels deep"),
        ("{a: " * 100_000, "this is nested more than 64 levels deep"),
        ("- " * 100_000, "this is nested more than 64 levels deep"),
        ("version: &a [*a]", "no anchor `a` stands before this alias"),
    ],
    ids=["lists", "merges", "items", "brackets", "braces", "dashes", "itself"],
)
def test_a_file_that_grows_without_bound_is_refused_in_time(text: str, message: str) -> None:
    started = time.perf_counter()
    loaded = read(text)
    assert message in [problem.message for problem in loaded.problems]
    assert time.perf_counter() - started < 20


@pytest.mark.parametrize(
    "piece", ["${", "$$", "${A}", "{{", "{{X}}", "<<LIBRECHAT_", "LIBRECHAT_USER_X "]
)
def test_a_long_value_is_read_in_time(piece: str) -> None:
    started = time.perf_counter()
    read(with_keys(f"headers: {{X-A: '{piece * 50_000}'}}"))
    assert time.perf_counter() - started < 10


def test_the_version_follows_the_text_and_the_variables_without_telling_them() -> None:
    one = read(ENTRY)
    assert one.version == read(ENTRY).version
    assert one.version != read(ENTRY + "# more\n").version
    assert one.version != read(ENTRY, {"ACME_KEY": "other"}).version
    assert one.version == read(ENTRY, {"ACME_KEY": "k-acme", "UNUSED": "x"}).version
    keyed = load_bytes(ENTRY.encode(), ENVIRON, "f.yaml", b"ring key")
    assert keyed.version != one.version
    assert keyed.version.partition("-")[0] == one.version.partition("-")[0]


def test_keys_that_begin_with_x_are_free_and_anchors_work() -> None:
    text = ENTRY.replace("version", "x-models: &m [m1, m2]\nversion", 1)
    loaded = read(text.replace("[acme-large]", "*m"))
    assert loaded.settings is not None
    assert loaded.settings.endpoints.custom[0].models.default == ["m1", "m2"]


def test_variables_are_filled_in_wherever_an_endpoint_holds_text() -> None:
    loaded = read(
        with_keys("addParams: {a: ['${V}']}", "titleModel: '${V}'", "titlePrompt: 'say ${V} $$'"),
        ENVIRON | {"V": "v"},
    )
    assert loaded.settings is not None
    entry = loaded.settings.endpoints.custom[0]
    assert entry.add_params == {"a": ["v"]}
    assert entry.title_model == "v"
    assert entry.title_prompt == "say ${V} $$"


def test_a_name_is_taken_as_it_is_written() -> None:
    loaded = read(ENTRY.replace("name: Acme", "name: 'a $$ ${ACME_KEY}'"))
    assert loaded.settings is not None
    assert loaded.settings.endpoints.custom[0].name == "a $$ ${ACME_KEY}"
