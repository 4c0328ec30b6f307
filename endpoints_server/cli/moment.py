"""Instants and spans as people type them."""

import re
from datetime import UTC, datetime

import rich_click as click

SPAN = re.compile(r"(\d{1,6})([mhdw])")
SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
MICROSECONDS = 1_000_000
FIRST = int(datetime.min.replace(tzinfo=UTC).timestamp()) * MICROSECONDS
LAST = int(datetime.max.replace(microsecond=0, tzinfo=UTC).timestamp()) * MICROSECONDS


class Moment(click.ParamType[int]):
    """A day, an instant, or a span counted from now, forwards or backwards; gives microseconds."""

    name = "when"

    def __init__(self, now: int, direction: int) -> None:
        self.now = now
        self.direction = direction

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Read `2026-11-21`, `2026-11-21T08:00:00Z`, `90m`, `24h`, `30d` or `2w`."""
        text = str(value)
        if span := SPAN.fullmatch(text):
            seconds = int(span[1]) * SECONDS[span[2]]
            return self.within(self.now + self.direction * seconds * MICROSECONDS, param, ctx)
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"'{text}' is no day (2026-11-21) and no span (24h, 30d).", param, ctx)
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=UTC)
        return self.within(int(instant.timestamp()) * MICROSECONDS, param, ctx)

    def within(self, instant: int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Refuse what lies outside the years that can be written."""
        if not FIRST <= instant <= LAST:
            self.fail("That is no time between the years 1 and 9999.", param, ctx)
        return instant
