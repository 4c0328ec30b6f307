"""A Redis of the tests' own, which may be stopped, killed and started again."""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

PROGRAM = shutil.which("redis-server") or shutil.which("valkey-server")
PATIENCE_SECONDS = 20.0


class RedisProcess:
    """A server on a socket in a folder of its own, which keeps nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"unix://{folder}/redis.sock"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        settings = (
            "--port",
            "0",
            "--unixsocket",
            "redis.sock",
            "--save",
            "",
            "--loglevel",
            "warning",
        )
        self.process = subprocess.Popen(
            [str(PROGRAM), *settings], cwd=self.folder, stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + PATIENCE_SECONDS
        with Redis.from_url(self.url) as client:
            while True:
                try:
                    client.ping()
                except RedisError:
                    assert time.monotonic() < deadline
                    time.sleep(0.02)
                else:
                    return

    def freeze(self) -> None:
        """Stop it in its tracks: connections stay, answers do not come."""
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self.signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it at once."""
        if self.process is not None:
            self.signal(signal.SIGKILL)
            self.process.wait(PATIENCE_SECONDS)
            self.process = None

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self.process is not None
        self.process.send_signal(number)


@contextmanager
def running_redis() -> Generator[RedisProcess]:
    """Run a server for as long as the block lasts; skips where there is none to run."""
    if PROGRAM is None:
        pytest.skip("no Redis: apt-get install redis-server")
    folder = Path(tempfile.mkdtemp(prefix="es-redis-", dir="/tmp"))
    server = RedisProcess(folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
