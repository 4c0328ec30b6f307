"""The text that somebody pasted becomes a proposal, or it is said why not."""

from msgspec import Struct

from endpoints_server.config.models_json.vendors import find_vendor, load_vendors
from endpoints_server.desk.adding.example import from_draft
from endpoints_server.desk.adding.proposal import Proposal, Wish, variable_named
from endpoints_server.desk.adding.words import ERRORS, WARNINGS, words_for
from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.samples.draft import Draft, Sample
from endpoints_server.samples.read import read_freely, read_sample

UNKNOWN = "API_KEY"


class Pasted(Struct, frozen=True, kw_only=True):
    """What came of an example, and what to know of how it was read."""

    proposal: Proposal
    warnings: tuple[str, ...] = ()


def from_example(text: str, wish: Wish) -> Pasted:
    """Propose the endpoint that an example calls.

    Raises Failed: forbidden where a real key seems to be in the text, of which nothing is said,
    and bad_request for a text that is no example.
    """
    sample = read_sample(text, load_vendors())
    if sample.is_refused:
        raise Failed(key_seen(read_freely(text, load_vendors()).draft or Draft(), wish))
    if sample.draft is None:
        raise Failed(unusable(sample))
    warnings = tuple(words_for(sample.warnings, WARNINGS))
    return Pasted(proposal=from_draft(sample.draft, wish), warnings=warnings)


def key_seen(draft: Draft, wish: Wish) -> Fault:
    """Say that a key is in the text, and where it belongs."""
    vendor = find_vendor(draft.vendor) if draft.vendor else None
    usual = vendor.variables if vendor else ()
    made_up = variable_named(wish.name, "API_KEY") if wish.name else UNKNOWN
    name = draft.api_key_env or (usual[0] if usual else made_up)
    message = (
        "A real key is in the example, so nothing was written. Set it as the environment variable"
        f" {name}, put ${name} in its place, and paste the example again. If others could read"
        " it where you copied it, have it replaced first."
    )
    return Fault(kind=Kind.FORBIDDEN, code="key_in_example", message=message)


def unusable(sample: Sample) -> Fault:
    """Say why no endpoint comes of a text."""
    code = sample.error or "no_endpoint_found"
    return Fault(kind=Kind.BAD_REQUEST, code=code, message=words_for((code,), ERRORS)[0])
