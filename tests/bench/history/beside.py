"""How long calls wait for their entries to be durable while something else goes on."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import count

from msgspec.structs import replace
from uuid_utils import uuid7

from endpoints_server.domain.money.entry import Entry, Outcome
from endpoints_server.store.ports import Store
from tests.bench.history.fill import EVERYBODY, NOW
from tests.bench.history.questions import Answered

TEMPLATE = Entry(
    id="",
    request_id="",
    started_at=NOW,
    person_id="person-7",
    endpoint="Endpoint 1",
    model="model-1",
    wire_in="openai_chat",
    wire_out="openai_chat",
    outcome=Outcome.DELIVERED,
    status=200,
    accounts=((EVERYBODY, 0),),
)
PEOPLE, MODELS = 500, 20


@asynccontextmanager
async def calls_beside(store: Store, per_second: int) -> AsyncGenerator[Answered]:
    """Record entries evenly while the block lasts; the times are those until each is durable.

    One that cannot be recorded ends the block.
    """
    answered = Answered(name="", took=[])
    moments = count()

    async def record() -> None:
        name, begun_at = uuid7().hex, time.perf_counter()
        moment = next(moments)
        entry = replace(
            TEMPLATE,
            id=name,
            request_id=name,
            started_at=NOW + moment,
            person_id=f"person-{moment % PEOPLE}",
            model=f"model-{moment * 7 % MODELS}",
        )
        await store.ledger.record(entry)
        answered.took.append((time.perf_counter() - begun_at) * 1000)

    async def keep_on(group: asyncio.TaskGroup) -> None:
        due = time.perf_counter()
        while True:
            due += 1 / per_second
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(record())

    async with asyncio.TaskGroup() as group:
        running = group.create_task(keep_on(group))
        yield answered
        running.cancel()
