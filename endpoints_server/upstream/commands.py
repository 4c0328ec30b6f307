"""Commands that give a credential: run off the loop, one at a time each, their words kept to us."""

import asyncio
import os
import signal
from asyncio import Task
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from contextlib import suppress

from endpoints_server.domain.command import Command
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.header import FORBIDDEN
from endpoints_server.domain.secret import Secret

LIMIT_SECONDS = 10.0
DYING_SECONDS = 1.0
MOST_BYTES = 64 * 1024
WITHHELD = ("ES_SECRET_KEYS", "ES_ADMIN_KEY", "ES_DATABASE_URL", "ES_REDIS_URL")
"""What this server alone may know; every other variable a command sees."""


class Commands:
    """Runs commands for calls; nothing is kept once a command has ended.

    Calls that want a command which is running share what it gives. `environ` is what commands see
    as their environment, by default this process's own.
    """

    def __init__(
        self, environ: Mapping[str, str] | None = None, limit_seconds: float = LIMIT_SECONDS
    ) -> None:
        known = os.environ if environ is None else environ
        self._environ = {name: value for name, value in known.items() if not is_withheld(name)}
        self._limit_seconds = limit_seconds
        self._running: dict[Command, Task[Secret]] = {}

    async def run(self, command: Command, endpoint: str) -> Secret:
        """Run a command and give its output, trimmed.

        Raises Failed(upstream_denied) naming the endpoint, and nothing that the command said, where
        it cannot be run, fails, takes too long, or gives nothing that fits on one line.
        """
        task = self._running.get(command)
        if task is None:
            running = output_of(command, self._environ, self._limit_seconds)
            task = asyncio.create_task(running)
            self._running[command] = task
            task.add_done_callback(lambda _: self._running.pop(command, None))
        try:
            return await asyncio.shield(task)
        except CommandFailed as failed:
            raise Failed(fault_of(endpoint, str(failed))) from None


class CommandFailed(Exception):
    """Says, without a word of its output, what is wrong with a command."""


async def output_of(command: Command, environ: Mapping[str, str], limit_seconds: float) -> Secret:
    """Run a command: its input is closed and what it says of errors is dropped."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command.argv,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=DEVNULL,
            env=environ,
            start_new_session=True,
        )
    except (OSError, ValueError):
        raise CommandFailed("it cannot be started; is the program there?") from None
    try:
        async with asyncio.timeout(limit_seconds):
            output = await read_output(process)
            status = await process.wait()
    except TimeoutError:
        raise CommandFailed(f"it did not end within {limit_seconds:g} seconds") from None
    finally:
        await end(process)
    if status:
        raise CommandFailed(f"it ended with status {status}")
    return read_secret(output)


async def read_output(process: Process) -> bytes:
    """Read what a command gives, but no more than a credential can be."""
    output = b""
    while process.stdout and (piece := await process.stdout.read(MOST_BYTES)):
        output += piece
        if len(output) > MOST_BYTES:
            raise CommandFailed("it gave far too much")
    return output


async def end(process: Process) -> None:
    """End a command, and all that it started, where it still runs; what it says then is dropped.

    One that has ended may have said more than was read, and its pipe is open until all is.
    """
    if process.returncode is not None and (process.stdout is None or process.stdout.at_eof()):
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(TimeoutError):
        async with asyncio.timeout(DYING_SECONDS):
            await process.communicate()


def read_secret(output: bytes) -> Secret:
    """Take output as a credential; raises CommandFailed for what no header can carry."""
    text = output.decode(errors="replace").strip()
    if not text:
        raise CommandFailed("it gave nothing")
    if FORBIDDEN.search(text):
        raise CommandFailed("it gave more than one line")
    return Secret(text)


def is_withheld(name: str) -> bool:
    """Say whether a variable is none of a command's business."""
    return name.removesuffix("_FILE") in WITHHELD


def fault_of(endpoint: str, reason: str) -> Fault:
    """Say that an endpoint cannot be called for want of its credential."""
    message = f"The credential of the endpoint '{endpoint}' cannot be had: {reason}."
    return Fault(kind=Kind.UPSTREAM_DENIED, code="credential_unavailable", message=message)
