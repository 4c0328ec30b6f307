"""What a caller gets for everything an upstream can do wrong: behaviour -> expectation."""

from collections.abc import Mapping
from itertools import product

from msgspec import Struct
from msgspec.structs import replace

from tests.calls.asking import PATHS

NEWS = "Bad news travels fast."
HUGE = NEWS.replace("Bad", "x" * 8 * 1024 * 1024)


class Expected(Struct, frozen=True, kw_only=True):
    """How a call ends; `status` is the caller's and the ledger's, `kind` the fault's.

    A fault under a status of 200 is told in the stream; `may_begin` where it depends on what one
    read brings whether anything was sent before it. `usage` is where the counts come from, and
    the tokens in and out where they are exact.
    """

    status: int = 200
    text: str = ""
    kind: str = ""
    usage: tuple[str, int, int] | str = "none"
    may_begin: bool = False


class Case(Struct, frozen=True):
    """What becomes of a streamed and of a whole call, and whether the upstream is hung up on."""

    streamed: Expected
    whole: Expected
    is_dropped: bool = False


REPORTED = ("reported", 7, 4)


def answered(text: str = NEWS, usage: tuple[str, int, int] | str = REPORTED) -> Expected:
    """Expect the right answer."""
    return Expected(text=text, usage=usage)


def refused(status: int, kind: str) -> Expected:
    """Expect an error before the first byte."""
    return Expected(status=status, kind=kind)


def cut(kind: str, text: str = "", usage: str = "estimated") -> Expected:
    """Expect an error in the stream, after what had come."""
    return Expected(kind=kind, text=text, usage=usage)


GOOD = Case(answered(), answered())
BROKEN = refused(502, "upstream_broken")
SLOW = refused(504, "upstream_slow")
LIMITED = refused(429, "upstream_limited")
ESTIMATED = answered(usage="estimated")
NONSENSE = Expected(status=502, kind="upstream_broken", may_begin=True)
TOLD = Expected(status=502, kind="upstream_broken", usage="estimated", may_begin=True)
DENIED = refused(401, "upstream_denied")

CASES: Mapping[str, Case] = {
    # 1-4: silence
    "hang": Case(SLOW, SLOW, is_dropped=True),
    "deaf": Case(SLOW, SLOW),  # it does not hear us leave either
    "hang_after_headers": Case(SLOW, SLOW, is_dropped=True),
    "hang_after_first": Case(cut("upstream_slow", "Bad "), SLOW, is_dropped=True),
    "dribble": Case(SLOW, SLOW, is_dropped=True),
    "two_steps": GOOD,
    # 5-8: endings
    "close_before_headers": Case(BROKEN, BROKEN),
    "reset_before_headers": Case(BROKEN, BROKEN),
    "close_later": Case(BROKEN, BROKEN),
    "close_mid_event": Case(cut("upstream_broken", usage="none"), BROKEN),
    "reset_mid_body": Case(cut("upstream_broken", "Bad "), BROKEN),
    "short_length": Case(BROKEN, BROKEN),
    "no_end_marker": Case(cut("upstream_broken", NEWS), answered()),
    "data_after_end": GOOD,
    "stale": GOOD,
    # 9-12: usage
    "usage_missing": Case(ESTIMATED, ESTIMATED),
    "usage_zero": Case(answered(usage=("reported", 0, 0)), answered(usage=("reported", 0, 0))),
    "usage_every_chunk": GOOD,
    "usage_trailer": GOOD,
    # 13-17: errors
    "error_in_stream": Case(TOLD, BROKEN),
    "html_ok": Case(BROKEN, BROKEN),
    "limited_seconds": Case(LIMITED, LIMITED),
    "limited_date": Case(LIMITED, LIMITED),
    "limited_ms": Case(LIMITED, LIMITED),
    "overloaded": Case(BROKEN, BROKEN),
    "failing_json": Case(BROKEN, BROKEN),
    "failing_text": Case(BROKEN, BROKEN),
    "failing_empty": Case(BROKEN, BROKEN),
    "denied": Case(DENIED, DENIED),
    "no_http": Case(BROKEN, BROKEN),
    # 18-19: bytes
    "invalid_utf8": Case(NONSENSE, BROKEN),
    "split_utf8": Case(answered("grüße 日本 🎈"), answered()),
    "crlf": GOOD,
    "comments": GOOD,
    "event_lines": GOOD,
    "huge_event": Case(cut("upstream_broken", usage="none"), answered(HUGE)),
    "oversized": Case(BROKEN, BROKEN, is_dropped=True),
    # 20-23: shapes
    "tool_duplicate_index": Case(answered(""), answered()),
    "tool_reordered": Case(answered(""), answered()),
    "null_content": Case(answered("Bad news travels "), answered("")),
    "role_missing": GOOD,
    "wrong_content_type": GOOD,
    # 24-30: transport
    "gzipped": GOOD,
    "deflated": GOOD,
    "brotlied": GOOD,
    "zstandard": GOOD,
    "gzip_broken": Case(BROKEN, BROKEN),
    "http10": GOOD,
    "slow_tls": Case(refused(502, "unreachable"), refused(502, "unreachable"), is_dropped=True),
    "redirect": Case(BROKEN, BROKEN),
    "many_models": Case(BROKEN, BROKEN),
    "other_model": GOOD,
    "early_answer": Case(refused(413, "upstream_refused"), refused(413, "upstream_refused")),
    "good": GOOD,
}

NO_CREDENTIAL = refused(502, "upstream_denied")
OVERLOADED = refused(529, "upstream_broken")
BEGUN = cut("upstream_broken")  # the opening event tells the input, so there is an estimate
UNBEGUN = replace(BEGUN, status=502)

DIFFERENT: Mapping[tuple[str, str, str], Case] = {
    # an upstream of the Messages wire says 529 where it is overloaded, and clients know it
    ("overloaded", "messages", "any"): Case(OVERLOADED, OVERLOADED),
    ("error_in_stream", "messages", "any"): Case(replace(TOLD, status=529), OVERLOADED),
    # and tells the input at the start, so that an answer cut off later cost that
    ("close_mid_event", "messages", "any"): Case(BEGUN, BROKEN),
    ("huge_event", "messages", "any"): Case(BEGUN, answered(HUGE)),
    ("invalid_utf8", "messages", "any"): Case(TOLD, BROKEN),
    # it has no count of zero without a word about caches, and no message without content
    ("usage_zero", "messages", "any"): Case(answered(usage=("reported", 7, 1)), ESTIMATED),
    ("null_content", "messages", "any"): Case(answered("Bad news travels "), BROKEN),
    # the last events of the Responses wire hold the text again, with what a delta lacked
    ("null_content", "responses", "chat"): Case(answered(), answered("")),
    # to a caller of another wire, whose key was refused is nobody's business
    ("denied", "chat", "messages"): Case(NO_CREDENTIAL, NO_CREDENTIAL),
    ("denied", "messages", "chat"): Case(NO_CREDENTIAL, NO_CREDENTIAL),
    ("denied", "messages", "google"): Case(NO_CREDENTIAL, NO_CREDENTIAL),
    ("denied", "google", "chat"): Case(NO_CREDENTIAL, NO_CREDENTIAL),
    # Google's wire has nothing to begin with before the first words
    ("close_mid_event", "messages", "google"): Case(UNBEGUN, BROKEN),
    ("huge_event", "messages", "google"): Case(UNBEGUN, answered(HUGE)),
    # and no end marker that anything could come after
    ("data_after_end", "google", "any"): Case(answered(NEWS + "after the end"), answered()),
    ("denied", "chat", "responses"): Case(NO_CREDENTIAL, NO_CREDENTIAL),
    ("denied", "responses", "chat"): Case(NO_CREDENTIAL, NO_CREDENTIAL),
}
"""What differs by (behaviour, the upstream's wire, the caller's wire)."""


PAIRS = [
    *(pair for pair in product(PATHS, PATHS) if pair[0] == pair[1] or "chat" in pair),
    *(("google", "google"), ("chat", "google"), ("google", "messages")),
]
"""The caller's wires and the upstream's that faults are met on."""

LARGE = {"huge_event", "many_models", "oversized"}
"""Those that take their time to make; they have longer deadlines, and go one after the other."""


def expected(behaviour: str, wire_out: str, wire_in: str, *, is_stream: bool) -> Expected:
    """Look up what a call comes to."""
    exact = DIFFERENT.get((behaviour, wire_out, wire_in))
    case = exact or DIFFERENT.get((behaviour, wire_out, "any")) or CASES[behaviour]
    return case.streamed if is_stream else case.whole
