"""Titles beside calls: who is told of a conversation's exchanges, and makes a title of the first.

A title never delays an answer and never fails it. `begin` and `end` wait for nothing: what is to be
done runs in tasks of its own, which end with the server. A conversation is claimed in the store by
whoever makes its title, so that one alone does, of all calls and all processes.
"""

import asyncio
from asyncio import Event, Semaphore, Task
from collections.abc import Coroutine
from contextlib import suppress

from msgspec.structs import replace

from endpoints_server.calls.call import Call
from endpoints_server.calls.delivery import Delivery
from endpoints_server.calls.exchange import Exchange
from endpoints_server.calls.titles.make import Made, make_title
from endpoints_server.calls.titles.overhear import Overheard, answered_in
from endpoints_server.calls.titles.words import Talked, talked_in
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.wire import Operation
from endpoints_server.log.output import logger
from endpoints_server.store.titles import Talk, Titles

LOG = logger("endpoints_server.titles")

MOST_TURNS = 1000
"""First exchanges that are listened to at once; those beyond get no title."""
MOST_AT_ONCE = 32
MOST_KNOWN = 10_000
POLL_SECONDS = 0.5


class Turn:
    """The exchange that a conversation gets its title from."""

    def __init__(self, call: Call, overheard: Overheard | None) -> None:
        self.call = call
        self.overheard = overheard
        self.task: Task[None] | None = None
        self.is_claimed = False
        self.over = Event()


class Titling:
    """Makes titles and gives them out."""

    def __init__(self, exchange: Exchange, titles: Titles) -> None:
        self._exchange = exchange
        self._titles = titles
        self._turns: dict[Talk, Turn] = {}
        self._known: dict[Talk, None] = {}
        self._tasks: set[Task[None]] = set()
        self._room = Semaphore(MOST_AT_ONCE)

    def begin(self, call: Call, delivery: Delivery) -> Delivery:
        """Take note of a call of a conversation, and give the way its answer is to take."""
        talk, rules = talk_of(call), call.route.endpoint.titles
        is_wanted = rules.is_on and call.inbound.operation is Operation.CHAT
        is_taken = talk in self._turns or talk in self._known
        if not is_wanted or is_taken or len(self._turns) >= MOST_TURNS:
            return delivery
        if rules.timing == "final":
            overheard = Overheard(delivery)
            self._turns[talk] = Turn(call, overheard)
            return overheard
        turn = self._turns[talk] = Turn(call, None)
        turn.task = self._run(self._entitle(talk, turn))
        return delivery

    def end(self, call: Call, fault: Fault | None) -> None:
        """Take note of how a call ended: an exchange that failed is no first exchange."""
        talk = talk_of(call)
        turn = self._turns.get(talk)
        if turn is None or turn.call is not call:
            return
        if fault is None:
            if turn.task is None:
                turn.task = self._run(self._entitle(talk, turn))
            return
        self._forget(talk, turn)
        if turn.task is not None and turn.task.cancel() and turn.is_claimed:
            _ = self._run(self._titles.release_title(talk))

    async def find(self, talk: Talk, patience_seconds: float) -> str:
        """Give a title, waiting for one that is being made; empty where there is none."""
        deadline = self._exchange.timer() + patience_seconds
        while True:
            turn = self._turns.get(talk)
            found = await self._titles.find_title(talk, self._exchange.now())
            if found is not None and found.text:
                return found.text
            rest = deadline - self._exchange.timer()
            may_come = turn or (found is not None and found.is_pending(self._exchange.now()))
            if rest <= 0 or not may_come:
                return ""
            await wait_for(turn, rest)

    async def make_now(self, call: Call) -> Made:
        """Make a title at once of what a call holds, and keep it where it names a conversation.

        Raises Failed where no title comes of it.
        """
        talked = talked_in(call.inbound.wire.read_request(call.body))
        if not talked.said:
            message = "There are no words in 'messages' to make a title of."
            raise Failed(Fault(kind=Kind.BAD_REQUEST, message=message, param="messages"))
        async with self._room:
            made = await make_title(self._exchange, call, talked)
        if not made.text:
            raise Failed(Fault(kind=Kind.UPSTREAM_BROKEN, message="The model gave no title."))
        if call.conversation.id:
            await self._titles.keep_title(talk_of(call), made.text, self._exchange.now())
        return made

    async def close(self) -> None:
        """Stop making titles."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _entitle(self, talk: Talk, turn: Turn) -> None:
        """Make the title of a conversation, if this is its first exchange and nobody else does."""
        try:
            talked = talked_of(turn)
            if talked.is_first and talked.said and await self._claim(talk, turn):
                text = await self._title_of(turn, talked)
                await self._titles.keep_title(talk, text, self._exchange.now())
            self._know(talk)
        finally:
            self._forget(talk, turn)

    async def _claim(self, talk: Talk, turn: Turn) -> bool:
        turn.is_claimed = await self._titles.claim_title(talk, self._exchange.now())
        return turn.is_claimed

    async def _title_of(self, turn: Turn, talked: Talked) -> str:
        """Make a title, or nothing where that fails; why is for the log alone."""
        try:
            async with self._room:
                return (await make_title(self._exchange, turn.call, talked)).text
        except Failed as failed:
            endpoint = turn.call.route.endpoint.name
            LOG.warning("no title was made", endpoint=endpoint, fault=failed.fault.public_code)
            return ""

    def _run(self, work: Coroutine[None, None, None]) -> Task[None]:
        """Run something in a task of its own; what it raises is for the log."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._note_end)
        return task

    def _note_end(self, task: Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._exchange.trouble(error)

    def _forget(self, talk: Talk, turn: Turn) -> None:
        if self._turns.get(talk) is turn:
            del self._turns[talk]
        turn.over.set()

    def _know(self, talk: Talk) -> None:
        self._known[talk] = None
        if len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]


def talk_of(call: Call) -> Talk:
    """Name the conversation of a call, as its person's own."""
    return Talk(call.caller.person.id, call.conversation.id)


def talked_of(turn: Turn) -> Talked:
    """Read what was said, and what was answered if that was listened to.

    A request that only its upstream understands says nothing.
    """
    call = turn.call
    try:
        talked = talked_in(call.inbound.wire.read_request(call.body))
    except Failed:
        return Talked()
    if turn.overheard is None:
        return talked
    return replace(talked, answered=answered_in(call, turn.overheard.body()))


async def wait_for(turn: Turn | None, seconds: float) -> None:
    """Wait until an exchange is over; one of another process is looked at now and then."""
    if turn is None:
        await asyncio.sleep(min(seconds, POLL_SECONDS))
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await turn.over.wait()
