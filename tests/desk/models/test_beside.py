"""What people make long work of is done beside the loop, and nobody's comes first by its number."""

import asyncio
import threading

from endpoints_server.desk.models.beside import Beside


async def test_who_brings_one_thing_does_not_wait_for_all_that_another_brings() -> None:
    beside, begun, done = Beside(), threading.Event(), list[str]()

    def act(what: str) -> None:
        begun.wait()
        done.append(what)

    adas = [asyncio.create_task(beside.run("ada", act, f"ada {number}")) for number in range(9)]
    await asyncio.sleep(0)
    graces = asyncio.create_task(beside.run("grace", act, "grace"))
    await asyncio.sleep(0)
    begun.set()
    await asyncio.gather(*adas, graces)
    assert done[:2] == ["ada 0", "grace"]
    assert sorted(done[2:]) == [f"ada {number}" for number in range(1, 9)]


async def test_what_goes_wrong_is_told_to_whoever_asked_and_the_next_is_done() -> None:
    beside = Beside()
    found = await asyncio.gather(
        beside.run("ada", int, "x"), beside.run("ada", int, "7"), return_exceptions=True
    )
    assert isinstance(found[0], ValueError)
    assert found[1] == 7
