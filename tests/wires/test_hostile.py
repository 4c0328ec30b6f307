"""Every value of a good body or answer, replaced by what does not belong there, on every wire."""

import json
from collections.abc import Iterable, Iterator, Mapping

import pytest

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.talk.reply import unfold
from endpoints_server.domain.wire import Wire
from endpoints_server.wires.body import peek
from endpoints_server.wires.place import place_of
from tests.wires.hostile import DEEP, GOOD, Place, body_of, good_reply, spelled, spoiled_bodies
from tests.wires.subjects import (
    STYLE,
    Subject,
    reply_subjects,
    request_subjects,
    stream_subjects,
)

Case = tuple[Place, str, bytes]


def failures(subjects: Mapping[str, Subject], cases: Iterable[Case]) -> dict[str, str]:
    """Run everything over everything; gives what was raised, by what, where and how."""
    raised: dict[str, str] = {}
    for place, name, data in cases:
        for what, subject in subjects.items():
            try:
                subject(data)
            except Exception as error:  # noqa: BLE001 - that none is raised is what is tested
                raised[f"{what} {spelled(place)} {name}"] = repr(error)
    return raised


def test_a_request_is_read_or_refused_whatever_stands_in_it(wire: Wire) -> None:
    assert not failures(request_subjects(wire), spoiled_bodies(body_of(wire, GOOD), 3))


def test_a_refusal_names_the_place(wire: Wire) -> None:
    refusals = [
        (place, name, fault)
        for place, name, body in spoiled_bodies(body_of(wire, GOOD))
        if (fault := refusal_of(wire, body)) is not None
    ]
    assert len(refusals) > 100
    for place, name, fault in refusals:
        assert fault.kind is Kind.BAD_REQUEST
        if not is_broken(fault):
            head = fault.param.replace("[", ".").partition(".")[0]
            assert head == place[0], (spelled(place), name, fault)


def is_broken(fault: Fault) -> bool:
    """Say whether what was sent is no JSON; then the byte is named, if anything is."""
    return "malformed" in fault.message or "truncated" in fault.message


def refusal_of(wire: Wire, body: bytes) -> Fault | None:
    """Read a body; gives why it was refused, if it was."""
    try:
        wire.read_request(body)
    except Failed as failed:
        return failed.fault
    return None


def test_an_answer_is_read_whatever_stands_in_it(wire: Wire) -> None:
    good = json.loads(wire.write_reply(good_reply(wire), STYLE))
    assert not failures(reply_subjects(wire), spoiled_bodies(good, 2))


def test_a_stream_is_read_whatever_stands_in_it(wire: Wire) -> None:
    assert not failures(stream_subjects(wire), spoiled_streams(wire))


def spoiled_streams(wire: Wire) -> Iterator[Case]:
    """Give a good stream with one event spoiled."""
    writer = wire.writer(STYLE)
    events = [data for event in unfold(good_reply(wire)) if (data := writer.write(event))]
    pieces = b"".join(events).split(b"\n\n")
    for number, piece in enumerate(pieces):
        head, mark, told = piece.partition(b"data: ")
        if told.startswith(b"{"):
            for place, name, body in spoiled_bodies(json.loads(told), 9):
                spoiled = head + mark + body
                stream = b"\n\n".join([*pieces[:number], spoiled, *pieces[number + 1 :]])
                yield (number, *place), name, stream


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"a": 1, "b": [{"c": 1e400}]}', "$.b[0].c"),
        (b'{"a": "1e400", "b": {"\\"c": [0, 1, 1e999]}}', '$.b.\\"c[2]'),
        (b'{"a": ' + b"[" * DEEP, "$.a[0][0][0][0]"),
        (b'{"a": [], "b": ' + b'{"x":' * DEEP, "$.b.x.x.x.x"),
        (b"[1e400]", "$[0]"),
        (b"1e400", "$"),
        (b'{"a": 1}', ""),
        (b"\xff\x00", ""),
        (b"", ""),
        (b'{"a": [' + b"1," * 200_000 + b"1e400]}", ""),
        (b'{"a": "' + b"\\\\x" * 100_000 + b'", "b": -1e400}', "$.b"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_the_place_of_what_cannot_be_decoded_is_found(body: bytes, place: str) -> None:
    assert place_of(body) == place


def test_bytes_that_are_no_text_are_refused_though_the_path_names_the_model() -> None:
    with pytest.raises(Failed) as caught:
        peek(b'{"a": "\xff"}', "m", is_stream=False)
    assert "utf-8" in caught.value.fault.message
