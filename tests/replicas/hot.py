"""Every replica draws on the same few accounts at once, for as long as it is told."""

import asyncio
import time

import httpx
import psycopg

from tests.replicas.calling import Got, callers_of, percentile
from tests.replicas.fleet import Fleet

CALLERS = 24
WAITS = """
select case when locktype = 'advisory' then 'the turn of accounts'
            when query like '%watermarks%' then 'adding up history' else 'a row' end,
       extract(epoch from max(clock_timestamp() - waitstart))
from pg_locks join pg_stat_activity using (pid)
where not granted and waitstart is not null and application_name = 'endpoints-server'
group by 1
"""
"""How long somebody has been waiting for a lock, by what it is for; no call adds up history."""
DEADLOCKS = "select deadlocks from pg_stat_database where datname = current_database()"
LOOK_SECONDS = 0.01


async def heat(fleet: Fleet, url: str, seconds: float) -> tuple[list[Got], int, str]:
    """Call with one key under budgets of each level; gives failed calls, deadlocks, the figure."""
    with fleet.client() as client:
        key = make_hot(client, "hot")
    looking = Looking(url)
    async with callers_of(fleet.url) as callers:
        watch = asyncio.create_task(looking.run())
        got = await callers.keep_on(CALLERS, lambda: callers.call(key), asyncio.sleep(seconds))
        watch.cancel()
    failed = [each for each in got if not each.is_whole]
    slowest = percentile([each.took for each in got], 0.99)
    deadlocks = await asyncio.to_thread(look, url, DEADLOCKS)
    return (
        failed,
        int(deadlocks),
        (
            f"T-32: {len(got)} calls in {seconds:.0f} s ({len(got) / seconds:.0f} a second) by "
            f"{len(fleet.replicas)} replicas, each paid from four accounts that all share: "
            f"{int(deadlocks)} deadlocks, {len(failed)} failed, {slowest * 1000:.0f} ms at p99; "
            f"the longest waits for a lock in {looking.count} looks: {looking.told()}"
        ),
    )


def make_hot(client: httpx.Client, name: str) -> str:
    """Make one key that budgets of everybody, of a group, of a person and of its own pay for."""
    client.post("/admin/v1/users", json={"id": name}).raise_for_status()
    made = client.post("/admin/v1/keys", json={"user": name}).json()
    client.put(f"/admin/v1/groups/{name}", json={"members": [name]}).raise_for_status()
    whose: list[dict[str, str]] = [{}, {"group": name}, {"user": name}, {"key_id": made["id"]}]
    for number, each in enumerate(whose):
        rule = {"usd": "1000000", **each}
        client.put(f"/admin/v1/budgets/{name}-{number}", json=rule).raise_for_status()
    key: str = made["key"]
    return key


class Looking:
    """Looks again and again for how long anybody has been waiting for a lock, and for which."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.longest = dict.fromkeys(("a row", "the turn of accounts", "adding up history"), 0.0)
        self.count = 0

    async def run(self) -> None:
        """Look until cancelled."""
        async with await psycopg.AsyncConnection.connect(self.url, autocommit=True) as connection:
            while True:
                for what, seconds in await (await connection.execute(WAITS)).fetchall():
                    self.longest[what] = max(self.longest[what], float(seconds))
                self.count += 1
                await asyncio.sleep(LOOK_SECONDS)

    def told(self) -> str:
        """Write the longest waits."""
        return ", ".join(f"{each * 1000:.0f} ms for {what}" for what, each in self.longest.items())


def look(url: str, question: str) -> float:
    """Ask the database for a number, after it has gathered its statistics."""
    time.sleep(1.0)  # a session tells its counters once a second
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
    return float(row[0]) if row else 0.0
