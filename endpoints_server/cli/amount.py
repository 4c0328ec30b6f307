"""Amounts of USD as people type them."""

from decimal import Decimal, InvalidOperation

import rich_click as click


class Amount(click.ParamType[Decimal]):
    """An amount of USD, such as `20` or `$0.50`."""

    name = "usd"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        """Read an amount exactly."""
        text = str(value).replace("$", "", 1).strip()
        try:
            return Decimal(text)
        except InvalidOperation:
            self.fail(f"'{value}' is no amount of USD, such as 20 or 0.5.", param, ctx)
