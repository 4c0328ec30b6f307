"""Entries on the local disk: what is durable, what is torn, and whose a file is."""

import itertools
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from endpoints_server.domain.money.entry import Entry
from endpoints_server.store.spool.journal import SpoolingJournal
from endpoints_server.store.spool.replay import Replay
from endpoints_server.store.spool.spool import REFUSED, Spool
from endpoints_server.store.sql.ledger.journal import Deed, Shortcut, Unfit, Unwritable
from tests.store.entries import entries, entry

PATIENCE_SECONDS = 10
BEGINNINGS = 200


class ScriptedJournal:
    """Keeps entries in a list; refuses while it is told to, and what it is told to."""

    shortcut: Shortcut | None = None

    def __init__(self, unfit: str | None = None) -> None:
        self.kept: list[Entry] = []
        self.is_away = False
        self.unfit = unfit
        self.tries = 0
        self.meanwhile: Callable[[], None] = lambda: None

    def write(self, entries: Sequence[Entry], deeds: Sequence[Deed] = ()) -> list[Any]:
        self.tries += 1
        if self.is_away:
            raise Unwritable("away")
        if any(one.id == self.unfit for one in entries):
            raise Unfit("no")
        self.meanwhile()
        self.kept += [one for one in entries if one not in self.kept]
        return ["done" for _ in deeds]

    def close(self) -> None:
        """Nothing is held."""


def bring_all(spool: Spool, journal: ScriptedJournal) -> None:
    """Replay until nothing waits."""
    done = threading.Event()
    replay = Replay(spool, journal, lambda _: done.set(), lambda _: None)
    assert done.wait(PATIENCE_SECONDS)
    replay.close()


@given(batches=st.lists(st.lists(entries(), min_size=1, max_size=4), max_size=4))
@settings(max_examples=25)
def test_what_is_spooled_comes_back_as_it_went_in(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[Entry]]
) -> None:
    folder = tmp_path_factory.mktemp("spool")
    spool = Spool(folder)
    for batch in batches:
        spool.append(batch)
    spool.close()
    journal = ScriptedJournal()
    bring_all(Spool(folder), journal)
    once = [one for batch in batches for one in batch]
    assert all(one in journal.kept for one in once)
    assert all(one in once for one in journal.kept)
    assert list(folder.iterdir()) == []


def test_a_torn_last_line_is_nothing_and_the_rest_is_kept(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append([entry("a"), entry("b")])
    spool.close()
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-20])
    journal = ScriptedJournal()
    bring_all(Spool(tmp_path), journal)
    assert journal.kept == [entry("a")]
    assert list(tmp_path.iterdir()) == []


def test_a_line_that_no_database_takes_is_put_aside_and_holds_up_no_other(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append([entry("a"), entry("b"), entry("c")])
    spool.close()
    (path,) = tmp_path.iterdir()
    path.write_bytes(b"{}\n" + path.read_bytes())
    journal = ScriptedJournal(unfit="b")
    bring_all(Spool(tmp_path), journal)
    assert journal.kept == [entry("a"), entry("c")]
    assert len((tmp_path / REFUSED).read_bytes().splitlines()) == 2


def test_a_file_of_a_process_that_lives_is_left_to_it(tmp_path: Path) -> None:
    other = Spool(tmp_path)
    other.append([entry("a")])
    journal = ScriptedJournal()
    bring_all(Spool(tmp_path), journal)
    assert journal.kept == []
    other.close()
    bring_all(Spool(tmp_path), journal)
    assert journal.kept == [entry("a")]


def test_a_file_is_left_to_its_process_from_its_very_beginning(tmp_path: Path) -> None:
    journal, is_over = ScriptedJournal(), threading.Event()

    def bring_again_and_again() -> None:
        while not is_over.is_set():
            bring_all(Spool(tmp_path), journal)

    neighbour = threading.Thread(target=bring_again_and_again)
    neighbour.start()
    for number in range(BEGINNINGS):
        spool = Spool(tmp_path)
        spool.append([entry(f"{number}")])
        spool.close()
    is_over.set()
    neighbour.join()
    bring_all(Spool(tmp_path), journal)
    assert {one.id for one in journal.kept} == {f"{number}" for number in range(BEGINNINGS)}


def test_a_full_spool_keeps_none_of_a_batch(tmp_path: Path) -> None:
    spool = Spool(tmp_path, largest_bytes=2000)
    spool.append([entry("a")])
    with pytest.raises(OSError, match="full"):
        spool.append([entry(f"{number}") for number in range(10)])
    spool.close()
    journal = ScriptedJournal()
    bring_all(Spool(tmp_path), journal)
    assert journal.kept == [entry("a")]


def test_nobody_else_may_read_what_is_spooled(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.append([entry("a")])
    (path,) = (tmp_path / "spool").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    spool.close()


def test_while_the_database_is_away_only_the_spool_is_tried(tmp_path: Path) -> None:
    direct, later = ScriptedJournal(), ScriptedJournal()
    direct.is_away = later.is_away = True
    journals = iter([direct, later])
    troubles: list[Exception] = []
    brought: list[int] = []
    journal = SpoolingJournal(
        lambda: next(journals), Spool(tmp_path), troubles.append, brought.append
    )
    deed = Deed(lambda _: lambda: "done")
    for number in range(5):
        (refused,) = journal.write([entry(f"{number}")], [deed])
        assert isinstance(refused, Unwritable)
    assert direct.tries == 1
    assert len(troubles) == 1
    direct.is_away = later.is_away = False
    wait_until(lambda: brought == [5])
    assert journal.write([entry("direct")], [deed]) == ["done"]
    assert direct.kept == [entry("direct")]
    journal.close()


class SlowlyRead(Spool):
    """A spool whose first look takes until it is let go on."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.may_go_on = threading.Event()

    def leftover(self) -> list[Path]:
        assert self.may_go_on.wait(PATIENCE_SECONDS)
        return super().leftover()


def test_once_all_is_brought_the_database_is_asked_again_however_long_that_look_took(
    tmp_path: Path,
) -> None:
    direct, later, spool = ScriptedJournal(), ScriptedJournal(), SlowlyRead(tmp_path)
    direct.is_away = True
    journals = iter([direct, later])
    brought: list[int] = []
    journal = SpoolingJournal(lambda: next(journals), spool, lambda _: None, brought.append)
    journal.write([entry("away")])
    direct.is_away = False
    spool.may_go_on.set()
    wait_until(lambda: brought == [1])
    journal.write([entry("direct")])
    assert direct.kept == [entry("direct")]
    journal.close()


def test_what_goes_on_coming_does_not_keep_the_database_from_being_asked(tmp_path: Path) -> None:
    direct, later = ScriptedJournal(), ScriptedJournal()
    direct.is_away = later.is_away = True
    journals, numbers = iter([direct, later]), itertools.count()
    brought: list[int] = []
    journal = SpoolingJournal(
        lambda: next(journals), Spool(tmp_path), lambda _: None, brought.append
    )

    def write_one() -> None:
        if not direct.kept:
            journal.write([entry(f"{next(numbers)}")])

    later.meanwhile = write_one
    write_one()
    direct.is_away = later.is_away = False
    wait_until(lambda: bool(brought))
    journal.close()
    kept = {one.id for one in (*direct.kept, *later.kept)}
    assert kept == {f"{number}" for number in range(next(numbers))}
    assert len(direct.kept) == 1


def wait_until(is_true: Callable[[], bool]) -> None:
    """Wait until something has become true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
