"""When a key ends, as people and LibreChat's pages write it."""

from datetime import UTC, datetime

from endpoints_server.web.me.caller import bad_request
from endpoints_server.web.me.keys import instant_of

NEVER = "never"


def read_expiry(text: str | None) -> int | None:
    """Read an ISO time, UTC where it names no zone, as microseconds since 1970; `never` is None.

    Raises Failed(bad_request) for anything else.
    """
    if text is None or text.strip().lower() == NEVER:
        return None
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        message = "'expiresAt' must be a time in ISO 8601 such as 2027-01-31T08:00:00Z, or 'never'."
        raise bad_request(message, "expiresAt") from None
    return instant_of(instant if instant.tzinfo else instant.replace(tzinfo=UTC))
