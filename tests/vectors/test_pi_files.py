"""Whole files, values and costs, beside what pi makes of them."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec import convert

from endpoints_server.config.money import price_of
from endpoints_server.config.schema.model import Cost
from endpoints_server.config.values.command import is_command, read_command
from endpoints_server.config.values.template import fill_template
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.money.price import cost
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.talk.overflow import is_overflow
from endpoints_server.upstream.commands import Commands
from tests.vectors.differences.pi_files import (
    FILES,
    HEADERS,
    OVERFLOW,
    VALUES,
)
from tests.vectors.pi_files import differences

PATH = {"PATH": "/usr/bin:/bin"}


def vectors(shared: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "vectors" / "pi" / name).read_text())
    return found


def reviewed(reasons: Mapping[str, Iterable[str]]) -> set[str]:
    return {case for cases in reasons.values() for case in cases}


def resolved(text: str, environ: Mapping[str, str]) -> str | None:
    """Give what a key comes to; None where it comes to nothing."""
    if is_command(text):
        try:
            command = read_command(text)
            return asyncio.run(Commands({**PATH, **environ}).run(command, "p")).reveal()
        except (ValueError, Failed):
            return None
    filled = fill_template(text, environ)
    return None if filled.missing or not filled.text else filled.text


def test_files_come_to_what_they_come_to_in_pi(shared: Path) -> None:
    cases = vectors(shared, "models-json.json")["cases"]
    differing = {case["id"] for case in cases if any(differences(case))}
    assert len(cases) >= 80
    assert differing == reviewed(FILES)


def test_values_come_to_what_they_come_to_in_pi(shared: Path) -> None:
    cases = vectors(shared, "config-values.json")["cases"]
    differing = set()
    for case in cases:
        environ = {**case["process_env"], **case.get("scoped_env", {})}
        if resolved(case["config"], environ) != case["resolve"]["value"]:
            differing.add(case["id"])
        assert is_command(case["config"]) == case["is_command"]
        if not case["is_command"]:
            assert list(fill_template(case["config"], environ).missing) == case["missing"]
    assert differing == reviewed(VALUES)


def test_headers_come_to_what_they_come_to_in_pi(shared: Path) -> None:
    told = vectors(shared, "config-values.json")
    environ = told["cases"][0]["process_env"]
    differing = set()
    for case in told["header_cases"]:
        ours = {name: resolved(text, environ) for name, text in case["headers"].items()}
        kept = {name: text for name, text in ours.items() if text is not None}
        if kept != (case["lenient"] or {}):
            differing.add(case["id"])
    assert differing == reviewed(HEADERS)


def rates_of(case: Mapping[str, Any]) -> Cost:
    return convert(json.loads(json.dumps(case["rates"]), parse_float=Decimal), Cost)


def usage_of(tokens: Mapping[str, int]) -> Usage:
    hour = tokens.get("cacheWrite1h", 0)
    return Usage(
        input=tokens["input"],
        output=tokens["output"],
        cache_read=tokens["cacheRead"],
        cache_write=tokens["cacheWrite"] - hour,
        cache_write_hour=hour,
    )


def test_calls_cost_what_they_cost_in_pi_to_the_nano_usd(shared: Path) -> None:
    cases = vectors(shared, "misc.json")["cost"]
    assert len(cases) > 30
    for case in cases:
        usage = usage_of(case["tokens"])
        price = price_of(rates_of(case))
        ours = Decimal(cost(usage, price.rates_for(usage))).scaleb(-9)
        assert float(ours) == pytest.approx(case["cost"]["total"], abs=5e-10), case["id"]


def test_what_is_too_long_is_known_by_its_words_as_in_pi(shared: Path) -> None:
    cases = vectors(shared, "misc.json")["overflow"]
    told = [case for case in cases if "errorMessage" in case["input"]]
    differing = {
        case["input"]["errorMessage"]
        for case in told
        if is_overflow(case["input"]["errorMessage"]) != case["overflow"]
    }
    assert len(told) > 20
    assert differing == reviewed(OVERFLOW)
