"""Small files for tests, and what came of reading them."""

from collections.abc import Mapping

from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.load import Loaded, load_bytes
from endpoints_server.config.prices import no_prices
from endpoints_server.config.problem import Level, render
from endpoints_server.domain.endpoint import Endpoint

ENVIRON = {"ACME_KEY": "k-acme", "GATEWAY_URL": "https://gateway.test/v1"}

ENTRY = """\
version: 1.3.17
endpoints:
  custom:
    - name: Acme
      apiKey: ${ACME_KEY}
      baseURL: https://llm.acme.test/v1
      models: {default: [acme-large]}
"""


def with_keys(*lines: str) -> str:
    """Give a file with one sound endpoint and further keys in it."""
    return ENTRY + "".join(f"      {line}\n" for line in lines)


def read(text: str, environ: Mapping[str, str] = ENVIRON) -> Loaded:
    """Read a file given as text."""
    return load_bytes(text.encode(), environ, "f.yaml")


def told(text: str, *levels: Level) -> list[str]:
    """Give what is said of a file, as `line:column: level: message`."""
    problems = read(text).problems
    wanted = levels or (Level.ERROR, Level.WARNING)
    return [
        render(problem).removeprefix("f.yaml:") for problem in problems if problem.level in wanted
    ]


def only_endpoint(text: str) -> Endpoint:
    """Compile a file and give its first endpoint."""
    loaded = read(text)
    assert loaded.settings, [render(problem) for problem in loaded.problems]
    return compile_catalog(loaded.settings, loaded.version, no_prices).endpoints[0]
