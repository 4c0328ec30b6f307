"""A pasted example becomes a draft of an endpoint."""

from msgspec.structs import replace

from endpoints_server.domain.vendors import Vendors
from endpoints_server.samples.draft import Auth, Draft, KeyKind, Sample
from endpoints_server.samples.draw import Drawn, draw
from endpoints_server.samples.keys.find import has_key
from endpoints_server.samples.keys.known import SUBSCRIPTION
from endpoints_server.samples.meaning.place import NO_ENDPOINT
from endpoints_server.samples.merge import merge
from endpoints_server.samples.requests import requests_in
from endpoints_server.samples.text.clean import clean, has_curled_quotes, with_plain_quotes
from endpoints_server.samples.text.response import is_response
from endpoints_server.samples.warning import QUOTES_REPAIRED, SUBSCRIPTION_TOKEN

LARGEST_BYTES = 100_000
TOO_LARGE = "api_example_too_large"
REQUIRED = "api_example_required"
A_RESPONSE = "looks_like_a_response"
NEEDED = ("wire", "base_url", "upstream_model")


def read_sample(text: str, vendors: Vendors) -> Sample:
    """Read an example; nothing of it is run, fetched or followed, and no key leaves with it."""
    found = read_freely(text, vendors)
    return replace(found, draft=None) if found.is_refused else found


def read_freely(text: str, vendors: Vendors) -> Sample:
    """Read an example, and keep the draft also where a real key stands beside it."""
    if len(text) > LARGEST_BYTES or len(text.encode(errors="replace")) > LARGEST_BYTES:
        return Sample(error=TOO_LARGE)
    plain = clean(text)
    if not plain.strip():
        return Sample(error=REQUIRED)
    if has_key(plain):
        return refused(plain, vendors)
    drawn = drawn_from(plain, vendors)
    if drawn.error is not None:
        is_answer = drawn.error == NO_ENDPOINT and is_response(plain)
        return Sample(error=A_RESPONSE if is_answer else drawn.error, key=drawn.key)
    return Sample(
        draft=drawn.draft,
        key=drawn.key,
        missing=missing_in(drawn.draft),
        warnings=drawn.warnings,
    )


def refused(text: str, vendors: Vendors) -> Sample:
    """Say that a real key is in a text; the draft has only what is no key."""
    drawn = drawn_from(text, vendors)
    draft = Draft(auth=Auth()) if drawn.error is not None else drawn.draft
    token = (SUBSCRIPTION_TOKEN,) if SUBSCRIPTION.search(text) else ()
    return Sample(
        draft=draft,
        is_refused=True,
        key=KeyKind.REAL_LOOKING,
        missing=missing_in(draft),
        warnings=token,
    )


def drawn_from(text: str, vendors: Vendors) -> Drawn:
    """Draw up a text; where a word processor bent its quotes, those may have to be mended."""
    drawn = merge([draw(each, vendors) for each in requests_in(text)])
    if is_whole(drawn) or not has_curled_quotes(text):
        return drawn
    mended = merge([draw(each, vendors) for each in requests_in(with_plain_quotes(text))])
    if mended.error is not None or (drawn.error is None and not is_whole(mended)):
        return drawn
    return replace(mended, warnings=(*mended.warnings, QUOTES_REPAIRED))


def is_whole(drawn: Drawn) -> bool:
    """Say whether nothing is missing in what was drawn."""
    return drawn.error is None and not missing_in(drawn.draft)


def missing_in(draft: Draft) -> tuple[str, ...]:
    """Name the fields that a person has to supply."""
    return tuple(name for name in NEEDED if getattr(draft, name) is None)
