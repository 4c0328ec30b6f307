"""When LibreChat makes a title, keeps it, tells it and charges for it, case by case, and we."""

import json
from collections.abc import Mapping
from pathlib import Path

import tests.calls.titles.test_titles as journeys
import tests.calls.titles.test_words as words
from endpoints_server.calls.answer.meter import seen_of
from endpoints_server.calls.call import Attempt
from endpoints_server.calls.settle import make_entry
from endpoints_server.domain.money.entry import Entry
from endpoints_server.domain.route import plan
from tests.calls.titles.cases import FOLDER, Json, compiled, title_call_of
from tests.upstreams.speech import OpenAIChat
from tests.web.site import Site

DIFFERENT: Mapping[str, str] = {
    "eligible-plain": "a title costs money, so it is made only where `titleConvo` is true",
    "charge-cache-details-dropped": "tokens read from a cache are told and charged as such",
    "charge-rates-of-chat-endpoint": "what is charged is what the endpoint that was asked takes",
}
SHOWN: Mapping[str, str] = {
    "not-eligible-existing-conversation": "test_a_later_exchange_gets_no_title",
    "final-not-after-stop": "test_an_exchange_that_fails_is_no_first_exchange",
    "immediate-stop-while-title-runs": "test_who_leaves_takes_the_title_along_and_may_come_again",
    "error-keeps-default": "test_a_title_that_fails_leaves_the_answer_alone",
    "no-user-text-with-files": "test_files_without_a_word_are_named",
    "cache-key": "test_t_07_a_title_is_told_to_its_own_person_alone",
}
"""Cases we agree with, and the test that shows it."""
TOLD_SOONER: Mapping[str, str] = dict.fromkeys(
    (
        *("poll-ready", "poll-ready-at-100", "poll-ready-at-600", "poll-ready-at-1600"),
        *("poll-ready-at-7600", "poll-never", "poll-twice", "cache-lifetime"),
    ),
    "test_librechats_page_asks_while_the_answer_is_on_its_way",
)
"""A title is told as soon as it is there, as often as it is asked for, for a day; that there will
be none is told at once, or after 20 seconds where it might still come."""
NOT_OURS: Mapping[str, str] = {
    "not-eligible-env-false": "the file alone says where titles are made",
    "not-eligible-env-other-word": "the file alone says where titles are made",
    "env-false-beats-config-true": "the file alone says where titles are made",
    "not-eligible-temporary": "a temporary conversation has no id here",
    "immediate-superseded-keeps-newer-cache": "there are no runs that replace each other",
    "immediate-saved-only-after-conversation-row": "conversations are not kept here",
}


def cases_of(shared: Path) -> list[Json]:
    """Read the cases."""
    cases: list[Json] = json.loads((shared / FOLDER / "title-flow.json").read_text())["cases"]
    return cases


def test_each_case_is_run_shown_or_none_of_ours(shared: Path) -> None:
    run = {each["id"] for each in cases_of(shared) if is_run(each)}
    others = [*SHOWN, *TOLD_SOONER, *NOT_OURS]
    assert sorted([*run, *others]) == sorted(each["id"] for each in cases_of(shared))
    assert run >= set(DIFFERENT)
    for name in {*SHOWN.values(), *TOLD_SOONER.values()}:
        assert hasattr(journeys, name) or hasattr(words, name)


def is_run(case: Json) -> bool:
    """Say whether a case is decided by code that runs here."""
    return case["id"] not in {**SHOWN, **TOLD_SOONER, **NOT_OURS}


async def test_each_case_that_is_run_comes_to_what_librechat_says(shared: Path) -> None:
    for case in filter(is_run, cases_of(shared)):
        assert (await is_alike(case)) is (case["id"] not in DIFFERENT), case["id"]


async def is_alike(case: Json) -> bool:
    """Say whether we come to the same."""
    match case["kind"]:
        case "timing":
            return timing_of(case) == str(case["expect"]["timing"])
        case "eligibility":
            is_on = rules_of({"titleConvo": case["given"]["titleConvo"]})
            return is_on is case["expect"]["title_requested"]
        case "charge":
            return is_charged_alike(case["expect"], await charged(case["given"]))
        case _:
            raise AssertionError(case["kind"])


def entry_of(more: Json) -> Json:
    """Complete an endpoint of a case."""
    usual = {"apiKey": "k", "baseURL": "https://a.test/v1", "models": {"default": ["m"]}}
    return usual | {name: value for name, value in more.items() if value is not None}


def timing_of(case: Json) -> str:
    """Give the timing of the endpoint that a case asks about."""
    endpoints = case["given"]["endpoints"]
    catalog = compiled([entry_of(each) for each in endpoints["custom"]], endpoints.get("all"))
    endpoint = plan(catalog, "m", case["given"]["endpoint"]).routes[0].endpoint
    return endpoint.titles.timing


def rules_of(more: Json) -> bool:
    """Say whether titles are made."""
    return compiled([entry_of({"name": "A"} | more)], None).endpoints[0].titles.is_on


async def charged(given: Json) -> Entry:
    """Give the entry of a case's title."""
    model = given["title_model"]
    named = {"name": "A"} | given.get("chat_endpoint", {})
    entry = entry_of(named) | {"titleConvo": True, "titleModel": model}
    others: list[Json] = []
    if "titleEndpoint" in given:
        entry["titleEndpoint"] = given["titleEndpoint"]
        rates = given["B_tokenConfig"]
        others = [entry_of({"name": given["titleEndpoint"], "tokenConfig": rates})]
    catalog = compiled([entry, *others], None)
    case = {"chat_model": "m", "assistant_parts": [], "user_text": "Hi"}
    call = await title_call_of(case, catalog)
    usage = given.get("usage", {"prompt_tokens": 50, "completion_tokens": 5})
    reply = call.wire_out.read_reply(OpenAIChat(model).whole(usage={"usage": usage}))
    attempt = Attempt(call=call, seen=seen_of(reply))
    return make_entry(Site().exchange, attempt, None, 200)


def is_charged_alike(expect: Json, entry: Entry) -> bool:
    """Compare an entry with what a case says of it."""
    if "rates" in expect:
        rates = expect["rates"]
        assert entry.rates is not None
        return (entry.rates.input, entry.rates.output) == (rates["prompt"], rates["completion"])
    assert entry.operation == expect["context"] == "title"
    assert entry.model == expect.get("model", entry.model)
    tokens = (entry.usage.input, entry.usage.output)
    return tokens == (expect["input_tokens"], expect["output_tokens"])
