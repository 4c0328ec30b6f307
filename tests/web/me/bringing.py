"""What the tests of endpoints of one's own stand on: a server, an upstream, and people."""

import time
from collections.abc import Callable
from typing import Any

from tests.acceptance.test_own_keys import Someone
from tests.serving import Serving
from tests.upstreams.server import Server

KEY = "zz-canary-of-adas-provider-zz-0001"
FRESH = "zz-canary-of-adas-provider-zz-0002"
ALL = "/me/custom-endpoints"
PATIENCE_SECONDS = 10.0
YAML = """\
version: 1.3.5
endpoints:
  allowedAddresses: ["{host}"]
  custom:
    - name: House
      apiKey: zz-house-key-zz
      baseURL: "{url}/house/v1"
      models: {{default: [shared]}}
    - name: Typed
      apiKey: user_provided
      baseURL: user_provided
      models: {{default: [typed]}}
"""
RATES = {"prompt": 1, "completion": 2, "context": 1000}


def host_of(upstream: Server) -> str:
    return upstream.url.removeprefix("http://")


def body(upstream: Server, **more: Any) -> dict[str, Any]:
    """Write an endpoint of one's own at the upstream."""
    address = f"{upstream.url}/v1"
    return {"name": "My GPU", "baseURL": address, "models": {"default": ["llama"]}, **more}


def bring(who: Someone, wanted: dict[str, Any]) -> Any:
    """Bring an endpoint."""
    answer = who.ask("POST", ALL, wanted)
    assert answer.status_code == 201, answer.text
    return answer.json()


def told(who: Someone, path: str) -> list[Any]:
    """Give what somebody is told in a list."""
    found: list[Any] = who.ask("GET", path).json()["data"]
    return found


def rewrite(server: Serving, yaml: str) -> None:
    """Change the file, and wait until it is served."""
    before = server.parts.live.current
    server.config.write_text(yaml)
    wait_until(lambda: server.parts.live.current is not before)


def wait_until(is_true: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Look again and again until something is true."""
    end_at = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end_at
        time.sleep(0.01)
