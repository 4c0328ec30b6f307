"""The ring of secret keys: given, made, and refused."""

import random
import stat
from base64 import b64encode, urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoints_server.domain.fault import Failed, Kind
from endpoints_server.domain.secret import Secret
from endpoints_server.store.keyring.ring import FILE_NAME, Ring, is_weak, open_ring, read_ring

KEY = bytes.fromhex("8f3a1c5be97d02461ab8f7c36e50d9942b7fe108a35dc6714890bd3ff2561ea7")
OTHER = bytes(reversed(KEY))
STARTERS = 4
ROUNDS = 25

TEXT = urlsafe_b64encode(KEY).decode()
OTHER_TEXT = urlsafe_b64encode(OTHER).decode()


def test_the_first_key_given_is_the_newest() -> None:
    ring = read_ring(f"b:{OTHER_TEXT}, a:{TEXT}", "ES_SECRET_KEYS")
    assert ring.newest == "b"
    assert ring.newest_key() == OTHER
    assert ring.find_key("a") == KEY
    assert ring.find_key("c") is None


def test_a_key_without_an_id_always_gets_the_same_one() -> None:
    bare, padded = TEXT.rstrip("="), b64encode(KEY).decode()
    first, second = read_ring(bare, "x"), read_ring(f"{OTHER_TEXT},{padded}", "x")
    assert first.find_key(first.newest) == second.find_key(first.newest) == KEY
    assert len(second.keys) == 2


def test_a_ring_does_not_print_its_keys() -> None:
    ring = read_ring(f"a:{TEXT}", "x")
    shown = f"{ring!r} {ring} {[ring]}"
    assert TEXT[:8] not in shown
    assert repr(KEY)[2:12] not in shown
    assert "'a'" in shown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "fewer than 32"),
        ("a:", "fewer than 32"),
        (urlsafe_b64encode(KEY[:31]).decode(), "fewer than 32"),
        ("swordfish-swordfish!", "not base64"),
        (f"{TEXT},{TEXT}", "same id"),
        (f"a:{TEXT},a:{OTHER_TEXT}", "same id"),
        (f"an id:{TEXT}", "letters, digits"),
        (f"a:b:{TEXT}", "letters, digits"),
        (f"{TEXT},", "Key 2 of ES_SECRET_KEYS"),
        (b64encode(bytes(32)).decode(), "not random"),
        (b64encode(bytes(range(32))).decode(), "not random"),
        (b64encode(b"\x01\x02\x03\x04" * 8).decode(), "not random"),
        (b64encode(b"change-me-please-change-me-please").decode(), "not random"),
        (b64encode(b"0123456789abcdef0123456789abcdef").decode(), "not random"),
        ("change_me_" * 10, "not random"),
    ],
)
def test_a_bad_ring_is_refused_without_repeating_it(text: str, words: str) -> None:
    with pytest.raises(Failed) as failed:
        read_ring(text, "ES_SECRET_KEYS")
    fault = failed.value.fault
    assert fault.kind is Kind.BAD_REQUEST
    assert words in fault.message
    assert TEXT not in fault.message
    assert "swordfish" not in fault.message
    assert failed.value.__suppress_context__ or failed.value.__context__ is None


@given(st.integers(0))
def test_a_key_drawn_at_random_is_never_called_weak(seed: int) -> None:
    assert not is_weak(random.Random(seed).randbytes(32))


def test_a_ring_is_made_once_for_nobody_else_to_read(tmp_path: Path) -> None:
    data_dir = tmp_path / "state"
    made = open_ring(data_dir)
    assert open_ring(data_dir).keys == made.keys
    assert stat.S_IMODE((data_dir / FILE_NAME).stat().st_mode) == 0o600
    assert [path.name for path in data_dir.iterdir()] == [FILE_NAME]


def test_all_who_start_at_once_use_the_same_ring(tmp_path: Path) -> None:
    with ThreadPoolExecutor(STARTERS) as threads:
        for i in range(ROUNDS):
            together = Barrier(STARTERS)
            rings = threads.map(
                open_together, [tmp_path / str(i)] * STARTERS, [together] * STARTERS
            )
            assert len({ring.newest_key() for ring in rings}) == 1


def open_together(data_dir: Path, together: Barrier) -> Ring:
    together.wait()
    return open_ring(data_dir)


def test_a_ring_given_wins_and_leaves_no_file(tmp_path: Path) -> None:
    assert open_ring(tmp_path, Secret(TEXT)).newest_key() == KEY
    assert list(tmp_path.iterdir()) == []


def test_a_ring_of_a_weak_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(b64encode(bytes(32)).decode())
    with pytest.raises(Failed) as failed:
        open_ring(tmp_path)
    assert FILE_NAME in failed.value.fault.message


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(TEXT)
    path.chmod(0o644)
    open_ring(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
