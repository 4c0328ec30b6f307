"""Run real clients against a server before every kind of upstream: `make test-clients`."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.acceptance.process import variables
from tests.clients import isolation
from tests.clients.install import HOME, Clients, NotInstalled, install
from tests.clients.programs import PROGRAMS, Program, ask, is_there, journeys
from tests.clients.scripts import Broken, Script, make_journeys, scripts
from tests.clients.servers import KEY, KINDS, Servers, calls_of, servers
from tests.clients.settings import write_programs
from tests.clients.table import table
from tests.clients.told import (
    Outcome,
    Told,
    calls_broken,
    calls_refused,
    complaints_of,
    is_unseen,
    judge,
)

PATIENCE_SECONDS = 5.0


def main(wanted: list[str]) -> int:
    """Run every client, or those named; 1 where a journey failed, 0 also where there is no node."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        say("skipped: the clients need node and npm, and one of them is not here")
        return 0
    try:
        clients = install(node, npm)
    except NotInstalled as error:
        say(f"The clients could not be installed:\n{error}")
        return 1
    if not isolation.is_inside() and (prefix := isolation.isolating_prefix()):
        again = [*prefix, sys.executable, "-m", "tests.clients", *wanted]
        inside = {**os.environ, isolation.INSIDE: "1"}
        return subprocess.run(again, env=inside, check=False).returncode
    names = [script.file.stem for script in scripts(clients)] + [each.guide for each in PROGRAMS]
    if strangers := set(wanted) - set(names):
        say(f"Nothing is called {', '.join(strangers)}. There are: {' '.join(sorted(set(names)))}")
        return 1
    say(sealed() if isolation.is_inside() else "NOT ISOLATED: no network of one's own to be had")
    return run_all(clients, wanted)


def sealed() -> str:
    """See to it that the network is empty; raises RuntimeError where a way leads out."""
    isolation.raise_loopback()
    if ways := isolation.ways_out():
        raise RuntimeError(f"a way leads out by {', '.join(ways)}")
    return "In a network of its own, where no route leads out but to the loopback:\n"


def run_all(clients: Clients, wanted: list[str]) -> int:
    """Run the clients, and print what came of it."""
    with tempfile.TemporaryDirectory(prefix="clients-") as name:
        folder = Path(name)
        with servers(folder) as both:
            run = Run(clients, both, folder)
            outcomes = [*run.scripts(wanted), *run.programs(wanted)]
            calls = calls_of(both.every)
    say("\n" + table(outcomes, {kind.model: kind.wire for kind in KINDS}))
    failures = [*complaints_of(outcomes), *run.broken, *calls_broken(calls)]
    passed = sum(not each.complaint for each in outcomes)
    say(f"\n{passed} of {len(outcomes)} journeys were finished.")
    say("\n".join([f"on the way, {each}" for each in calls_refused(calls)] + failures))
    return 1 if failures or not outcomes else 0


class Run:
    """One run: every journey is judged by the calls that the server saw while it was made."""

    def __init__(self, clients: Clients, both: Servers, folder: Path) -> None:
        self.clients = clients
        self.both = both
        self.folder = folder
        self.broken: list[str] = []
        models = [kind.model for kind in KINDS]
        write_programs(HOME / "npm" / "settings", both.every.url, KEY, models)

    def scripts(self, wanted: list[str]) -> Iterator[Outcome]:
        """Run the libraries."""
        for script in scripts(self.clients):
            if not wanted or script.file.stem in wanted:
                yield from self.judged(script.file.name, partial(self.tell, script))

    def tell(self, script: Script) -> list[Told]:
        """Run one library; where it breaks off, that is noted."""
        more = {"CLIENTS_SETTINGS": str(HOME / "npm" / "settings"), "CI": "1"}
        environ = variables(self.both.every.folder, **self.both.addresses(), **more)
        try:
            return make_journeys(script, environ)
        except Broken as error:
            self.broken.append(f"{script.file.name}: {error}")
            return []

    def programs(self, wanted: list[str]) -> Iterator[Outcome]:
        """Run the commands."""
        chosen = [each for each in PROGRAMS if not wanted or each.guide in wanted]
        for program in chosen:
            if not is_there(program, self.clients):
                say(f"{program.guide}: skipped, there is no package for this machine")
                continue
            for wire, model in journeys(program):
                what = f"{program.guide}, {wire} over {model}"
                yield from self.judged(what, partial(self.ask, program, wire, model))

    def ask(self, program: Program, wire: str, model: str) -> list[Told]:
        """Ask a command, in a home that nothing was in before."""
        home = Path(tempfile.mkdtemp(dir=self.folder, prefix=f"{program.guide}-"))
        return [ask(self.clients, program, wire, model, home, self.both.every.url)]

    def judged(self, what: str, make: Callable[[], list[Told]]) -> list[Outcome]:
        """Make journeys, and judge them by what they tell and by the calls that were seen.

        A client may have left before the server has told of its call.
        """
        before, started = len(calls_of(self.both.every)), time.monotonic()
        told = make()
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            calls = calls_of(self.both.every)[before:]
            outcomes = [judge(each, calls) for each in told]
            if not any(map(is_unseen, outcomes)) or time.monotonic() > give_up_at:
                break
            time.sleep(0.05)
        failed = sum(bool(each.complaint) for each in outcomes)
        took = time.monotonic() - started
        say(f"{what}: {len(told) - failed} finished, {failed} failed ({took:.0f} s)")
        return outcomes


def say(text: str) -> None:
    """Print at once."""
    if text:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
