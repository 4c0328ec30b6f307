"""Any language's text, cut into words, texts, numbers and signs."""

import re
from collections.abc import Iterator

from msgspec import Struct

from endpoints_server.samples.languages.escapes import unescape

TEXT, WORD, NUMBER, SIGN, LINE = "text", "word", "number", "sign", "line"

TOKEN = re.compile(
    r"(?P<bare>https?://[^\s\"'`,;(){}\[\]|<>]+)|"
    r"(?P<comment>(?<![:\w\"'])//[^\n]*|(?:(?<=\n)|(?<=\s)|^)\#(?![{\[])[^\n]*|/\*.*?(?:\*/|$)|<\#.*?(?:\#>|$))"
    r"|(?P<line>\n)|(?P<blank>[^\S\n]+|`[ \t]*\n|\\\n)"
    r"|(?P<here>@'\n(?P<here_raw>.*?)\n'@|@\"\n(?P<here_text>.*?)\n\"@)"
    r"|(?P<heredoc><<[<~-]?['\"]?(?P<mark>[A-Z_]{2,})['\"]?[^\n]*\n(?P<heredoc_text>.*?)"
    r"\n[ \t]*(?P=mark)\b)"
    r"|(?P<triple>\"\"\"(?P<triple_text>.*?)\"\"\"|'''(?P<triple_raw>.*?)''')"
    r"|(?P<raw>r(?P<hashes>\#+)\"(?P<raw_text>.*?)\"(?P=hashes)|`(?P<tick>[^`]*)`)"
    r"|(?P<double>[$@fb]{0,2}\"(?P<double_text>(?:[^\"\\]|\\.)*)\")"
    r"|(?P<single>[fb]?'(?P<single_text>(?:[^'\\]|\\.)*)')"
    r"|(?P<number>-?(?:\d[\d_]*)?\.?\d+(?:[eE][+-]?\d+)?)"
    r"|(?P<word>-?[A-Za-z_$@\x80-\uffff](?:[\w$!?]|::|->|\?\.|\.(?=[A-Za-z_])|(?<=[eE][nN][vV]):(?=[A-Za-z_])|-(?=[A-Z][a-z]))*)"
    r"|(?P<sign>=>|:=|->|\?\.|[^\s])",
    re.DOTALL,
)
MOST = 30_000


class Token(Struct, frozen=True):
    """A piece of a text; `is_open` says that variables in it are put in."""

    kind: str
    text: str
    is_open: bool = False


def tokens_of(text: str) -> Iterator[Token]:
    """Cut a text; comments and blanks are left out."""
    for count, found in enumerate(TOKEN.finditer(text)):
        if count > MOST:
            return
        token = token_of(found)
        if token is not None:
            yield token


def token_of(found: re.Match[str]) -> Token | None:
    """Give the token of a match."""
    match found.lastgroup:
        case "bare" | "line":
            return Token(LINE, "\n") if found["line"] else Token(TEXT, found["bare"])
        case "word":
            return Token(
                WORD, found["word"].replace("->", ".").replace("::", ".").replace("?.", ".")
            )
        case "number" | "sign":
            return Token(found.lastgroup, found[0])
        case "double" | "single":
            return double(found) if found["double"] else single(found)
        case "triple" | "here" | "heredoc" | "raw":
            return Token(TEXT, long_text(found), is_open=True)
        case _:
            return None


def double(found: re.Match[str]) -> Token:
    """Read a text in double quotes; `@"…"` has no escapes."""
    is_verbatim = "@" in found[0][:2]
    inner = found["double_text"]
    return Token(TEXT, inner if is_verbatim else unescape(inner), is_open=True)


def single(found: re.Match[str]) -> Token:
    """Read a text in single quotes, where most languages escape the quote alone."""
    inner = found["single_text"].replace("\\'", "'").replace('\\"', '"').replace("\\\\", "\\")
    return Token(TEXT, inner, is_open=found[0][0] == "f")


def long_text(found: re.Match[str]) -> str:
    """Give the first of the groups that a long text may be in."""
    names = (
        "here_raw",
        "here_text",
        "heredoc_text",
        "triple_text",
        "triple_raw",
        "raw_text",
        "tick",
    )
    return next((found[name] for name in names if found[name] is not None), "")
