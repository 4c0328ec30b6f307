"""The nginx of `deploy/nginx.conf`, before replicas on this machine."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.acceptance.process import free_port

PROGRAM = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
SHIPPED = Path(__file__).parents[2] / "deploy" / "nginx.conf"
PATIENCE_SECONDS = 20.0
PARTS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
AROUND = """\
{user}
worker_processes 1;
error_log {folder}/error.log warn;
pid {folder}/nginx.pid;
events {{ worker_connections 16384; }}
worker_rlimit_nofile 20000;
http {{
  access_log off;
  {folders}
  {shipped}
}}
"""


def configured(folder: Path, port: int, replicas: Sequence[int], keepalive_seconds: float) -> str:
    """Take the file as it is shipped, but for addresses, and how long connections are kept."""
    text = SHIPPED.read_text()
    (one, *_) = re.findall(r" *server 10\.0\.0\.\d+:8484 .*\n", text)
    places = "".join(re.sub(r"10\.0\.0\.\d+:8484", f"127.0.0.1:{each}", one) for each in replicas)
    text = re.sub(r"( *server 10\.0\.0\.\d+:8484 .*\n)+", places, text)
    text = text.replace("listen 80;", f"listen 127.0.0.1:{port} backlog=4096;")
    kept = f"keepalive_timeout {keepalive_seconds * 1000:.0f}ms;"
    text = re.sub(r"keepalive_timeout 4s;", kept, text)
    return AROUND.format(
        user="user root;" if os.geteuid() == 0 else "",
        folder=folder,
        folders="".join(f"{part}_temp_path {folder}/{part};" for part in PARTS),
        shipped=text,
    )


@contextmanager
def nginx_before(folder: Path, replicas: Sequence[int], keepalive_seconds: float) -> Generator[str]:
    """Run nginx for as long as the block lasts; gives its address, skips where there is none."""
    if PROGRAM is None:
        pytest.skip("no nginx: apt-get install nginx-light")
    folder.mkdir(exist_ok=True)
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(configured(folder, port, replicas, keepalive_seconds))
    running = subprocess.Popen(
        [PROGRAM, "-p", str(folder), "-c", str(configuration), "-g", "daemon off;"],
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        await_answer(running, url, folder / "error.log")
        yield url
    finally:
        running.terminate()
        running.wait(PATIENCE_SECONDS)


def await_answer(running: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Wait until calls come through."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            if httpx.get(f"{url}/livez").status_code == 200:
                return
        except httpx.TransportError:
            pass
        assert running.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.02)
