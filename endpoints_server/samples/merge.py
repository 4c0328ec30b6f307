"""Several requests of one example become one draft, as far as they agree."""

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from msgspec.structs import replace

from endpoints_server.samples.draft import Auth, Draft, KeyKind
from endpoints_server.samples.draw import Drawn
from endpoints_server.samples.meaning.place import NO_ENDPOINT
from endpoints_server.samples.warning import SEVERAL_BASE_URLS, WIRE_ASSUMED

FILLED = ("upstream_model", "api_key_env", "vendor", "max_tokens", "max_tokens_field", "is_stream")
JOINED = ("request_params", "capabilities", "headers", "query")


def merge(drawn: Sequence[Drawn]) -> Drawn:
    """Merge what was drawn of each request; the first that can be called is the measure."""
    good = [each for each in drawn if each.error is None]
    if not good:
        return next(iter(drawn), Drawn(error=NO_ENDPOINT))
    chats = [each for each in good if WIRE_ASSUMED not in each.warnings] or good
    first = chats[0]
    same = [each for each in chats if is_of(each.draft, first.draft)]
    warnings = [code for each in same for code in each.warnings]
    if any(host_of(each.draft) != host_of(first.draft) for each in good):
        warnings.append(SEVERAL_BASE_URLS)
    return Drawn(
        draft=with_models(joined(first.draft, [each.draft for each in same]), same),
        key=strongest(same),
        warnings=tuple(dict.fromkeys(warnings)),
    )


def is_of(draft: Draft, first: Draft) -> bool:
    """Say whether a draft is of the same endpoint."""
    return host_of(draft) == host_of(first) and draft.wire == first.wire


def host_of(draft: Draft) -> str:
    """Give the host of a draft."""
    return urlsplit(draft.base_url or "").netloc


def joined(first: Draft, others: Iterable[Draft]) -> Draft:
    """Fill what the first does not tell with what the others do."""
    for other in others:
        changes = {
            name: getattr(other, name)
            for name in FILLED
            if getattr(first, name) is None and getattr(other, name) is not None
        }
        if first.upstream_model in (other.upstream_model, None):
            changes |= {name: {**getattr(other, name), **getattr(first, name)} for name in JOINED}
            if first.thinking_mode == "none":
                changes |= {"thinking_mode": other.thinking_mode, "thinking": other.thinking}
        if first.auth in (None, Auth()):
            changes["auth"] = other.auth
        first = replace(first, **changes)
    return first


def with_models(draft: Draft, drawn: Sequence[Drawn]) -> Draft:
    """Name the other models that were asked for."""
    named = [
        name
        for each in drawn
        for name in (each.draft.upstream_model, *each.draft.other_models)
        if name is not None and name != draft.upstream_model
    ]
    return replace(draft, other_models=tuple(dict.fromkeys(named)))


def strongest(drawn: Iterable[Drawn]) -> KeyKind:
    """Give the kind of key that tells most."""
    kinds = [each.key for each in drawn]
    order = (KeyKind.REAL_LOOKING, KeyKind.ENV, KeyKind.PLACEHOLDER)
    return next((kind for kind in order if kind in kinds), KeyKind.NONE)
