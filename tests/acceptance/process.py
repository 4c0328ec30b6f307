"""The real command in a process of its own: started, looked at from outside, stopped or killed."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

PATIENCE_SECONDS = 60.0
COMMAND = (sys.executable, "-m", "endpoints_server")


def variables(folder: Path, **more: str) -> dict[str, str]:
    """Give an environment that holds nothing of ours but what is said here."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return {"PATH": path, "HOME": str(folder), "ES_DATA_DIR": str(folder / "data"), **more}


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port: int = tried.getsockname()[1]
    return port


def run(folder: Path, *args: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*COMMAND, *args],
        cwd=folder,
        env=variables(folder, **more),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


class Process:
    """A server that can be started again and again on the same folder and port."""

    def __init__(self, folder: Path, *args: str, **environ: str) -> None:
        self.folder = folder
        self.args = args or ("serve",)
        self.environ = environ
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.out, self.err = folder / "stdout.txt", folder / "stderr.txt"
        self.running: subprocess.Popen[bytes] | None = None
        self.started_at = self.started_in_seconds = 0.0

    def start(self, *, is_awaited: bool = True) -> None:
        """Start, and wait until it answers."""
        self.started_at = time.monotonic()
        with self.out.open("ab") as out, self.err.open("ab") as err:
            self.running = subprocess.Popen(
                [*COMMAND, *self.args, "--port", str(self.port)],
                cwd=self.folder,
                env=variables(self.folder, **self.environ),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
        if is_awaited:
            self.await_answer()

    def await_answer(self, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until it answers."""
        assert self.running is not None
        while not self.is_answering():
            took = time.monotonic() - self.started_at
            if self.running.poll() is not None or took > patience_seconds:
                raise RuntimeError(f"the server did not start:\n{self.said()}")
            time.sleep(0.02)
        self.started_in_seconds = time.monotonic() - self.started_at

    def is_answering(self) -> bool:
        """Say whether it is alive."""
        try:
            with urlopen(f"{self.url}/livez", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def said(self) -> str:
        """Give everything that every run has printed so far."""
        return self.out.read_text() + self.err.read_text()

    def kill(self) -> None:
        """End it without a warning."""
        assert self.running is not None
        self.running.kill()
        self.running.wait()

    def end(self) -> None:
        """Kill it if it runs."""
        if self.running is not None and self.running.poll() is None:
            self.kill()

    def stop(self) -> int:
        """Ask it to end, and give its exit code."""
        assert self.running is not None
        self.running.terminate()
        try:
            return self.running.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


@contextmanager
def served(folder: Path, *args: str, **environ: str) -> Generator[Process]:
    """Serve for as long as the block lasts."""
    process = Process(folder, *args, **environ)
    process.start()
    try:
        yield process
    finally:
        process.stop()
