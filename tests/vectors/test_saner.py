"""What the vectors themselves say would be saner than LibreChat, beside what is sent here."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from endpoints_server.domain.parameter import EVERY_CEILING, wire_name
from tests.vectors.requests import Case, Sent, play

Check = Callable[[Case, Sent, re.Match[str]], bool]
WIRE_NAMES = {"anthropic": "anthropic_messages"}
CHAT = "/chat/completions"
THOUGHT = frozenset({"reasoning", "reasoning_effort"})

DEPARTED: Mapping[str, Iterable[str]] = {
    "what a caller asks for goes on to an endpoint of which nothing is known": [
        "basic-top_k-not-sent",
    ],
    "a switch of OpenRouter's older kind is sent as it stands in the file": [
        "or-addParams-include_reasoning-false",
    ],
    "no thinking is asked for unasked, so nothing stands beside `top_p`": [
        "na-thinking-on-topP-error",
    ],
    "a budget is not sent for thinking that is off": ["na-paramDefinitions-defaults-thinking-off"],
    "a call never changes its wire, so there is nothing to refuse": [
        "directEndpoint-with-responses-web_search",
    ],
}
"""Where ours is not what the vectors think saner, and why."""


def wire_of(case: Case) -> str:
    return WIRE_NAMES.get(case["endpoint"].get("provider", ""), "openai_chat")


def is_sent(case: Case, sent: Sent) -> bool:
    """Say whether all that the file adds, or has a default for, is there under its wire's name."""
    params = dict(case["endpoint"].get("addParams", {}))
    for each in case["endpoint"].get("customParams", {}).get("paramDefinitions", ()):
        params |= {each["key"]: each["default"]} if "default" in each else {}
    wanted = {wire_name(wire_of(case), name): value for name, value in params.items()}
    return has_all(sent, {name: value for name, value in wanted.items() if name})


def has_all(sent: Sent, wanted: Mapping[str, Any]) -> bool:
    return all(sent["body"].get(name) == value for name, value in wanted.items())


def defined(case: Case) -> set[str]:
    return {each["key"] for each in case["endpoint"]["customParams"]["paramDefinitions"]}


def dropped(case: Case) -> set[str]:
    """Give what is to be gone: what the file drops, or what the phrase names."""
    names = case["endpoint"].get("dropParams") or [case["quirk"]["saner"].split()[-1]]
    return {wire_name(wire_of(case), name) for name in names}


def named(sent: Sent) -> set[str]:
    return {name for name in EVERY_CEILING if name in sent["body"]}


def ceilings(sent: Sent) -> set[int]:
    return {sent["body"][name] for name in named(sent)}


def is_streamed(sent: Sent) -> bool:
    return bool(sent["body"].get("stream"))


def is_streamed_by(case: Case) -> bool:
    return bool(case["chat_request"].get("stream"))


def has_turns(case: Case, sent: Sent) -> bool:
    return bool(sent["body"]["messages"] == case["chat_request"]["messages"])


def bearer(sent: Sent) -> str:
    return str(sent["headers"]["authorization"])


def honours(case: Case, sent: Sent) -> bool:
    """Say whether what is switched off is not asked for, and what is asked for is."""
    if case["endpoint"].get("customParams", {}).get("reasoningFormat") == "disabled":
        return THOUGHT.isdisjoint(sent["body"])
    asked = case["chat_request"]
    return has_all(sent, {name: asked[name] for name in case["params"] if name in asked})


SANER: Mapping[str, Check] = {
    r"send (\w+) (\d+)": lambda _, sent, said: sent["body"].get(said[1]) == int(said[2]),
    r"(?:send |max_tokens )?(\d+)": lambda _, sent, said: ceilings(sent) == {int(said[1])},
    r"(?:send )?(max_(?:completion_)?tokens)": lambda _, sent, said: named(sent) <= {said[1]},
    r"send seed": lambda _, sent, __: "seed" in sent["body"],
    r"send|send all|pass through|map|apply all": lambda case, sent, _: is_sent(case, sent),
    r"do not send": lambda case, sent, _: defined(case).isdisjoint(sent["body"]),
    r"drop (?:them|it|wire names|\w+)": lambda case, sent, _: dropped(case).isdisjoint(
        sent["body"]
    ),
    r"send nothing": lambda _, sent, __: THOUGHT.isdisjoint(sent["body"]),
    r"user value wins": lambda case, sent, _: has_all(sent, case["params"]),
    r"follow the caller": lambda case, sent, _: is_streamed(sent) is is_streamed_by(case),
    r"stream off": lambda _, sent, __: not is_streamed(sent),
    r"honour": lambda case, sent, _: honours(case, sent),
    r"ignore": lambda _, sent, __: "anthropic-version" in sent["headers"],
    r"refuse to drop model": lambda case, sent, _: sent["body"]["model"] == case["model"],
    r".* replace messages|keep the exchange": lambda case, sent, _: has_turns(case, sent),
    r".* replace the key": lambda case, sent, _: case["endpoint"]["apiKey"] in bearer(sent),
    r"explicit opt-in|stay on Chat.*": lambda _, sent, __: sent["url"].endswith(CHAT),
    r"detect": lambda case, sent, _: sent["url"] == case["endpoint"]["baseURL"],
    r"append the path before.*": lambda _, sent, __: f"{CHAT}?" in sent["url"],
    r"use as system message": lambda _, sent, __: sent["body"]["messages"][0]["role"] == "system",
    r"omit metadata": lambda _, sent, __: "metadata" not in sent["body"],
}
REFUSED = ("fail at load or omit the header", "decide and document")
"""What is said of files that are not used here."""


def test_what_the_vectors_think_saner_is_what_is_sent(shared: Path) -> None:
    told = json.loads((shared / "vectors" / "librechat-requests" / "requests.json").read_text())
    quirks = {case["id"]: case for case in told["cases"] if case.get("quirk", {}).get("saner")}
    assert len(quirks) > 40
    departed = {name for name, case in quirks.items() if not is_saner(case)}
    assert departed == {name for names in DEPARTED.values() for name in names}


def is_saner(case: Case) -> bool:
    """Say whether what is sent is as the case says it should be."""
    phrase, sent = case["quirk"]["saner"], play(case)
    if sent is None:
        return phrase in REFUSED
    for pattern, check in SANER.items():
        if said := re.fullmatch(pattern, phrase):
            return check(case, sent, said)
    return False
