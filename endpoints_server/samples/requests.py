"""Everything that a text asks APIs, in whichever languages it is written."""

import re
from collections.abc import Callable

from endpoints_server.samples.calls.gather import gather
from endpoints_server.samples.calls.read import read_calls
from endpoints_server.samples.commands.raw_http import read_bare, read_raw_http
from endpoints_server.samples.commands.read import has_commands, read_commands
from endpoints_server.samples.configuration.aiscouncil import read_aiscouncil
from endpoints_server.samples.configuration.librechat import read_librechat
from endpoints_server.samples.configuration.pi import read_pi
from endpoints_server.samples.configuration.variables import read_variables
from endpoints_server.samples.languages.javascript import read_javascript
from endpoints_server.samples.languages.loose import read_loosely
from endpoints_server.samples.languages.python import read_python
from endpoints_server.samples.request import Request
from endpoints_server.samples.text.fences import Piece, pieces_of
from endpoints_server.samples.text.response import is_response

Reader = Callable[[str], list[Request]]

JAVASCRIPT = re.compile(
    r"^\s*(?:const|let|var|export|async function|function)\s|\bnew [A-Z]\w*\(\{|\bawait fetch\("
    r"|\bfetch\(|process\.env|import\.meta|\baxios\b|=>|^\s*//|JSON\.stringify|\w\(\{",
    re.MULTILINE,
)
OTHER = re.compile(
    r"::|^\s*\$\w+\s*=|->\w|;\s*$|\bInvoke-"
    r"|\bpackage main|\bfunc \w|\bputs\b|\busing \w|\bnew \w+\(",
    re.MULTILINE,
)


def requests_in(text: str) -> list[Request]:
    """Give the requests of every piece of code in a text."""
    pieces = pieces_of(text)
    found = [request for piece in pieces for request in requests_of(piece)]
    return found or (bare_in(text) if len(pieces) > 1 else [])


def requests_of(piece: Piece) -> list[Request]:
    """Give the requests of one piece of code, by the first reader that finds all of one."""
    code = piece.code
    if has_commands(code):
        return read_commands(code)
    readers: list[Reader] = [read_aiscouncil, read_librechat, read_pi]
    best: list[Request] = []
    for read in [*readers, *programs(code), read_raw_http, bare_in]:
        found = read(code)
        if any(is_whole(each) for each in found):
            return found
        best = best or found
    return best


def is_whole(request: Request) -> bool:
    """Say whether a request tells its model, in one way or another."""
    model = request.model or request.body.get("model")
    is_told = not request.is_chat or (isinstance(model, str) and not model.startswith("<"))
    return is_told or any(
        mark in request.url for mark in ("/models/", "/deployments/", "/embeddings")
    )


def programs(code: str) -> list[Reader]:
    """Give the readers of programs, the likeliest first."""
    if JAVASCRIPT.search(code):
        return [as_javascript, as_python, read_variables, loosely]
    if OTHER.search(code):
        return [read_variables, loosely, as_python]
    return [as_python, as_javascript, read_variables, loosely]


def as_python(code: str) -> list[Request]:
    """Read a program in Python."""
    return read_calls(read_python(code))


def as_javascript(code: str) -> list[Request]:
    """Read a program in JavaScript or TypeScript."""
    return read_calls(read_javascript(code))


def loosely(code: str) -> list[Request]:
    """Read a program in another language."""
    program = read_loosely(code)
    asked = [each for each in read_calls(program) if each.url]
    if any(map(is_whole, asked)):
        return asked
    gathered = gather(program)
    return gathered if any(map(is_whole, gathered)) else asked or gathered


def bare_in(text: str) -> list[Request]:
    """Read an address alone; an answer of an API is none."""
    return [] if is_response(text) else read_bare(text)
