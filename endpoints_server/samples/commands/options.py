"""Options on a command line, cut as getopt cuts them."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from endpoints_server.samples.words import words

WITH_VALUE_SHORT = frozenset("AbcCdDeEFhHKmoPQrtTuUwxXyYz")
WITH_VALUE_LONG = words(
    "abstract-unix-socket aws-sigv4 cacert capath cert cert-type ciphers config"
    " connect-timeout connect-to cookie cookie-jar data data-ascii data-binary data-raw"
    " data-urlencode dns-servers dump-header expect100-timeout form form-string header"
    " http-proxy interface json keepalive-time key key-type limit-rate local-port max-filesize"
    " max-redirs max-time netrc-file noproxy oauth2-bearer output output-dir pass pinnedpubkey"
    " preproxy proto proxy proxy-header proxy-user range rate referer request request-target"
    " resolve retry retry-delay retry-max-time socks5 socks5-hostname speed-limit speed-time"
    " stderr tls-max tlsv1.3-ciphers trace trace-ascii unix-socket upload-file url url-query"
    " user user-agent variable write-out"
)
LONG_OF = {
    "X": "request",
    "H": "header",
    "d": "data",
    "u": "user",
    "F": "form",
    "b": "cookie",
    "G": "get",
}


class Option(Struct, frozen=True):
    """One option by its long name, or a word that is none."""

    name: str
    value: str = ""


def read_options(words: Iterable[str]) -> Iterator[Option]:
    """Cut words into options; the name of what is none is empty."""
    rest = iter(words)
    for word in rest:
        if word.startswith("--"):
            yield long_option(word[2:], rest)
        elif word.startswith("-") and len(word) > 1:
            yield from short_options(word[1:], rest)
        else:
            yield Option("", word)


def long_option(text: str, rest: Iterator[str]) -> Option:
    """Read `--name value` and `--name=value`."""
    name, is_joined, value = text.partition("=")
    if name not in WITH_VALUE_LONG:
        return Option(name or "-")
    return Option(name, value if is_joined else next(rest, ""))


def short_options(letters: str, rest: Iterator[str]) -> Iterator[Option]:
    """Read `-sSXPOST` and the like: the first letter that takes a value takes what follows it."""
    for at, letter in enumerate(letters, start=1):
        name = LONG_OF.get(letter, letter)
        if letter in WITH_VALUE_SHORT:
            yield Option(name, letters[at:] or next(rest, ""))
            return
        yield Option(name)
