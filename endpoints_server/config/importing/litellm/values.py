"""Values of LiteLLM's file: variables, numbers and text, or what there is to say of them."""

import math
from decimal import Decimal, InvalidOperation
from typing import Any

from msgspec import Struct

from endpoints_server.config.importing.secrets import NAME, Secrets
from endpoints_server.config.importing.written import Report
from endpoints_server.config.problem import shown
from endpoints_server.config.text.document import Path

VARIABLE = "os.environ/"
"""What a reference begins with, which may stand anywhere (docs/proxy/configs, "Load API Keys")."""


class Values(Struct, kw_only=True):
    """Reads the file at places; what has the wrong type is told and counts as absent."""

    report: Report
    secrets: Secrets

    def at(self, path: Path) -> Any:
        """Give what stands at a place."""
        return self.report.document.get(path)

    def mapping(self, path: Path) -> dict[str, Any]:
        """Give the mapping at a place, empty where there is none."""
        value = self.at(path)
        if isinstance(value, dict):
            return value
        if value is not None:
            self.report.warn(path, f"{named(path)} must be a mapping; it is left out")
        return {}

    def items(self, path: Path) -> list[Any]:
        """Give the list at a place, empty where there is none."""
        value = self.at(path)
        if isinstance(value, list):
            return value
        if value is not None:
            self.report.warn(path, f"{named(path)} must be a list; it is left out")
        return []

    def text(self, path: Path) -> str:
        """Give the text at a place, empty where there is none."""
        value = self.at(path)
        if isinstance(value, str):
            return value.strip()
        if value is not None:
            self.report.warn(path, f"{named(path)} must be text; it is left out")
        return ""

    def number(self, path: Path) -> Decimal | None:
        """Give a number exactly as it is written, in quotes or not; never one below zero."""
        value = self.at(path)
        if value is None:
            return None
        written = value if isinstance(value, str) else self.report.document.texts.get(path, "")
        try:
            number = Decimal("no" if isinstance(value, bool) else written.strip())
        except InvalidOperation:
            number = Decimal("nan")
        if number.is_finite() and number >= 0 and math.isfinite(float(number)):
            return number
        hint = "write the number itself" if is_reference(value) else "it is left out"
        self.report.warn(path, f"{named(path)} must be a number and not below zero; {hint}")
        return None

    def whole(self, path: Path, most: int = 10**9) -> int | None:
        """Give a whole number above zero."""
        number = self.number(path)
        if number is None:
            return None
        if 0 < number <= most:
            return max(1, int(number))
        self.report.warn(path, f"{named(path)} must be from 1 to {most}; it is left out")
        return None


def named(path: Path) -> str:
    """Name what stands at a place."""
    return next((shown(step) for step in reversed(path) if isinstance(step, str)), "this")


def is_reference(value: object) -> bool:
    """Say whether a value is that of a variable."""
    return isinstance(value, str) and value.strip().startswith(VARIABLE)


def variable_in(value: str) -> str:
    """Give the name of the variable that a value is; empty where it is none, or has an odd name."""
    if not is_reference(value):
        return ""
    name = value.strip().removeprefix(VARIABLE).strip()
    return name if NAME.fullmatch(name) else ""


def plain(number: Decimal) -> int | float:
    """Give a number for the YAML."""
    return int(number) if number == number.to_integral_value() else float(number)
