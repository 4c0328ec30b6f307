"""A first configuration file: the vendors whose keys are there, or a sample of one."""

from collections.abc import Mapping
from textwrap import dedent, indent

from msgspec import Struct

from endpoints_server.config.edit.add import add_endpoint
from endpoints_server.config.edit.place import USUAL, VERSION
from endpoints_server.config.text.dump import dumped
from endpoints_server.desk.adding.proposal import Proposal, Wish
from endpoints_server.desk.adding.template import from_template, vendors_with_keys

HEAD = f"""\
# yaml-language-server: $schema=./librechat.schema.json
#
# The endpoints that are served. Editors complete keys and say what each one means, once the schema
# is there:            endpoints-server schema > librechat.schema.json
# What is wrong here:  endpoints-server check
# One endpoint more:   endpoints-server add --template VENDOR, or --from-example FILE

version: {VERSION}

endpoints:
  custom: []
"""
SAMPLE = "openrouter"
HOW = "    # In place of the brackets, an endpoint looks like this:\n"


class Starter(Struct, frozen=True):
    """The text of the file, and what is proposed in it; nothing where no key is set."""

    text: str
    proposals: tuple[Proposal, ...]


def starter(file: str, environ: Mapping[str, str]) -> Starter:
    """Compose a file with an endpoint for each vendor whose key is set."""
    proposals = tuple(from_template(name, Wish(), environ) for name in vendors_with_keys(environ))
    if not proposals:
        return Starter(HEAD + commented(from_template(SAMPLE, Wish(), environ)), ())
    content = HEAD.encode()
    for proposal in proposals:
        content = add_endpoint(content, file, proposal.entry, environ).content
    return Starter(content.decode(), proposals)


def commented(proposal: Proposal) -> str:
    """Write an endpoint as a comment."""
    block = dedent(dumped([proposal.entry], USUAL))
    return HOW + indent(block, "    # ")
