"""Why the demo upstream does not answer a request."""

from collections.abc import Mapping


class Refusal(Exception):
    """A status and the words that go with it; each wire has a form of its own for them.

    `details` are for programs, in the words of one wire.
    """

    def __init__(
        self, status: int, kind: str, message: str, details: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.details = details
        self.status = status
        self.kind = kind
        self.message = message


def bad_request(message: str) -> Refusal:
    """Refuse what makes no sense."""
    return Refusal(400, "invalid_request_error", message)


def unknown_model(model: str) -> Refusal:
    """Refuse a model that the demo does not have."""
    return Refusal(404, "not_found_error", f"The demo has no model '{model}'.")


def kept_nowhere() -> Refusal:
    """Refuse to keep a conversation, in the code that clients of Messages go on by."""
    details = {"error_code": "thread_unsupported_request", "unsupported": ["thread"]}
    words = "thread: the demo keeps no conversations"
    return Refusal(400, "invalid_request_error", words, details)
