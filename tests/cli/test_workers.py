"""The server as several processes: one port, one welcome, one end."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from tests.cli.conftest import variables
from tests.cli.test_serve import PATIENCE_SECONDS, events, serving
from tests.postgres import children_of

WORKERS = 3
CONFIGURATION = """\
endpoints:
  custom:
    - {name: Somewhere, apiKey: k, baseURL: 'http://127.0.0.1:9/v1', models: {default: [one]}}
"""


def soon(is_true: Callable[[], bool]) -> None:
    """Wait until something has become true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def address_in(said: str) -> str:
    return next(word for word in said.split() if word.startswith("http://"))


def metrics_at(said: str) -> str:
    return httpx.get(f"{address_in(said)}/metrics").text


def workers_in(told: str) -> set[str]:
    return set(re.findall(r'es_config_version_info\{.*worker="(\d)"\} 1.0', told))


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists() and " Z " not in Path(f"/proc/{pid}/stat").read_text()


def test_workers_serve_together_are_replaced_and_end_together(tmp_path: Path) -> None:
    (tmp_path / "librechat.yaml").write_text(CONFIGURATION)
    with serving(tmp_path, until="curl", ES_WORKERS=str(WORKERS)) as (process, said):
        assert said.count("Client key") == 1
        soon(lambda: len(events(tmp_path, "configuration taken")) == WORKERS)
        versions = {each["version"] for each in events(tmp_path, "configuration taken")}
        with httpx.Client(base_url=address_in(said)) as client:
            ready = client.get("/readyz")
        assert {ready.json()["config"]} == versions

        soon(lambda: workers_in(metrics_at(said)) == {str(each) for each in range(WORKERS)})
        assert metrics_at(said).count("# TYPE es_config_version_info gauge") == 1

        process.send_signal(signal.SIGHUP)
        soon(lambda: len(events(tmp_path, "configuration taken")) == 2 * WORKERS)

        killed, *others = children_of(process.pid)
        os.kill(killed, signal.SIGKILL)
        soon(lambda: len(events(tmp_path, "configuration taken")) == 2 * WORKERS + 1)
        left = children_of(process.pid)
        assert len(left) == WORKERS
        assert set(others) < set(left)
        assert httpx.get(f"{address_in(said)}/readyz").status_code == 200

        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0
        assert not any(map(is_alive, left))


def test_what_keeps_workers_from_starting_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "librechat.yaml").write_text("endpoints: {custom: [{name: A}]}")
    done = subprocess.run(
        [sys.executable, "-m", "endpoints_server", "serve", "--port", "0"],
        cwd=tmp_path,
        env=variables(tmp_path, ES_WORKERS=str(WORKERS)),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.count("cannot be used") == 1


def test_workers_do_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    (tmp_path / "librechat.yaml").write_text(CONFIGURATION)
    with serving(tmp_path, until="curl", ES_WORKERS="2") as (process, _):
        soon(lambda: len(events(tmp_path, "configuration taken")) == 2)
        workers = children_of(process.pid)
        process.kill()
        soon(lambda: not any(map(is_alive, workers)))
