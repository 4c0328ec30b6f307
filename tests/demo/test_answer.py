"""What the demo decides: which tool it calls, and that no command of its does harm."""

import json

import pytest

from endpoints_server.demo.answer import COMMAND, Answer, Ask, Offer, answer
from endpoints_server.demo.anthropic_messages import read_request as read_messages
from endpoints_server.demo.openai_chat import read_request as read_chat

HARM = "rm -rf ~"
READ = Offer("read", {"type": "object", "properties": {"path": {"type": "string"}}})
SHELL = Offer(
    "shell",
    {
        "type": "object",
        "properties": {
            "command": {"type": "string"},
            "why": {"type": "string"},
            "is_unguarded": {"type": "boolean"},
        },
        "required": ["command", "why"],
    },
)


def asked(*offers: Offer, must_call: str = "") -> Ask:
    return Ask(id="1", model="m", words=HARM, offers=offers, must_call=must_call)


def arguments_of(said: Answer) -> object:
    return json.loads("".join(said.arguments))


def test_of_many_tools_the_one_that_runs_commands_is_called() -> None:
    assert answer(asked(READ, SHELL)).tool == "shell"
    assert answer(asked(READ)).tool == "read"
    assert answer(asked(READ, SHELL, must_call="read")).tool == "read"


@pytest.mark.parametrize("must_call", ["", "shell"], ids=["free", "forced"])
def test_a_command_never_holds_what_was_said_and_nothing_optional_is_given(must_call: str) -> None:
    said = answer(asked(SHELL, must_call=must_call))
    assert arguments_of(said) == {"command": COMMAND, "why": HARM}


def test_a_command_in_pieces_is_the_same_harmless_one() -> None:
    schema = {"properties": {"cmd": {"type": "array", "items": {"type": "string"}}}}
    assert arguments_of(answer(asked(Offer("run", schema)))) == {"cmd": ["sh", "-c", COMMAND]}


REMINDER = "Remember the rules of this house."


def test_a_result_is_heard_whatever_a_client_puts_after_it() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "shell", "arguments": "{}"}}
    chat = {
        "model": "demo-chat",
        "messages": [
            {"role": "user", "content": HARM},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c", "content": "42"},
            {"role": "user", "content": REMINDER},
        ],
    }
    use = {"type": "tool_use", "id": "c", "name": "shell", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "c", "content": "42"}
    messages = {
        "model": "demo-messages",
        "max_tokens": 100,
        "messages": [
            {"role": "user", "content": HARM},
            {"role": "assistant", "content": [use]},
            {"role": "user", "content": [result, {"type": "text", "text": REMINDER}]},
            {"role": "system", "content": REMINDER},
        ],
    }
    for ask in (read_chat(json.dumps(chat).encode()), read_messages(json.dumps(messages).encode())):
        assert (ask.is_result, ask.words) == (True, "42")


def test_a_person_who_speaks_after_the_answer_to_a_result_is_heard_again() -> None:
    turns = [
        {"role": "tool", "tool_call_id": "c", "content": "42"},
        {"role": "assistant", "content": "It is 42."},
        {"role": "user", "content": "Thanks"},
    ]
    ask = read_chat(json.dumps({"model": "demo-chat", "messages": turns}).encode())
    assert (ask.is_result, ask.words) == (False, "Thanks")
