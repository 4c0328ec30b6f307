"""Keys and headers: variables in two spellings, commands where they are allowed, text as it is."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from endpoints_server.config.expand import expand
from endpoints_server.config.problem import Level
from endpoints_server.config.values.command import is_command, literal, plain, read_command
from endpoints_server.config.values.template import fill_template, in_yaml
from endpoints_server.domain.command import Command
from endpoints_server.domain.endpoint import Credential
from endpoints_server.domain.secret import Secret
from tests.config.files import ENTRY, only_endpoint, told, with_keys

ENVIRON = {"A": "alpha", "lower": "small", "BANG": "!echo no", "EMPTY": ""}
ALLOWED = "server: {allowCommands: true}\n"

pieces = st.sampled_from([*"$!{}AB_x- é", "${A}", "$A", "$lower", "$$", "$!", "${A-B}"])
texts = st.lists(pieces, max_size=12).map("".join)


def with_key(value: str) -> str:
    return ENTRY.replace("${ACME_KEY}", value)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("$A", "alpha"),
        ("Bearer $A, $lower", "Bearer alpha, small"),
        ("${A}$A", "alphaalpha"),
        ("$$A", "$A"),
        ("pa$word", "pa$word"),
        ("$A_B-", "$A_B-"),
        ("${NOPE:-$A}", "$A"),
    ],
)
def test_a_key_takes_both_spellings_and_leaves_what_no_variable_is_meant_by(
    text: str, filled: str
) -> None:
    expansion = expand(text, ENVIRON, has_bare=True)
    assert expansion.text == filled
    assert set(expansion.missing) <= {"A_B"}


def test_a_name_in_capitals_that_is_not_set_is_told() -> None:
    assert told(with_key("$ACME_KYE")) == [
        "5:15: error: the variable `ACME_KYE` is not set (did you mean `ACME_KEY`?)"
    ]


def test_other_keys_of_an_endpoint_know_no_bare_names() -> None:
    endpoint = only_endpoint(with_keys("addParams: {user: $ACME_KEY}"))
    assert endpoint.dialect.add == {"user": "$ACME_KEY"}


def test_a_key_may_be_a_command_where_the_file_allows_it() -> None:
    endpoint = only_endpoint(with_key("'!pass show \"a b\"'") + ALLOWED)
    assert endpoint.credential == Credential(command=Command(("pass", "show", "a b")))
    assert "pass" not in repr(endpoint)


def test_a_command_that_is_not_allowed_is_told() -> None:
    assert told(with_key("'!pass show x'")) == [
        "5:15: error: a value that begins with `!` is a command, and none is allowed (set"
        " `server.allowCommands: true`, or write `$!` for the text itself)"
    ]


@pytest.mark.parametrize("header", ["X-A: '!id'", "'X-A': \"!id\""])
def test_headers_of_endpoints_models_and_all_may_be_commands(header: str) -> None:
    text = ENTRY.replace("[acme-large]", f"[{{name: m, headers: {{{header}}}}}]")
    text += f"      headers: {{{header}}}\n      modelOverrides: {{m: {{headers: {{{header}}}}}}}\n"
    text += "  all: {headers: {X-B: '!id'}}\n"
    assert len(told(text)) == 4
    endpoint = only_endpoint(text + ALLOWED)
    assert [each.command for each in endpoint.headers] == [Command(("id",))] * 2


@pytest.mark.parametrize(
    "command",
    ["a | b", "a; b", "a && b", "a > f", "a $HOME", 'a "$HOME"', "a `b`", "a *", "a ~/b", "a #b"],
)
def test_what_only_a_shell_would_do_is_told_and_not_done_otherwise(command: str) -> None:
    quoted = command.replace("'", "''")
    (problem,) = told(with_key(f"'!{quoted}'") + ALLOWED)
    assert "the command wants a shell, and is run without one" in problem
    assert "`!sh -c '…'`" in problem


@pytest.mark.parametrize(
    ("command", "argv"),
    [
        ("!echo hi", ("echo", "hi")),
        ("! echo  hi ", ("echo", "hi")),
        ("!sh -c 'echo $A | cat'", ("sh", "-c", "echo $A | cat")),
        (r"!echo a\ b \$A", ("echo", "a b", "$A")),
        ('!op read "op://Private/key x/cred"', ("op", "read", "op://Private/key x/cred")),
    ],
)
def test_a_command_is_cut_into_words_as_a_shell_cuts_it(
    command: str, argv: tuple[str, ...]
) -> None:
    assert read_command(command) == Command(argv)


@pytest.mark.parametrize("command", ["!", "!  ", "!''", "!echo 'a", '!echo "a', "!" + "x" * 5000])
def test_a_command_that_names_no_program_is_refused(command: str) -> None:
    with pytest.raises(ValueError, match=r"names no program|other half|too long|wants a shell"):
        read_command(command)


@pytest.mark.parametrize(
    ("value", "secret"), [("$!echo hi", "!echo hi"), ("$! $$", "! $"), ("$$!x", "$!x")]
)
def test_a_key_may_begin_with_an_exclamation_mark_and_be_none(value: str, secret: str) -> None:
    assert only_endpoint(with_key(f"'{value}'")).credential == Credential(secret=Secret(secret))


def test_what_a_variable_holds_is_never_run() -> None:
    text = fill_template("$BANG", ENVIRON).text
    assert not is_command(literal(text))
    assert plain(literal(text)) == "!echo no"


def test_no_list_of_models_is_fetched_with_a_command() -> None:
    text = with_key("'!id'").replace("[acme-large]", "[m], fetch: true") + ALLOWED
    (warning,) = told(text, Level.WARNING)
    assert "no command is run for a list of models" in warning
    assert only_endpoint(text).discovery is None


def test_a_blank_key_is_told() -> None:
    assert told(with_key("'${NOPE:- }'")) == ["5:15: error: the key is blank"]


@given(texts)
def test_no_text_is_taken_for_a_command_once_it_is_marked(text: str) -> None:
    assert not is_command(literal(text))
    assert plain(literal(text)) == text


@given(texts)
@example("! $")
def test_a_value_of_pis_comes_to_the_same_when_written_for_the_yaml(text: str) -> None:
    theirs = fill_template(text, ENVIRON)
    written = in_yaml(text)
    assert not is_command(written)
    said = written.removeprefix("$") if written.startswith("$!") else written
    ours = expand(said, ENVIRON, has_bare=True)
    if not theirs.missing:
        assert ours.text == theirs.text.strip()


@given(texts)
def test_no_line_is_too_odd_to_be_judged(text: str) -> None:
    try:
        command = read_command("!" + text)
    except ValueError:
        return
    assert command.argv[0]
