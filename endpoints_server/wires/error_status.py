"""What an upstream's status says: whose business an error is, and what its caller reads."""

from endpoints_server.domain.fault import Kind


def kind_of_status(status: int) -> Kind:
    """Place a status that is no success."""
    match status:
        case 401 | 403:
            return Kind.UPSTREAM_DENIED
        case 408 | 504:
            return Kind.UPSTREAM_SLOW
        case 429:
            return Kind.UPSTREAM_LIMITED
        case _:  # by its hundred
            return Kind.UPSTREAM_REFUSED if 400 <= status < 500 else Kind.UPSTREAM_BROKEN


def message_of(kind: Kind, status: int, words: str, overloaded: int) -> str:
    """Give the upstream's own words where they are the caller's business, and ours elsewhere.

    `overloaded` is the status by which a wire says that too much is going on.
    """
    if 300 <= status < 400:
        return "The upstream answered with a redirect, which is not followed."
    if kind is Kind.UPSTREAM_DENIED:
        return "The upstream did not accept the credential of this endpoint."
    if kind is Kind.UPSTREAM_SLOW:
        return f"The upstream took too long (status {status})."
    if kind is Kind.UPSTREAM_BROKEN and status == overloaded:
        return "The upstream is overloaded."
    if kind is Kind.UPSTREAM_BROKEN:
        return f"The upstream failed (status {status})."
    limit_or_refusal = "limits" if kind is Kind.UPSTREAM_LIMITED else "refused"
    return words or f"The upstream {limit_or_refusal} the request (status {status})."
