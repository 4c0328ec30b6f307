"""LibreChat's `/api/balance`: what is left, in credits."""

from typing import Any

from litestar import get
from litestar.handlers import HTTPRouteHandler

from endpoints_server.calls.exchange import Exchange
from endpoints_server.desk.balance import find_standing, moment
from endpoints_server.domain.money.balance import NANO_PER_CREDIT
from endpoints_server.web.guards import KEYED, AnyRequest
from endpoints_server.web.me.caller import caller_of, not_found


def librechat_balance_handlers(exchange: Exchange) -> list[HTTPRouteHandler]:
    """Make the handler."""

    @get("/api/balance", opt=KEYED)
    async def show_balance_for_page(request: AnyRequest) -> dict[str, Any]:
        """Tell a balance in credits, never below zero; how it is refilled only where it is."""
        allowance = exchange.catalog().allowance
        if allowance is None:
            raise not_found("Balance not found")
        person_id = caller_of(request).person.id
        standing, is_open = await find_standing(exchange.gate.balances, allowance, person_id)
        refill = allowance.refill
        told: dict[str, Any] = {
            "tokenCredits": credits_of(max(0, standing.left_nano_usd)),
            "autoRefillEnabled": refill is not None,
        }
        if refill is not None:
            told |= {
                "refillIntervalValue": plain(float(refill.value)),
                "refillIntervalUnit": refill.unit.value,
                "lastRefill": moment(standing.grant.refilled_at) if is_open else None,
                "refillAmount": credits_of(refill.nano_usd),
            }
        return told

    return [show_balance_for_page]


def credits_of(nano_usd: int) -> int | float:
    """Give an amount in credits."""
    return plain(nano_usd / NANO_PER_CREDIT)


def plain(number: float) -> int | float:
    """Write a whole number without a point."""
    return int(number) if number.is_integer() else number
