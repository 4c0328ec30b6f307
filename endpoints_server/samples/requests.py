"""Everything that a text asks APIs, in whichever languages it is written."""

from endpoints_server.samples.commands.read import has_commands, read_commands
from endpoints_server.samples.request import Request
from endpoints_server.samples.text.fences import pieces_of


def requests_in(text: str) -> list[Request]:
    """Give the requests of every piece of code in a text."""
    return [request for piece in pieces_of(text) for request in requests_of(piece.code)]


def requests_of(code: str) -> list[Request]:
    """Give the requests of one piece of code."""
    return read_commands(code) if has_commands(code) else []
