"""What a request leaves to the memory of an upstream, and why another cannot answer it then."""

from msgspec import Raw

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.wires.anthropic_messages.fault import THREAD_UNSUPPORTED
from endpoints_server.wires.body import Fields
from endpoints_server.wires.decode import is_null

THREAD = "thread"
"""The field by which a conversation is kept where it was begun, so that later turns send no more
than what is new."""


def refuse_thread(fields: Fields) -> None:
    """Refuse to begin or continue what nobody would keep; raises Failed.

    Clients of this wire know the code, and send the whole conversation instead.
    """
    if is_null(fields.get(THREAD, Raw())):
        return
    message = (
        "thread: the endpoint of this model keeps no conversations. Send all of it in `messages`."
    )
    fault = Fault(
        kind=Kind.UNTRANSLATABLE,
        status=400,
        code=THREAD_UNSUPPORTED,
        message=message,
        param=THREAD,
    )
    raise Failed(fault)
