"""What of a recording and an answer may differ, and where it did."""

from collections.abc import Mapping
from typing import Any

from tests.corpus.clients import Got
from tests.corpus.exchanges import Recorded


def same_wire(exchange: Recorded, got: Got) -> list[str]:
    """Name what a client of the recording's own wire got otherwise than `expect` says."""
    expect = exchange.expect
    if exchange.is_error:
        error = expect["error"]
        told = (got.error, got.status)
        is_early = is_in_stream(error) and bool(got.error)
        is_same = told == (error["sdk_exception"], error["status"])
        return [] if is_same or is_early else [f"error {told}"]
    found = both_wires(exchange, got)
    if "tool_calls" not in ambiguous(expect) and got.ids != ids_of(expect):
        found.append(f"ids {got.ids}")
    if got.finish != expect.get("finish_reason"):
        found.append(f"finish {got.finish} for {expect.get('finish_reason')}")
    if expect.get("usage_norm") is None and got.usage is not None:
        found.append("usage that was not there")
    return found


def is_in_stream(error: Mapping[str, Any]) -> bool:
    """Say whether an error was told in a stream; if nothing went out yet, it has its own status."""
    return bool(error["status"] == 200)


def both_wires(exchange: Recorded, got: Got) -> list[str]:
    """Name what of text, tool calls and token counts did not survive."""
    expect = exchange.expect
    if exchange.is_error:
        return [] if got.error else ["no error"]
    if got.error:
        return [f"error {got.error} {got.status}"]
    found = []
    said, expected = got.text + got.refusal, (expect.get("text") or "") + refusal_of(expect)
    if "text" not in ambiguous(expect) and said != expected:
        found.append(f"text {said[:80]!r} for {expected[:80]!r}")
    if "tool_calls" not in ambiguous(expect) and got.tool_calls != calls_of(expect):
        found.append(f"tool calls {got.tool_calls} for {calls_of(expect)}")
    counted = expect.get("usage_norm")
    if counted is not None and got.usage != {name: counted[name] for name in ("input", "output")}:
        found.append(f"usage {got.usage} for {counted}")
    return found


def ambiguous(expect: Mapping[str, Any]) -> list[str]:
    """Name what the SDK itself is of two minds about."""
    return expect.get("ambiguous") or []


def refusal_of(expect: Mapping[str, Any]) -> str:
    """Give the words of a refusal, which wires without refusals tell as text."""
    return expect.get("refusal") or ""


def calls_of(expect: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Give the tool calls by name and arguments."""
    return tuple((call["name"], call["arguments"]) for call in expect.get("tool_calls") or [])


def ids_of(expect: Mapping[str, Any]) -> tuple[str | None, ...]:
    """Give the tool calls' ids."""
    return tuple(call["id"] for call in expect.get("tool_calls") or [])
