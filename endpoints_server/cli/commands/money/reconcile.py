"""`ledger reconcile`: the ledger beside a provider's invoice."""

import asyncio
from decimal import Decimal, InvalidOperation
from pathlib import Path

import rich_click as click

from endpoints_server.cli.ground import opened_store
from endpoints_server.cli.outcome import Complaint, Outcome
from endpoints_server.cli.present import json_option, show_json, show_table
from endpoints_server.desk.history.invoice.amount import Mark
from endpoints_server.desk.history.invoice.compare import (
    Along,
    Compared,
    Comparison,
    Tolerance,
)
from endpoints_server.desk.history.invoice.layout import COLUMNS
from endpoints_server.desk.history.invoice.read import Invoice, read_invoice
from endpoints_server.desk.history.reconcile import Question
from endpoints_server.desk.history.reconcile import reconcile as hold_against

MOST_PERCENT = 100
NUMBERS = "ledger invoice difference error-bar attempts estimated unpriced"


class Pair(click.ParamType[tuple[str, str]]):
    """NAME=VALUE; a few names are known where they are given."""

    name = "name=value"

    def __init__(self, known: tuple[str, ...] = ()) -> None:
        self.known = known

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Take it apart at the last equals sign, for models may have one in their names."""
        name, sign, told = str(value).rpartition("=")
        if not sign or not name or not told:
            self.fail(f"'{value}' is not of the form NAME=VALUE.", param, ctx)
        if self.known and name not in self.known:
            self.fail(f"'{name}' is none of {', '.join(self.known)}.", param, ctx)
        return name, told


class Percent(click.ParamType[Decimal]):
    """A number from 0 to 100."""

    name = "percent"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        """Give the share."""
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("nan")
        if not number.is_finite() or not 0 <= number <= MOST_PERCENT:
            self.fail(f"'{value}' is no number from 0 to {MOST_PERCENT}.", param, ctx)
        return number / MOST_PERCENT


@click.command("reconcile")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--endpoint", "endpoints", multiple=True, help="What the invoice is for; repeatable.")
@click.option(
    "--by",
    "along",
    multiple=True,
    type=click.Choice([each.value for each in Along]),
    default=(Along.MODEL.value,),
    show_default=True,
    help="What is compared one by one; repeatable.",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    type=Pair(COLUMNS),
    help="Where things stand in another file: day=NAME, cost=NAME, tokens=A+B; repeatable.",
)
@click.option(
    "--decimal",
    type=click.Choice([each.name.lower() for each in Mark]),
    help="What stands before fractions, where the amounts do not tell.",
)
@click.option(
    "--model",
    "models",
    multiple=True,
    type=Pair(),
    help="A model as the invoice calls it, and as we do: THEIRS=OURS; repeatable.",
)
@click.option(
    "--tolerance", type=Percent(), default="0.1", show_default=True, help="Percent of everything."
)
@click.option(
    "--estimates", type=Percent(), default="5", show_default=True, help="Of what is estimated."
)
@click.option("--own-keys", is_flag=True, help="Count calls with people's own keys too.")
@json_option
def reconcile(  # noqa: PLR0913  one for each option
    *,
    file: Path,
    endpoints: tuple[str, ...],
    along: tuple[str, ...],
    columns: tuple[tuple[str, str], ...],
    decimal: str | None,
    models: tuple[tuple[str, str], ...],
    tolerance: Decimal,
    estimates: Decimal,
    own_keys: bool,
    as_json: bool,
) -> int:
    """Compare the ledger with a provider's invoice, in CSV.

    The exports of OpenAI, Anthropic and OpenRouter are recognised by their columns; of other files
    say where things stand. Days are those of UTC; a call around midnight may be billed on the next.
    The error bar is what estimated entries may be off, a tolerance, and what the file has rounded.
    Exits with 0 where every difference is within it, else with 1.

    \b
    Examples:
      endpoints-server ledger reconcile cost_2026-11.csv --endpoint OpenAI
      endpoints-server ledger reconcile bill.csv --by day --column day=Datum --column cost=Betrag
    """
    question = Question(
        endpoints=endpoints,
        along=tuple(each for each in Along if each.value in along),
        tolerance=Tolerance(share=tolerance, estimates_share=estimates),
        models=dict(models),
        with_own_keys=own_keys,
    )
    said = dict(columns) | ({"decimal": Mark[decimal.upper()].value} if decimal else {})
    comparison = asyncio.run(ask(read_invoice(text_of(file), said), question))
    if as_json:
        show_json(told(comparison))
    else:
        show(comparison)
    return Outcome.FINE if comparison.is_within else Outcome.USER_ERROR


def text_of(file: Path) -> str:
    """Read a file; raises Complaint where it is no text."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        message = f"'{file}' is not in UTF-8: {error.reason} at byte {error.start}."
        raise Complaint(Outcome.USER_ERROR, message) from error


async def ask(invoice: Invoice, question: Question) -> Comparison:
    """Ask history."""
    async with opened_store() as (store, _):
        return await hold_against(store.history, invoice, question)


def show(comparison: Comparison) -> None:
    """Print both sides beside each other."""
    names = [each.value for each in comparison.rows[0].place] if comparison.rows else []
    header = [*(names or [""]), *NUMBERS.split(), "verdict"]
    rows = [[*row.place.values(), *cells(row)] for row in comparison.rows]
    blank = [""] * (len(names) - 1)
    show_table(header, [*rows, ["total", *blank, *cells(comparison.total)]], right=NUMBERS)
    result = "within the error bar" if comparison.is_within else "not all within the error bar"
    click.echo(f"{comparison.title}, in {comparison.unit}: {result}.")


def cells(row: Compared) -> list[object]:
    """Give the cells of a row."""
    return [*numbers(row).values(), row.verdict.value]


def numbers(row: Compared) -> dict[str, object]:
    """Give the numbers of a row by their names."""
    difference = row.ledger - row.invoice
    amounts = (row.ledger, row.invoice, difference, row.error_bar)
    counts = (row.attempts, row.estimated, row.unpriced)
    return dict(zip(NUMBERS.split(), (*map(plain, amounts), *counts), strict=True))


def plain(amount: Decimal) -> str:
    """Write an amount to a millionth, without what says nothing."""
    text = f"{amount:.6f}"
    return text.rstrip("0").rstrip(".")


def told(comparison: Comparison) -> dict[str, object]:
    """Give all of it for JSON."""

    def row_of(row: Compared) -> dict[str, object]:
        numbered = {name.replace("-", "_"): value for name, value in numbers(row).items()}
        named = {each.value: name for each, name in row.place.items()}
        return {**named, **numbered, "verdict": row.verdict}

    return {
        "file": comparison.title,
        "unit": comparison.unit,
        "is_within": comparison.is_within,
        "rows": list(map(row_of, comparison.rows)),
        "total": row_of(comparison.total),
    }
