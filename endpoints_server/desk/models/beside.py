"""What people make long work of: done in one thread beside the loop, a person's things in turn."""

from asyncio import Lock, get_running_loop
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple
from weakref import WeakValueDictionary

T = TypeVar("T")
Of = TypeVarTuple("Of")


class Beside:
    """Keeps whoever brings much from taking the threads that everybody waits for.

    Nobody has more than one thing before the thread, so each person waits for one of every other's.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="own-endpoints")
        self._turns: WeakValueDictionary[str, Lock] = WeakValueDictionary()

    async def run(self, person_id: str, act: Callable[[*Of], T], *of: *Of) -> T:
        """Have something done when it is the person's turn, and give what came of it."""
        turn = self._turns.setdefault(person_id, Lock())
        async with turn:
            return await get_running_loop().run_in_executor(self._thread, act, *of)
