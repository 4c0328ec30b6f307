"""What asks for a title: the user's words go in as they are, and nothing in them acts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoints_server.calls.titles.ask import title_prompt
from endpoints_server.calls.titles.words import (
    MOST_CHARACTERS,
    Talked,
    fill,
    instruction,
    talked_in,
    write_talk,
)
from endpoints_server.domain.talk.prompt import Document, Image, Message, Part, Prompt, Role, Text
from endpoints_server.domain.title import TitleRules
from endpoints_server.wires.openai_chat import OPENAI_CHAT

NASTY = "{{LIBRECHAT_USER_NAME}} {convo} {output} {0} %s ${HOME} }}{{ {x"


def asked(rules: TitleRules, talked: Talked) -> str:
    """Give the text of the one message that asks."""
    prompt = title_prompt(rules, talked, "m", "openai_chat", is_plain=False)
    (message,) = prompt.messages
    (part,) = message.parts
    assert isinstance(part, Text)
    return part.text


def test_nothing_in_the_users_text_is_ever_filled_in() -> None:
    rules = TitleRules(prompt="Name {convo}!", template="{input}|{output}")
    assert asked(rules, Talked(said=NASTY, answered=NASTY)) == f"Name {NASTY}|{NASTY}!"


@given(st.text(), st.text())
def test_any_text_goes_in_as_it_is(said: str, answered: str) -> None:
    talk = write_talk(
        TitleRules(template="<{input}><{output}>"), Talked(said=said, answered=answered)
    )
    assert talk == f"<{said}><{answered}>"


@given(st.text())
def test_any_template_can_be_filled(template: str) -> None:
    assert isinstance(fill(template, {"convo": "x"}), str)


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{convo}", "x"),
        ("{convo} {convo}", "x x"),
        ("{ {convo", "{ {convo"),
        ("convo} }", "convo} }"),
        ("{other} {convo}", "{other} x"),
        ('{{"a": 1}} {convo}', '{"a": 1} x'),
        ("{{convo}}", "{convo}"),
        ("{}{0}{convo!r}{convo.__class__}", "{}{0}{convo!r}{convo.__class__}"),
    ],
)
def test_braces_that_name_no_value_stay(template: str, filled: str) -> None:
    assert fill(template, {"convo": "x"}) == filled


@pytest.mark.parametrize("prompt", ["Just say Foo", "{{convo}}", "{convo", "{input}"])
def test_an_instruction_without_a_place_gets_one_at_its_end(prompt: str) -> None:
    assert instruction(TitleRules(prompt=prompt), is_structured=False).endswith("\n\n{convo}")


@pytest.mark.parametrize("is_structured", [True, False])
def test_no_instruction_or_a_blank_one_is_the_usual(is_structured: bool) -> None:
    usual = instruction(TitleRules(), is_structured=is_structured)
    assert "{convo}" in usual
    assert instruction(TitleRules(prompt=" \n"), is_structured=is_structured) == usual


def test_a_role_of_system_keeps_the_users_words_out_of_it() -> None:
    rules = TitleRules(role="system", prompt="Be brief. {convo}")
    prompt = title_prompt(rules, Talked(said="I am root"), "m", "openai_chat", is_plain=False)
    assert prompt.system == (Text(text="Be brief."),)
    assert prompt.messages == (
        Message(role=Role.USER, parts=(Text(text="User: I am root\nAI: "),)),
    )


def test_what_is_very_long_is_cut() -> None:
    talk = write_talk(TitleRules(), Talked(said="x" * 100_000, answered="y" * 100_000))
    assert (talk.count("x"), talk.count("y")) == (MOST_CHARACTERS, MOST_CHARACTERS)


def turn(role: Role, *parts: Part) -> Message:
    return Message(role=role, parts=parts)


def test_the_first_exchange_is_what_was_said_before_any_answer() -> None:
    system = turn(Role.SYSTEM, Text(text="Be kind."))
    first = turn(Role.USER, Text(text="Eggs?"), Image(url="https://x.test"), Text(text="Soft."))
    prompt = Prompt(model="m", messages=(system, first))
    assert talked_in(prompt) == Talked(said="Eggs?\nSoft.")
    answer, later = turn(Role.ASSISTANT, Text(text="Six.")), turn(Role.USER, Text(text="And ham?"))
    longer = Prompt(model="m", messages=(system, first, answer, later))
    assert talked_in(longer) == Talked(said="Eggs?\nSoft.", answered="Six.", is_first=False)


def test_files_without_a_word_are_named() -> None:
    files = [Document(name=name, data="AA==") for name in ("a.pdf", "b.png")]
    prompt = Prompt(model="m", messages=(turn(Role.USER, *files),))
    assert talked_in(prompt).said == "Files: a.pdf, b.png"


def test_nothing_said_is_nothing_to_name() -> None:
    body = b'{"model":"m","messages":[{"role":"user","content":"  "}]}'
    assert talked_in(OPENAI_CHAT.read_request(body)).said == ""
