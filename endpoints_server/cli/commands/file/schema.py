"""`schema`: the JSON Schema of the configuration file."""

import rich_click as click

from endpoints_server.cli.present import json_option, show_json
from endpoints_server.config.json_schema import json_schema


@click.command()
@json_option
def schema(*, as_json: bool) -> None:  # noqa: ARG001  it is JSON either way
    """Print the JSON Schema of librechat.yaml, for editors.

    With it, an editor completes keys and shows what each one means.

    \b
    Examples:
      endpoints-server schema > librechat.schema.json
      # then, as the first line of librechat.yaml:
      # yaml-language-server: $schema=./librechat.schema.json
    """
    show_json(json_schema())
