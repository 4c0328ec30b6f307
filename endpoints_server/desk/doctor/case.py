"""What was seen of one endpoint, and what a rule finds in it."""

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.domain.secret import Secret
from endpoints_server.domain.talk.reply import Stop
from endpoints_server.upstream.observed.exchanges import Exchanged
from endpoints_server.upstream.observed.reach import Reach


class Weight(StrEnum):
    """How bad a finding is: worth knowing, to be mended, or that nothing can be had at all."""

    NOTE = "note"
    MEND = "mend"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


class Finding(Struct, frozen=True, kw_only=True):
    """One diagnosis: what was seen, why that is, and what to change.

    `paste` are lines of YAML for the endpoint, empty where there is none to be had.
    """

    rule: str
    weight: Weight
    symptom: str
    cause: str
    change: str
    paste: str = ""


class Called(Struct, frozen=True, kw_only=True):
    """What came of a call: the kind of its fault, empty for none, and what was answered.

    `secrets` are those that commands gave for it.
    """

    fault: str = ""
    message: str = ""
    text: str = ""
    has_thought: bool = False
    stop: Stop | None = None
    ceiling_tokens: int = 0
    secrets: tuple[Secret, ...] = ()


class Case(Struct, frozen=True, kw_only=True):
    """Everything that was seen of an endpoint; None for what was not tried.

    `exchange` is the last one, of the list of models or of the call; `listed` are the names that
    the endpoint lists. `is_contained` says that this program runs in a container.
    """

    endpoint: Endpoint
    model: str = ""
    reach: Reach | None = None
    exchange: Exchanged | None = None
    called: Called | None = None
    listed: tuple[str, ...] = ()
    is_contained: bool = False

    @property
    def status(self) -> int:
        """The status of the answer, 0 for none."""
        return self.exchange.status if self.exchange else 0

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What must not be told, whoever repeats it."""
        return (*self.endpoint.secrets, *(self.called.secrets if self.called else ()))


Rule = Callable[[Case], Finding | None]
