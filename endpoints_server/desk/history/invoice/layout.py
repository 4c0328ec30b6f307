"""Where in a provider's file the day, the model and the amount stand."""

from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from endpoints_server.desk.history.invoice.amount import Mark
from endpoints_server.domain.fault import Failed, Fault, Kind

ENDING = ".toml"
COLUMNS = ("day", "model", "endpoint", "cost", "currency", "tokens")
"""What a column may be said to hold."""


class Layout(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The names of columns; one without a `cost` is compared by its `tokens`, all added up.

    `model_part` is a pattern for the part of the column that names the model. A `currency` column
    need not be there. Without `decimal` the amounts themselves tell what stands before fractions.
    """

    title: str = ""
    day: str = ""
    model: str = ""
    model_part: str = ""
    endpoint: str = ""
    cost: str = ""
    currency: str = ""
    tokens: tuple[str, ...] = ()
    decimal: Mark | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read."""
        named = (self.day, self.model, self.endpoint, self.cost, *self.tokens)
        return tuple(name for name in named if name)


@cache
def known_layouts() -> Mapping[str, Layout]:
    """Give the layouts of the files that are recognised, by their names."""
    found = [
        (file.name.removesuffix(ENDING), msgspec.toml.decode(file.read_bytes(), type=Layout))
        for file in files("endpoints_server.desk.history.invoice").joinpath("layouts").iterdir()
        if file.name.endswith(ENDING)
    ]
    return MappingProxyType(dict(sorted(found)))


def layout_of(header: Collection[str], said: Mapping[str, str]) -> Layout:
    """Choose the layout of a file by its header; what is `said` of columns goes before it.

    Raises Failed(bad_request) where a column is missing, or the layout is not known.
    """
    fitting = [each for each in known_layouts().values() if set(each.columns) <= set(header)]
    found = max(fitting, key=lambda each: len(each.columns), default=Layout())
    if "cost" in said or "tokens" in said:
        found = replace(found, cost="", tokens=())
    layout = laid_over(found, said)
    if not any(header):
        raise refused("The file is empty.")
    for name in layout.columns:
        if name not in header:
            raise refused(f"The file has no column '{name}'; it has {', '.join(header)}.")
        if list(header).count(name) > 1:
            raise refused(f"The file has several columns '{name}'; keep the one that is meant.")
    if not layout.day or not (layout.cost or layout.tokens):
        titles = "; ".join(each.title for each in known_layouts().values())
        raise refused(
            f"The columns {', '.join(header)} are of no file that is known ({titles}). "
            "Say where things stand: --column day=NAME --column model=NAME --column cost=NAME"
        )
    return layout


def laid_over(layout: Layout, said: Mapping[str, str]) -> Layout:
    """Put the columns that somebody names in place of those of a layout."""
    fields: dict[str, object] = dict(said)
    if "tokens" in said:
        fields["tokens"] = tuple(said["tokens"].split("+"))
    if "model" in said:
        fields["model_part"] = ""
    return msgspec.convert({**msgspec.to_builtins(layout), **fields}, Layout)


def refused(message: str) -> Failed:
    """Say what is wrong with a file."""
    return Failed(Fault(kind=Kind.BAD_REQUEST, message=message))
