"""`serve`: the server itself, in this process or in several."""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TypeVar

import rich_click as click
import uvicorn
from msgspec.structs import replace
from uvicorn.loops.auto import auto_loop_factory

from endpoints_server.app.build import build
from endpoints_server.app.parts import Parts, open_parts
from endpoints_server.app.siblings import Siblings
from endpoints_server.cli.ground import Ground, stand
from endpoints_server.cli.outcome import Complaint, Outcome
from endpoints_server.cli.present import json_option
from endpoints_server.cli.protocol import ShorterProtocol
from endpoints_server.cli.server import LAST_SECONDS, Ending, Server
from endpoints_server.cli.welcome import welcome
from endpoints_server.cli.workers import Place, Workers
from endpoints_server.config.environment import Environment
from endpoints_server.config.live import Live
from endpoints_server.config.problem import Level, has_errors, render
from endpoints_server.log.output import configure

F = TypeVar("F", bound=Callable[..., object])

BACKLOG = 2048
KEEP_ALIVE_SECONDS = 75
"""Longer than proxies keep a connection that they do not use, so that it is they who close it."""
SWITCH_SECONDS = 0.0005
"""After how long a thread that reads or adds up lets the loop go on: a tenth of Python's own."""


def listening_options(command: F) -> F:
    """Let a command choose where it listens."""
    host = click.option("--host", default=None, help="Address to listen on (else ES_HOST).")
    port = click.option("--port", type=click.IntRange(0, 65535), help="Port (else ES_PORT).")
    return host(port(command))


@click.command()
@listening_options
@json_option
def serve(*, host: str | None, port: int | None, as_json: bool) -> int:
    """Serve the endpoints of librechat.yaml, or of the file that CONFIG_PATH names.

    Where there is no file, the demo is served. The first run prints a client key and a link to
    sign in with; later ones do not. A changed file is picked up without a restart. A signal ends
    it: calls have 25 seconds to finish (ES_DRAIN_SECONDS). ES_WORKERS=4 serves in four processes on
    one port, one of which is started again where it ends by itself.

    \b
    Examples:
      endpoints-server serve
      CONFIG_PATH=/etc/librechat.yaml ES_DATA_DIR=/var/lib/es endpoints-server serve
      endpoints-server serve --host 0.0.0.0 --port 80
    """
    return start(stand(), host, port, as_json=as_json)


def start(ground: Ground, host: str | None, port: int | None, *, as_json: bool) -> int:
    """Serve until a signal comes, in as many processes as ES_WORKERS says; gives the exit code."""
    chosen = ground.environment
    environment = replace(
        chosen, host=host or chosen.host, port=chosen.port if port is None else port
    )
    listener = listen(environment)
    form = environment.log_format or ("console" if sys.stderr.isatty() else "json")
    configure(environment.log_level, form)
    ground = replace(ground, environment=environment)

    def work(place: Place) -> None:
        gc.disable()  # what is opened stays, and is frozen once it is all there
        sys.setswitchinterval(SWITCH_SECONDS)
        with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
            runner.run(run(ground, listener, place, as_json=as_json))

    if environment.workers > 1:
        return Workers(environment.workers, work, listener.close).run()
    work(Place())
    return Outcome.FINE


def listen(environment: Environment) -> socket.socket:
    """Take the address before anything else is opened; raises Complaint where that fails."""
    family = socket.AF_INET6 if ":" in environment.host else socket.AF_INET
    try:
        return socket.create_server(
            (environment.host, environment.port), family=family, backlog=BACKLOG
        )
    except OSError as error:
        raise Complaint(
            Outcome.USER_ERROR,
            f"Cannot listen on {environment.host}:{environment.port}: {error.strerror}. "
            "Choose another with --port or ES_PORT.",
        ) from None


async def run(ground: Ground, listener: socket.socket, place: Place, *, as_json: bool) -> None:
    """Open the parts, serve, and close them again, whatever signal came."""
    environment = ground.environment
    async with open_parts(environment, ground.environ, is_demo=ground.is_demo) as parts:
        require_usable(parts)
        siblings = siblings_of(place, parts)
        app = build(parts, environment.public_url, siblings)

        async def announce() -> None:
            if place.number == 0 and place.is_first_start:
                await welcome(ground, parts, listener.getsockname()[1], as_json=as_json)
            place.say_ready()

        ending = ending_of(environment, place)
        server = Server(settings(app, environment), parts.exchange, ending, announce)
        end_with_parent(server, place)
        answering = siblings.answering() if siblings else nullcontext()
        async with answering:
            with outlived_signals(server), reloading_on_hangup(parts.live):
                await server.serve(sockets=[listener])


def siblings_of(place: Place, parts: Parts) -> Siblings | None:
    """Say who serves beside this process."""
    return Siblings(place.folder, place.number, parts.metrics) if place.folder else None


def ending_of(environment: Environment, place: Place) -> Ending:
    """Say how the server ends; a worker closes the door that all share once all of them end."""
    return Ending(
        limit_seconds=environment.drain_seconds,
        linger_seconds=environment.linger_seconds,
        is_alone=place.is_ending_for_all,
    )


def end_with_parent(server: Server, place: Place) -> None:
    """End as after a signal when the parent is no more, however it ended."""
    if place.lifeline is None:
        return
    loop, lifeline = asyncio.get_running_loop(), place.lifeline

    def end() -> None:
        loop.remove_reader(lifeline)
        server.end()

    loop.add_reader(lifeline, end)


@contextmanager
def reloading_on_hangup(live: Live) -> Iterator[None]:
    """Read the configuration again whenever the process is sent SIGHUP."""
    loop = asyncio.get_running_loop()
    running: set[asyncio.Task[bool]] = set()

    def reload() -> None:
        task = loop.create_task(live.reload())
        running.add(task)
        task.add_done_callback(running.discard)

    loop.add_signal_handler(signal.SIGHUP, reload)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


def require_usable(parts: Parts) -> None:
    """Refuse to serve a configuration that cannot be used."""
    problems = parts.live.problems
    if has_errors(problems):
        errors = [render(each) for each in problems if each.level is Level.ERROR]
        raise Complaint(
            Outcome.CONFIGURATION_INVALID,
            "\n".join(["The configuration cannot be used:", *errors]),
        )


def settings(app: object, environment: Environment) -> uvicorn.Config:
    """Choose how the server process behaves."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # Litestar's own ASGI types are not uvicorn's
        http=ShorterProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=bool(environment.trusted_proxies),
        forwarded_allow_ips=list(environment.trusted_proxies),
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=LAST_SECONDS,
    )


@contextmanager
def outlived_signals(server: uvicorn.Server) -> Iterator[None]:
    """Let signals end the server but not the process, which has parts to close after it.

    The server sends itself the signal again when it is done, for whoever handled it before: that is
    the server once more, which has nothing left to do.
    """
    handled = (signal.SIGINT, signal.SIGTERM)
    before = {each: signal.signal(each, server.handle_exit) for each in handled}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
