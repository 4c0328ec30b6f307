"""The text that somebody pasted becomes a proposal, or it is said why not."""

from collections.abc import Collection

from msgspec import Struct

from endpoints_server.config.models_json.vendors import load_vendors
from endpoints_server.desk.adding.example import from_draft, naming_of
from endpoints_server.desk.adding.proposal import Proposal, Wish
from endpoints_server.desk.adding.words import ERRORS, WARNINGS, words_for
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.samples.draft import Draft, Sample
from endpoints_server.samples.read import read_freely, read_sample


class Pasted(Struct, frozen=True, kw_only=True):
    """What came of an example, and what to know of how it was read."""

    proposal: Proposal
    warnings: tuple[str, ...] = ()


def from_example(text: str, wish: Wish, in_use: Collection[str]) -> Pasted:
    """Propose the endpoint that an example calls, with none of the variables in use for others.

    Raises Failed: forbidden where a real key seems to be in the text, of which nothing is said,
    and bad_request for a text that is no example.
    """
    sample = read_sample(text, load_vendors())
    if sample.is_refused:
        draft = read_freely(text, load_vendors()).draft or Draft()
        raise Failed(key_seen(naming_of(draft, wish, in_use).of_key(None)))
    if sample.draft is None:
        raise Failed(unusable(sample))
    warnings = tuple(words_for(sample.warnings, WARNINGS))
    return Pasted(proposal=from_draft(sample.draft, wish, in_use), warnings=warnings)


def key_seen(variable: str) -> Fault:
    """Say that a key is in the text, and in which variable it belongs."""
    message = (
        "A real key is in the example, so nothing was written. Set it as the environment variable"
        f" {variable}, put ${variable} in its place, and paste the example again. If others could"
        " read it where you copied it, have it replaced first."
    )
    return Fault(kind=Kind.FORBIDDEN, code="key_in_example", message=message)


def unusable(sample: Sample) -> Fault:
    """Say why no endpoint comes of a text."""
    code = sample.error or "no_endpoint_found"
    return Fault(kind=Kind.BAD_REQUEST, code=code, message=words_for((code,), ERRORS)[0])
