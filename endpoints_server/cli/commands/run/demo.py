"""`demo`: the server with the demo's endpoints."""

import rich_click as click

from endpoints_server.cli.commands.run.serve import listening_options, start
from endpoints_server.cli.ground import stand
from endpoints_server.cli.present import json_option


@click.command()
@listening_options
@json_option
def demo(*, host: str | None, port: int | None, as_json: bool) -> int:
    """Serve the demo, whatever configuration file there is.

    Two endpoints, one OpenAI-compatible and one native Anthropic, are answered inside this process:
    they stream, call tools, reason and report usage, with no key and no network.

    \b
    Examples:
      endpoints-server demo
      ES_DATA_DIR=/tmp/demo endpoints-server demo --port 9000
    """
    return start(stand(wants_demo=True), host, port, as_json=as_json)
