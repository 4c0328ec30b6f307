"""A sealed key opens for its owner and its endpoint alone, and unchanged alone."""

from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoints_server.domain.own_key import OwnKey
from endpoints_server.domain.secret import Secret
from endpoints_server.store.keyring.ring import Ring, open_ring, read_ring
from endpoints_server.store.keyring.ring_file import add_to_file, draw_key
from endpoints_server.store.seal import Owner, find_ring_id, open_seal, seal, sealing_key

KEY = bytes.fromhex("8f3a1c5be97d02461ab8f7c36e50d9942b7fe108a35dc6714890bd3ff2561ea7")
OTHER = bytes(reversed(KEY))
RING = Ring(newest="b", keys={"b": OTHER, "a": KEY})
OLD_RING = Ring(newest="a", keys={"a": KEY})
ADA = Owner("ada", "acme")
OWN = OwnKey(api_key=Secret("sk-proj-0123456789"), address=Secret("https://x.example/v1"))

names = st.text(st.characters(codec="utf-8"), max_size=40)
owners = st.builds(Owner, names, names)
texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=200)


@given(owners, texts, texts)
def test_what_is_sealed_opens_for_its_owner(owner: Owner, api_key: str, address: str) -> None:
    own_key = OwnKey(api_key=Secret(api_key), address=Secret(address))
    sealed = seal(RING, owner, own_key)
    assert open_seal(RING, owner, sealed) == own_key
    assert find_ring_id(sealed) == "b"


@given(owners, owners)
def test_nobody_else_opens_it_and_at_no_other_endpoint(one: Owner, other: Owner) -> None:
    opened = open_seal(RING, other, seal(RING, one, OWN))
    assert (opened is not None) == (one == other)


@given(names, names)
def test_parts_of_an_owner_do_not_flow_into_each_other(person: str, endpoint: str) -> None:
    sealed = seal(RING, Owner(person + "x", endpoint), OWN)
    assert open_seal(RING, Owner(person, "x" + endpoint), sealed) is None


@given(st.data())
def test_a_value_with_any_character_changed_does_not_open(drawn: st.DataObject) -> None:
    sealed = seal(RING, ADA, OWN)
    place = drawn.draw(st.integers(0, len(sealed) - 1))
    other = drawn.draw(
        st.characters(min_codepoint=0, max_codepoint=127).filter(lambda one: one != sealed[place])
    )
    changed = sealed[:place] + other + sealed[place + 1 :]
    assert open_seal(RING, ADA, changed) is None


@given(st.text() | st.binary().map(lambda raw: urlsafe_b64encode(raw).decode() + "....."))
def test_what_was_never_sealed_does_not_open(text: str) -> None:
    assert open_seal(RING, ADA, text) is None


@given(st.binary(min_size=32, max_size=64), st.sampled_from(["a", "b"]))
def test_another_key_under_the_same_id_opens_nothing(ring_key: bytes, ring_id: str) -> None:
    sealed = seal(Ring(newest=ring_id, keys={ring_id: KEY}), ADA, OWN)
    opened = open_seal(Ring(newest=ring_id, keys={ring_id: ring_key}), ADA, sealed)
    assert (opened is not None) == (ring_key == KEY)


def test_an_older_key_of_the_ring_still_opens_and_a_removed_one_does_not() -> None:
    sealed = seal(OLD_RING, ADA, OWN)
    assert open_seal(RING, ADA, sealed) == OWN
    assert open_seal(Ring(newest="b", keys={"b": OTHER}), ADA, sealed) is None


def test_a_header_that_names_another_key_of_the_ring_does_not_open() -> None:
    sealed = seal(RING, ADA, OWN)
    header, _, rest = seal(OLD_RING, ADA, OWN).partition(".")
    assert find_ring_id(f"{header}.{rest}") == "a"
    assert open_seal(RING, ADA, f"{header}.{sealed.partition('.')[2]}") is None


def test_the_same_key_sealed_twice_gives_two_values() -> None:
    assert seal(RING, ADA, OWN) != seal(RING, ADA, OWN)


def test_the_key_that_seals_is_not_the_key_of_the_ring() -> None:
    assert sealing_key(KEY).raw_value not in (KEY, b"")
    assert sealing_key(KEY).raw_value != sealing_key(OTHER).raw_value


def test_a_value_sealed_elsewhere_under_a_key_added_a_moment_ago_opens_at_once(
    tmp_path: Path,
) -> None:
    running = open_ring(tmp_path)
    before = seal(running, ADA, OWN)
    assert running.path is not None
    add_to_file(running.path, draw_key())
    elsewhere = open_ring(tmp_path)
    sealed = seal(elsewhere, ADA, OWN)
    assert find_ring_id(sealed) != find_ring_id(before)
    assert open_seal(running, ADA, sealed) == OWN
    assert open_seal(running, ADA, before) == open_seal(elsewhere, ADA, before) == OWN


def test_a_running_server_seals_with_a_key_added_a_moment_ago(tmp_path: Path) -> None:
    running = open_ring(tmp_path)
    assert running.path is not None
    add_to_file(running.path, draw_key())
    assert find_ring_id(seal(running, ADA, OWN)) == open_ring(tmp_path).newest


@pytest.mark.parametrize("text", ["", "swordfish", "\x00", "\udcff"])
def test_a_broken_file_leaves_a_running_server_the_keys_it_has(tmp_path: Path, text: str) -> None:
    running = open_ring(tmp_path)
    sealed = seal(running, ADA, OWN)
    assert running.path is not None
    running.path.write_bytes(text.encode(errors="surrogateescape"))
    running.refresh()
    assert open_seal(running, ADA, sealed) == OWN
    running.path.unlink()
    assert find_ring_id(seal(running, ADA, OWN)) == running.newest


def test_a_key_that_was_added_stands_before_the_others(tmp_path: Path) -> None:
    first = open_ring(tmp_path)
    assert first.path is not None
    drawn = draw_key()
    add_to_file(first.path, drawn)
    grown = open_ring(tmp_path)
    assert grown.newest == read_ring(drawn, "x").newest
    assert set(grown.keys) == {first.newest, grown.newest}
    assert [path.name for path in tmp_path.iterdir()] == [first.path.name]
