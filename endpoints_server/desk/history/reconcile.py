"""Holds the ledger against a provider's invoice."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from endpoints_server.desk.history.invoice.compare import (
    Along,
    Comparison,
    Tolerance,
    compare,
)
from endpoints_server.desk.history.invoice.layout import refused
from endpoints_server.desk.history.invoice.read import Invoice
from endpoints_server.domain.money.tally import Tally
from endpoints_server.store.history.port import History

HOUSE = ("house", "group")
"""Whose credentials the invoice of an operator is for."""


class Question(Struct, frozen=True, kw_only=True):
    """What an invoice is for: some endpoints by their names, and what is compared one by one.

    `models` are names on the invoice, and what they are called here. `with_own_keys` counts calls
    that people paid with keys of their own.
    """

    endpoints: tuple[str, ...] = ()
    along: tuple[Along, ...] = (Along.MODEL,)
    tolerance: Tolerance = Tolerance()
    models: Mapping[str, str] = {}
    with_own_keys: bool = False


async def reconcile(history: History, invoice: Invoice, question: Question) -> Comparison:
    """Compare an invoice with what the ledger says of the same days.

    Raises Failed(bad_request) where calls to several endpoints could be meant, and none is named,
    and for an endpoint that was not called.
    """
    found: list[Tally] = []
    billed = [line.day for line in invoice.lines]
    first, last = min(billed), max(billed)
    for day in [day for day in await history.list_days() if first <= day <= last]:
        tallies = await history.list_tallies(day, is_personal=False)
        found += [tally for tally in tallies if question.with_own_keys or tally.credential in HOUSE]
    chosen = choose(found, question.endpoints)
    return compare(invoice, chosen, question.along, question.tolerance, question.models)


def choose(found: Sequence[Tally], names: Sequence[str]) -> list[Tally]:
    """Keep what went to the endpoints that are named."""
    called = sorted({tally.endpoint for tally in found})
    if not names and len(called) > 1:
        listed = ", ".join(f"'{name}'" for name in called)
        raise refused(f"Name the endpoints that the invoice is for (--endpoint): {listed}.")
    wanted = {name.lower() for name in names}
    unknown = wanted - {name.lower() for name in called}
    if unknown:
        others = f"; there are {', '.join(called)}" if called else ", nor to any other"
        raise refused(f"No call went to '{min(unknown)}' in these days{others}.")
    return [tally for tally in found if not names or tally.endpoint.lower() in wanted]
