"""Good bytes spoiled by chance: whatever reads them refuses at most, and raises nothing else."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from endpoints_server.domain.wire import Wire
from tests.wires.mutate import spoiled
from tests.wires.seeds import seeds_of
from tests.wires.subjects import reply_subjects, request_subjects, stream_subjects

fuzz = settings(max_examples=100, deadline=None)
chances = st.integers(0, 2**48).map(Random)


@fuzz
@given(chance=chances)
def test_a_spoiled_request_is_read_or_refused(wire: Wire, chance: Random) -> None:
    body = spoiled(chance.choice(seeds_of(wire.name).requests), chance)
    for subject in request_subjects(wire).values():
        subject(body)


@fuzz
@given(chance=chances)
def test_a_spoiled_answer_is_read(wire: Wire, chance: Random) -> None:
    body = spoiled(chance.choice(seeds_of(wire.name).replies), chance)
    for subject in reply_subjects(wire).values():
        subject(body)


@fuzz
@given(chance=chances)
def test_a_spoiled_stream_is_read_the_same_whatever_the_cuts(wire: Wire, chance: Random) -> None:
    data = spoiled(chance.choice(seeds_of(wire.name).streams), chance)
    for subject in stream_subjects(wire).values():
        subject(data)


@fuzz
@given(data=st.binary(max_size=200) | st.text().map(str.encode))
def test_bytes_of_any_kind_are_read_or_refused(wire: Wire, data: bytes) -> None:
    for subjects in (request_subjects, reply_subjects, stream_subjects):
        for subject in subjects(wire).values():
            subject(data)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b'data: {"x":"\xff","choices":[{"delta":{"content":"a"}}]}\n\n', "broken text"),
        (b'data: {"x":1e400,"choices":[{"delta":{"content":"a"}}]}\n\n', "a broken number"),
        (b'{"content":[],"\xff":1}', "a broken name"),
        (b'{"messages":[{"role":"tool","tool_call_id":[]}],"model":"m"}', "an id that is a list"),
        (b'{"model":"m"}', "no messages"),
        (b'{"candidates":[{"content":{"parts":[{"code":{"a":"\xff"}}]}}]}', "a broken part"),
        (
            b'data: {"candidates":[{"content":{"parts":[{"functionCall":{"name":"f",'
            b'"args":{"a":"\xff"}}}]}}]}\n\n',
            "broken arguments",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_fuzzers_have_found_stays_found(wire: Wire, data: bytes, what: str) -> None:
    for subjects in (request_subjects, reply_subjects, stream_subjects):
        for subject in subjects(wire).values():
            subject(data)
