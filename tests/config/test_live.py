"""The file is followed as people and machines change it; what is broken changes nothing."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import pytest

from endpoints_server.config.live import Attempt, Live
from endpoints_server.config.prices import no_prices
from endpoints_server.config.problem import has_errors
from tests.config.files import ENTRY, ENVIRON

PATIENCE_SECONDS = 8.0


def named(name: str) -> str:
    return ENTRY.replace("Acme", name)


def put(path: Path, text: str) -> None:
    path.write_text(text)


def remove(path: Path) -> None:
    path.unlink()


def names(live: Live) -> list[str]:
    return [endpoint.name for endpoint in live.current.endpoints]


def live_at(path: Path, attempts: list[Attempt] | None = None) -> Live:
    told = [] if attempts is None else attempts
    return Live(path, ENVIRON, no_prices, on_attempt=told.append)


async def until(condition: Callable[[], bool]) -> None:
    deadline = monotonic() + PATIENCE_SECONDS
    for _ in iter(condition, True):
        assert monotonic() < deadline, "it never came"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def watching(live: Live) -> AsyncGenerator[None, None]:
    stop = asyncio.Event()
    task = asyncio.create_task(live.watch(stop))
    await asyncio.sleep(0.3)
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await task


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "librechat.yaml"
    put(path, named("One"))
    return path


async def test_the_first_reading_serves_the_file(path: Path) -> None:
    live = live_at(path)
    assert names(live) == []
    assert live.start()
    assert names(live) == ["One"]
    assert live.problems == ()


async def test_a_file_that_cannot_be_used_says_why_at_the_start(path: Path) -> None:
    put(path, "endpoints: {custom: 1}")
    live = live_at(path)
    assert not live.start()
    assert has_errors(live.problems)
    assert live.current.endpoints == ()


async def test_an_edit_is_picked_up(path: Path) -> None:
    live = live_at(path)
    live.start()
    async with watching(live):
        put(path, named("Two"))
        await until(lambda: names(live) == ["Two"])


async def test_a_file_renamed_over_it_is_picked_up(path: Path) -> None:
    live = live_at(path)
    live.start()
    async with watching(live):
        beside = path.with_suffix(".tmp")
        beside.write_text(named("Two"))
        beside.replace(path)
        await until(lambda: names(live) == ["Two"])


async def test_a_swapped_link_to_a_folder_is_picked_up(tmp_path: Path) -> None:
    for folder, name in (("..v1", "One"), ("..v2", "Two")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "librechat.yaml").write_text(named(name))
    (tmp_path / "..data").symlink_to("..v1")
    path = tmp_path / "librechat.yaml"
    path.symlink_to("..data/librechat.yaml")
    live = live_at(path)
    live.start()
    async with watching(live):
        (tmp_path / "..next").symlink_to("..v2")
        (tmp_path / "..next").replace(tmp_path / "..data")
        await until(lambda: names(live) == ["Two"])


async def test_a_broken_file_changes_nothing_until_it_is_mended(path: Path) -> None:
    attempts: list[Attempt] = []
    live = live_at(path, attempts)
    live.start()
    before = live.current
    async with watching(live):
        put(path, named("Two") + "nonsense: 1\n")
        await until(lambda: has_errors(live.problems))
        assert live.current is before
        assert "`nonsense` is not a key" in live.problems[0].message
        put(path, named("Three"))
        await until(lambda: names(live) == ["Three"])
        assert live.problems == ()
    assert [attempt.catalog is not None for attempt in attempts] == [True, False, True]


async def test_a_file_that_is_deleted_leaves_what_was_served(path: Path) -> None:
    live = live_at(path)
    live.start()
    async with watching(live):
        remove(path)
        await until(lambda: has_errors(live.problems))
        assert names(live) == ["One"]
        put(path, named("Two"))
        await until(lambda: names(live) == ["Two"])


async def test_a_file_that_is_emptied_leaves_what_was_served(path: Path) -> None:
    live = live_at(path)
    live.start()
    put(path, "")
    assert not await live.reload()
    assert names(live) == ["One"]
    assert has_errors(live.problems)


async def test_a_file_whose_endpoints_were_taken_out_is_believed(path: Path) -> None:
    live = live_at(path)
    live.start()
    put(path, "version: 1.3.17\nendpoints: {custom: []}\n")
    assert await live.reload()
    assert names(live) == []


async def test_a_folder_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "later" / "librechat.yaml"
    live = live_at(path)
    assert not live.start()
    async with watching(live):
        path.parent.mkdir()
        put(path, named("One"))
        await until(lambda: names(live) == ["One"])


async def test_other_files_in_the_folder_cause_no_reading(path: Path) -> None:
    attempts: list[Attempt] = []
    live = live_at(path, attempts)
    live.start()
    async with watching(live):
        path.with_name("notes.txt").write_text("x")
        await asyncio.sleep(0.6)
    assert len(attempts) == 1


async def test_a_reload_that_is_asked_for_reads_a_file_that_has_not_changed(path: Path) -> None:
    attempts: list[Attempt] = []
    live = live_at(path, attempts)
    live.start()
    assert await live.reload()
    assert len(attempts) == 2
    assert attempts[0].catalog == attempts[1].catalog


async def test_a_long_file_is_read_beside_the_loop(path: Path) -> None:
    entries = "".join(
        f"    - {{name: e{n}, apiKey: k, baseURL: 'https://a.test', models: {{default: [m]}}}}\n"
        for n in range(1500)
    )
    put(path, "version: 1.3.17\nendpoints:\n  custom:\n" + entries)
    live = live_at(path)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.005)

    ticking = asyncio.create_task(tick())
    assert await live.reload()
    ticking.cancel()
    assert len(live.current.endpoints) == 1500
    assert ticks > 10


def beside(path: Path, *providers: str) -> None:
    provider = (
        '{"baseUrl": "http://a.test/v1", "api": "openai", "apiKey": "k", "models": [{"id": "m"}]}'
    )
    listed = ", ".join(f'"{name}": {provider}' for name in providers)
    put(path.with_name("models.json"), f'{{"providers": {{{listed}}}}}')


async def test_a_file_beside_it_is_followed_too(path: Path) -> None:
    beside(path, "p")
    put(path, named("One") + "server: {modelsJson: models.json}\n")
    live = live_at(path)
    live.start()
    assert names(live) == ["One", "p"]
    async with watching(live):
        beside(path, "p", "q")
        await until(lambda: names(live) == ["One", "p", "q"])
        put(path.with_name("models.json"), "{")
        await until(lambda: has_errors(live.problems))
        assert names(live) == ["One", "p", "q"]
        beside(path, "r")
        await until(lambda: names(live) == ["One", "r"])
        put(path, named("One"))
        await until(lambda: names(live) == ["One"])


async def test_a_file_in_another_folder_is_followed_once_it_is_named(path: Path) -> None:
    elsewhere = path.parent / "pi" / "librechat.yaml"
    elsewhere.parent.mkdir()
    beside(elsewhere, "p")
    live = live_at(path)
    live.start()
    async with watching(live):
        put(path, named("One") + "server: {modelsJson: pi/models.json}\n")
        await until(lambda: names(live) == ["One", "p"])
        beside(elsewhere, "q")
        await until(lambda: names(live) == ["One", "q"])
