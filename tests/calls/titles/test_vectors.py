"""LibreChat's own verdicts on titles, case by case; where ours differs, the reason stands here."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from endpoints_server.calls.call import Call
from endpoints_server.calls.outgoing import outgoing
from endpoints_server.calls.titles.ask import CEILING_TOKENS
from endpoints_server.calls.titles.clean import title_of
from tests.calls.titles.cases import FOLDER, Json, compiled, title_call_of, user_text
from tests.vectors.requests import CLIENT_HEADERS, is_poured

Reasons = Mapping[str, Iterable[str]]
CEILINGS = ("max_tokens", "max_completion_tokens")

# Of every request: a title is asked for with a ceiling of our own, and without the person's id,
# which nobody told us to pass on.
DIFFERENT: Reasons = {
    "a title costs money, so it is made only where `titleConvo` is true": [
        "t-default-absent-titleConvo-still-titles"
    ],
    "settings are merged key by key": [
        "t-all-present-but-empty-hides-endpoint-settings",
    ],
    "a title is never asked for without the conversation": ["t-titlePrompt-without-placeholder"],
    "what is no text leaves no empty line": ["t-final-timing-nontext-parts-become-empty-lines"],
    "tools and the web have no business in a title": [
        "t-addParams-web_search-switches-to-responses"
    ],
    "the ceiling is ours, however another one is spelled": [
        "t-addParams-maxCompletionTokens-kept",
    ],
    "what a model writes around a title is taken off": [
        "a-title-prefix-kept",
        "a-think-unclosed-kept",
    ],
    "where nothing is left there is no title": ["a-empty", "a-only-think"],
    "what is no JSON is the title itself, and nothing is asked again": [
        "a-structured-invalid-json"
    ],
}
ELSEWHERE = {"a-http-404-two-attempts": "one try: test_titles.py, a model that is not there"}
IMPLIED = "t-default-absent-titleConvo-still-titles"
"""The one case that is about the absence of `titleConvo`; for all others it is switched on."""


async def test_each_title_request_and_each_title_is_librechats(shared: Path) -> None:
    cases = json.loads((shared / FOLDER / "titles.json").read_text())["cases"]
    found = {case["id"]: await differences(case) for case in cases if case["id"] not in ELSEWHERE}
    listed = {name for names in DIFFERENT.values() for name in names}
    assert {name: told for name, told in found.items() if bool(told) != (name in listed)} == {}
    assert len(found) + len(ELSEWHERE) == len(cases) == 56


def test_titles_are_made_where_the_file_says_so() -> None:
    for value, is_on in ((True, True), (False, False), (None, False)):
        endpoint: Json = {"name": "A", "apiKey": "k", "baseURL": "https://a.test/v1"}
        entry = endpoint | {"models": {"default": ["m"]}}
        if value is not None:
            entry["titleConvo"] = value
        assert compiled([entry], None).endpoints[0].titles.is_on is is_on


async def differences(case: Json) -> list[str]:
    """Name what we do otherwise than a case says."""
    expect = case["expect"]
    entry = case["endpoint"]
    if case["id"] != IMPLIED:
        entry = {"titleConvo": True} | entry
    others = case.get("other_endpoints", [])
    catalog = compiled([entry, *others], case.get("endpoints_all"))
    if catalog.endpoints[0].titles.is_on == expect.get("skipped", False):
        return ["whether it is made"]
    if expect.get("skipped"):
        return []
    call = await title_call_of(case, catalog)
    found = list(request_differences(call, expected(case), user_text(case)))
    title = title_of(call.wire_out.read_reply(reply_of(case, call)))
    return found if title == expect.get("title") else [*found, "the title"]


def expected(case: Json) -> Json:
    """Give the request that LibreChat sends, without what it adds as a client."""
    request: Json = case["expect"]["request"]
    entries = [case["endpoint"], *case.get("other_endpoints", [])]
    configured = {name.lower() for entry in entries for name in entry.get("headers", {})}
    headers = {
        name: value
        for name, value in request["headers"].items()
        if name in configured or not CLIENT_HEADERS.fullmatch(name)
    }
    body = dict(request["body"])
    if is_poured(case["endpoint"]):
        body.pop("maxOutputTokens", None)
    return request | {"headers": headers, "body": body}


def request_differences(call: Call, expect: Json, said: str) -> Iterator[str]:
    """Name what of a request is otherwise."""
    sent, _ = outgoing(call)
    if sent.url != expect["url"]:
        yield f"url {sent.url}"
    for name, value in expect["headers"].items():
        if sent.headers.get(name) != value:
            yield f"header {name}"
    ours, theirs = json.loads(sent.body), dict(expect["body"])
    theirs.pop("user", None)
    ceilings = [ours.pop(name) for name in CEILINGS if name in ours]
    assert ceilings == [CEILING_TOKENS]
    if expect["url"].endswith("/messages"):
        theirs.pop("max_tokens")
        theirs.pop("metadata")
    if not ours.get("stream") and theirs.get("stream") is False:
        ours["stream"] = False
    for name in ours.keys() | theirs.keys():
        if not is_alike(ours.get(name), theirs.get(name), said):
            yield f"{name}: {ours.get(name)}"


def is_alike(ours: object, theirs: object, said: str) -> bool:
    """Compare with a case's tokens: any text, a built-in prompt, the user's text."""
    match theirs:
        case {"$any_text": _}:
            return isinstance(ours, str) and bool(ours)
        case {"$prompt": _, "convo": str(convo)}:
            talk = convo.replace("<<USER_TEXT>>", said)
            return isinstance(ours, str) and ours.endswith(talk) and len(ours) > len(talk)
        case dict() if isinstance(ours, dict):
            wanted = {name: value for name, value in theirs.items() if value != ""}
            return ours.keys() == wanted.keys() and all(
                is_alike(ours[name], wanted[name], said) for name in wanted
            )
        case list() if isinstance(ours, list):
            pairs = zip(ours, theirs, strict=False)
            return len(ours) == len(theirs) and all(is_alike(a, b, said) for a, b in pairs)
        case _:
            return ours == theirs


def reply_of(case: Json, call: Call) -> bytes:
    """Write what the upstream answers."""
    upstream = case["upstream"]
    structured = upstream.get("or_structured")
    is_tool = bool(json.loads(call.body).get("tools"))
    is_shaped = is_tool or "response_format" in json.loads(call.body)
    text = json.dumps(structured) if is_shaped and structured else upstream["content"]
    if call.wire_out.name == "anthropic_messages":
        part = {"type": "text", "text": text}
        return json.dumps(
            {"type": "message", "id": "m", "role": "assistant", "model": "m", "content": [part]}
            | {"stop_reason": "end_turn", "usage": {"input_tokens": 1, "output_tokens": 1}}
        ).encode()
    message: Json = {"role": "assistant", "content": text}
    if is_tool:
        function = {"name": "extract", "arguments": text}
        message |= {"content": None}
        message |= {"tool_calls": [{"id": "t", "type": "function", "function": function}]}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return json.dumps({"id": "x", "model": "m", "choices": [choice]}).encode()
