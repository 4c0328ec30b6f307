"""Every way a call can fail, in one table."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct


class Kind(StrEnum):
    """What went wrong, whoever's fault it is."""

    BAD_REQUEST = "bad_request"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    UNKNOWN_MODEL = "unknown_model"
    TOO_LARGE = "too_large"
    OVER_LIMIT = "over_limit"
    OVER_BUDGET = "over_budget"
    UNTRANSLATABLE = "untranslatable"
    UPSTREAM_REFUSED = "upstream_refused"
    UPSTREAM_DENIED = "upstream_denied"
    UPSTREAM_LIMITED = "upstream_limited"
    UPSTREAM_BROKEN = "upstream_broken"
    UNREACHABLE = "unreachable"
    UPSTREAM_SLOW = "upstream_slow"
    CANCELLED = "cancelled"
    NO_ROUTE = "no_route"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


class Who(StrEnum):
    """Whose turn it is to do something about a fault."""

    CALLER = "caller"
    OPERATOR = "operator"
    UPSTREAM = "upstream"
    OURS = "ours"


class Rule(Struct, frozen=True):
    """One row of the table: status, whose it is, code, whether to try elsewhere or again."""

    status: int
    who: Who
    code: str
    has_next: bool = False
    may_retry: bool = False


RULES: Mapping[Kind, Rule] = MappingProxyType(
    {
        Kind.BAD_REQUEST: Rule(400, Who.CALLER, "invalid_request"),
        Kind.UNAUTHENTICATED: Rule(401, Who.CALLER, "invalid_api_key"),
        Kind.FORBIDDEN: Rule(403, Who.CALLER, "endpoint_forbidden"),
        Kind.UNKNOWN_MODEL: Rule(404, Who.CALLER, "model_not_found"),
        Kind.TOO_LARGE: Rule(413, Who.CALLER, "request_too_large"),
        Kind.OVER_LIMIT: Rule(429, Who.CALLER, "rate_limit_exceeded", may_retry=True),
        Kind.OVER_BUDGET: Rule(429, Who.CALLER, "budget_exceeded"),
        Kind.UNTRANSLATABLE: Rule(422, Who.OURS, "untranslatable", has_next=True),
        Kind.UPSTREAM_REFUSED: Rule(400, Who.CALLER, "upstream_refused"),
        Kind.UPSTREAM_DENIED: Rule(502, Who.OPERATOR, "upstream_denied", has_next=True),
        Kind.UPSTREAM_LIMITED: Rule(
            429, Who.UPSTREAM, "upstream_limited", has_next=True, may_retry=True
        ),
        Kind.UPSTREAM_BROKEN: Rule(
            502, Who.UPSTREAM, "upstream_error", has_next=True, may_retry=True
        ),
        Kind.UNREACHABLE: Rule(
            502, Who.UPSTREAM, "upstream_unreachable", has_next=True, may_retry=True
        ),
        Kind.UPSTREAM_SLOW: Rule(
            504, Who.UPSTREAM, "upstream_timeout", has_next=True, may_retry=True
        ),
        Kind.CANCELLED: Rule(499, Who.CALLER, "client_left"),
        Kind.NO_ROUTE: Rule(
            503, Who.UPSTREAM, "endpoint_unavailable", has_next=True, may_retry=True
        ),
        Kind.UNAVAILABLE: Rule(503, Who.OURS, "gateway_unavailable", may_retry=True),
        Kind.INTERNAL: Rule(500, Who.OURS, "internal_error"),
    }
)


class Fault(Struct, frozen=True, kw_only=True):
    """One failure as a value.

    `message` is for the caller and never holds a secret; `detail` is for the operator's log.
    `status` and `code` stand where the table's own would say too little; one that `is_final` is not
    worth another try, whatever the table says. `body` is an upstream's
    error as it was sent, in `wire`'s shape, for callers of that same wire.
    """

    kind: Kind
    message: str
    code: str = ""
    status: int = 0
    detail: str = ""
    param: str = ""
    retry_after_seconds: float | None = None
    is_final: bool = False
    body: bytes = b""
    wire: str = ""

    @property
    def rule(self) -> Rule:
        """The row of the table for this kind."""
        return RULES[self.kind]

    @property
    def may_retry(self) -> bool:
        """Whether the same call may end otherwise a while later."""
        return self.rule.may_retry and not self.is_final

    @property
    def http_status(self) -> int:
        """The status the caller gets."""
        return self.status or self.rule.status

    @property
    def public_code(self) -> str:
        """The code the caller gets."""
        return self.code or self.rule.code


class Failed(Exception):
    """Carries a Fault across folders; the only exception that does."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.kind.value)
        self.fault = fault
