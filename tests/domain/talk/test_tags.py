"""Reasoning between tags at the head of the words, read as what it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from endpoints_server.domain.talk.prompt import Part, Text, Thinking, ToolCall
from endpoints_server.domain.talk.reply import (
    Event,
    PartDelta,
    PartEnd,
    PartStart,
    Reply,
    ReplyEnd,
    ReplyStart,
    fold,
    unfold,
)
from endpoints_server.domain.talk.tags import Tags, untagged

CALL = ToolCall(id="c", name="f", arguments="{}")
pieces = st.sampled_from(["<think>", "</think>", "<", "/", "think>", "</th", " ", "\n", "a", "b c"])
tagged = st.lists(pieces, max_size=12).map("".join)


def said(*texts: str) -> tuple[Part, ...]:
    return untagged(Reply(parts=tuple(Text(text=text) for text in texts))).parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("<think>hm</think>ok", (Thinking(text="hm"), Text(text="ok"))),
        ("\n<think>\nhm\n</think>\n\nok", (Thinking(text="hm\n"), Text(text="ok"))),
        (
            "<think>a</think><think>b</think>ok",
            (Thinking(text="a"), Thinking(text="b"), Text(text="ok")),
        ),
        ("<think>\n\n</think>\n\nok", (Text(text="ok"),)),
        ("<think>cut off </th", (Thinking(text="cut off </th"),)),
        ("<think>all of it</think>\n", (Thinking(text="all of it"),)),
        ("say <think>hm</think>", (Text(text="say <think>hm</think>"),)),
        ("  plain\n", (Text(text="  plain\n"),)),
        ("<thin", (Text(text="<thin"),)),
        ("", (Text(text=""),)),
    ],
)
def test_tags_at_the_head_of_the_words_hold_reasoning(text: str, parts: tuple[Part, ...]) -> None:
    assert said(text) == parts


def streamed(texts: list[str]) -> list[Event]:
    """Tell some words in pieces, then a call, as a Reader does."""
    deltas: list[Event] = [PartDelta(index=0, text=text) for text in texts]
    words: list[Event] = [PartStart(index=0, part=Text(text="")), *deltas, PartEnd(index=0)]
    call: list[Event] = [PartStart(index=1, part=CALL), PartEnd(index=1)]
    return [ReplyStart(id="r"), *words, *call, ReplyEnd()]


def read(events: list[Event]) -> list[Event]:
    tags = Tags()
    return [each for event in events for each in tags.feed([event])]


@settings(max_examples=300, deadline=None)
@given(text=tagged, places=st.lists(st.integers(0, 60), max_size=6))
def test_cuts_in_the_words_do_not_matter(text: str, places: list[int]) -> None:
    ends = sorted({min(place, len(text)) for place in places})
    cuts = [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]
    whole = Reply(id="r", parts=(Text(text=text), CALL))
    assert fold(read(streamed(cuts))).parts == untagged(whole).parts
    assert fold(read(streamed(list(text)))).parts == untagged(whole).parts


@given(text=tagged)
def test_parts_stay_balanced_and_in_order(text: str) -> None:
    events = read(streamed(list(text)))
    indexes = [event.index for event in events if isinstance(event, PartStart)]
    assert indexes == list(range(len(indexes)))
    open_parts: list[int] = []
    for event in events:
        match event:
            case PartStart():
                assert not open_parts
                open_parts.append(event.index)
            case PartDelta():
                assert open_parts == [event.index]
            case PartEnd():
                assert open_parts.pop() == event.index
            case ReplyStart() | ReplyEnd():
                assert not open_parts


@given(text=st.text(max_size=20))
def test_words_without_a_tag_come_through_as_they_are(text: str) -> None:
    reply = Reply(parts=(Thinking(text="before"), Text(text=text), CALL))
    assert untagged(reply) == reply
    assert fold(unfold(reply)) == reply
