"""What models give for titles, and what is left of it."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoints_server.calls.titles.clean import LONGEST, clean_title, title_of
from endpoints_server.domain.talk.prompt import Text, Thinking, ToolCall
from endpoints_server.domain.talk.reply import Reply


@pytest.mark.parametrize(
    ("given_text", "title"),
    [
        ("Boiled Eggs", "Boiled Eggs"),
        ('"Boiled Eggs"', "Boiled Eggs"),
        ("“Boiled Eggs”", "Boiled Eggs"),
        ("„Gekochte Eier“", "Gekochte Eier"),
        ("«Œufs durs»", "Œufs durs"),
        ("Title: Boiled Eggs", "Boiled Eggs"),
        ("**Title:** Boiled Eggs", "Boiled Eggs"),
        ("**Title: “Boiled Eggs”**", "Boiled Eggs"),
        ("TITLE : *Boiled Eggs*", "Boiled Eggs"),
        ("# Boiled Eggs\n", "Boiled Eggs"),
        ("```\nBoiled Eggs\n```", "Boiled Eggs"),
        ("`Boiled Eggs`", "Boiled Eggs"),
        ("\r\nBoiled\r\n\tEggs\x00\u2028", "Boiled Eggs"),
        ("<think>Hm.\nEggs?</think>\nBoiled Eggs", "Boiled Eggs"),
        ("Hm. Eggs?</think>Boiled Eggs", "Boiled Eggs"),
        ("Boiled Eggs<think>or rather", "Boiled Eggs"),
        ("<think>for ever and ever", ""),
        ("<thinking a='1'>x</THINKING> Eggs", "Eggs"),
        ("", ""),
        (" \n ", ""),
        ('""', ""),
        ("**", ""),
        ('"', ""),
        ("Title:", "Title:"),
        ('"Eggs" and "Ham"', '"Eggs" and "Ham"'),
        ("*Eggs* and *Ham*", "*Eggs* and *Ham*"),
        ("'Tis the Season", "'Tis the Season"),
        ("C# and F#", "C# and F#"),
        ("<b>Eggs</b>", "<b>Eggs</b>"),
        ("Titles of Eggs", "Titles of Eggs"),
    ],
)
def test_a_title_is_one_clean_line(given_text: str, title: str) -> None:
    assert clean_title(given_text) == title


@pytest.mark.parametrize(
    ("given_text", "title"),
    [
        ('{"language":"English","title":"Eggs"}', "Eggs"),
        ('```json\n{"title": "Eggs"}\n```', "Eggs"),
        ('{"title": "Eggs", "langu', "Eggs"),
        ('{"title": "\\u00c4pfel \\"rot\\""} That is it.', 'Äpfel "rot"'),
        ('<think>{"title": "x"}</think>{"title": "Eggs"}', "Eggs"),
        ('{"title": 5}', ""),
        ('{"titel": "Eggs"}', ""),
        ('{"title": {"text": "Eggs"}}', ""),
        ("Eggs", "Eggs"),
        ("{Eggs}", "{Eggs}"),
    ],
)
def test_a_shape_is_read_leniently(given_text: str, title: str) -> None:
    assert title_of(Reply(parts=(Text(text=given_text),))) == title
    call = ToolCall(id="t", name="extract", arguments=given_text)
    assert title_of(Reply(parts=(Text(text="Here you are:"), call))) == title


def test_thoughts_beside_the_text_are_no_title() -> None:
    assert title_of(Reply(parts=(Thinking(text="Eggs"), Text(text="Ham")))) == "Ham"
    assert title_of(Reply(parts=(Thinking(text="Eggs"),))) == ""


def test_a_long_title_is_cut_by_characters() -> None:
    assert clean_title("🎈" * LONGEST) == "🎈" * LONGEST
    assert clean_title("🎈" * (LONGEST + 1)) == "🎈" * (LONGEST - 3) + "..."


@pytest.mark.parametrize("piece", ["<think>", "</think>", "<think", '"', "**", '{"title":"', "# "])
def test_no_answer_takes_long_to_clean(piece: str) -> None:
    began_at = time.perf_counter()
    assert len(title_of(Reply(parts=(Text(text=piece * 2_000_000),)))) <= LONGEST
    assert time.perf_counter() - began_at < 2


@given(st.text())
def test_whatever_comes_is_a_short_line_that_stays_as_it_is(text: str) -> None:
    title = clean_title(text)
    assert len(title) <= LONGEST
    assert title == title.strip()
    assert "\n" not in title
    assert clean_title(title) == title


@given(st.text())
def test_whatever_stands_in_a_shape_is_cleaned_like_plain_text(text: str) -> None:
    body = json.dumps({"language": "x", "title": text})
    assert title_of(Reply(parts=(Text(text=body),))) == clean_title(text)
