"""One line for each call, the same fields on each, and no secret on any line."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import cast

import pytest
import structlog
from msgspec.structs import replace

from endpoints_server.domain.money.entry import CostStatus, Entry, Outcome, UsageStatus
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.people.access_key import RANDOM_BYTES, make_key
from endpoints_server.domain.report import Report
from endpoints_server.domain.secret import Secret
from endpoints_server.log import call_line
from endpoints_server.log import output as log

CANARY = "c4n4ryZk39dQpLw8"
PLAIN_CANARY = "just-some-words-nobody-would-know"
"""A secret that looks like nothing, and is only found because it is known."""

ENTRY = Entry(
    id="entry-1",
    request_id="call-1",
    started_at=1,
    took=1_500_000,
    first_byte_took=250_000,
    person_id="ada",
    key_id="key-1",
    endpoint="Demo",
    model="demo-chat",
    wire_in="openai_chat",
    wire_out="anthropic_messages",
    is_stream=True,
    outcome=Outcome.DELIVERED,
    status=200,
    stop="end",
    usage=Usage(input=10, output=20),
    usage_status=UsageStatus.REPORTED,
    cost_nano_usd=1_234_500,
    cost_status=CostStatus.EXACT,
    config="abc",
)
REPORT = Report(
    request_id="call-1",
    wire="openai_chat",
    status=200,
    took_seconds=1.5,
    overhead_seconds=0.001,
    person_id="ada",
    key_id="key-1",
    entry=ENTRY,
)
REFUSAL = Report(
    request_id="call-2",
    wire="openai_chat",
    status=401,
    took_seconds=0.001,
    fault="unauthenticated",
    who="caller",
)


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    handlers, level = logging.root.handlers[:], logging.root.level
    taken = io.StringIO()
    yield taken
    log.configure()
    log.hide(())
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_call_leaves_one_line_with_what_the_ledger_knows(stream: io.StringIO) -> None:
    log.configure("info", "json", stream)
    call_line.log_calls([REPORT])
    (line,) = lines(stream)
    assert line["event"] == "call"
    assert line["request_id"] == "call-1"
    assert (line["endpoint"], line["model"]) == ("Demo", "demo-chat")
    assert (line["wire"], line["wire_out"]) == ("openai_chat", "anthropic_messages")
    assert (line["took_seconds"], line["first_byte_seconds"]) == (1.5, 0.25)
    assert cast("dict[str, int]", line["tokens"])["output"] == 20
    assert (line["cost_usd"], line["cost_status"]) == ("0.0012345", "exact")


def test_every_call_has_the_same_fields_refused_ones_too(stream: io.StringIO) -> None:
    log.configure("info", "json", stream)
    call_line.log_calls([REPORT, REFUSAL])
    delivered, refused = lines(stream)
    assert list(delivered) == list(refused)
    assert (refused["outcome"], refused["fault"], refused["who"]) == (
        "refused",
        "unauthenticated",
        "caller",
    )


def test_a_call_that_broke_is_a_warning_and_is_never_left_out(stream: io.StringIO) -> None:
    log.configure("warning", "json", stream)
    broken = replace(ENTRY, outcome=Outcome.FAILED, status=502)
    call_line.log_calls([REPORT, replace(REPORT, status=502, entry=broken)])
    (line,) = lines(stream)
    assert (line["level"], line["outcome"]) == ("warning", "failed")


def test_a_call_at_a_terminal_fits_its_line_and_says_what_it_cost(stream: io.StringIO) -> None:
    log.configure("info", "console", stream)
    call_line.log_calls([REPORT])
    (line,) = stream.getvalue().splitlines()
    assert "model=demo-chat" in line
    assert "tokens=10+20" in line
    assert "cost=$0.0012345" in line


def test_the_detail_of_a_fault_is_scrubbed_on_the_line_of_its_call(stream: io.StringIO) -> None:
    log.configure("info", "json", stream)
    log.hide([Secret(PLAIN_CANARY)])
    call_line.log_calls(
        [replace(REFUSAL, detail=f"sent Bearer {CANARY} and {PLAIN_CANARY} \ud800")]
    )
    assert CANARY not in stream.getvalue()
    assert PLAIN_CANARY not in stream.getvalue()


@pytest.mark.parametrize("form", ["json", "console"])
def test_an_event_holds_no_secret_wherever_one_was_planted(
    stream: io.StringIO, form: log.Format
) -> None:
    key = make_key(bytes(range(RANDOM_BYTES))).reveal()
    log.configure("debug", form, stream)
    log.hide([Secret(PLAIN_CANARY)])
    logger = log.logger("upstream")
    logger.info(
        "sent", headers={"Authorization": f"Bearer {CANARY}", b"x-api-key": CANARY.encode()}
    )
    logger.info("sent", headers=[("x-api-key", CANARY), (b"cookie", f"a=b; s={CANARY}".encode())])
    logger.info("asked", url=f"https://u:{CANARY}@host/v1?key={CANARY}", api_key=CANARY)
    logger.info("took", body=f'{{"apiKey": "{CANARY}"}}'.encode(), known=PLAIN_CANARY.encode())
    logger.info(key, deep={"a": [{"b": ({"password": CANARY},)}]}, it=Secret(CANARY))
    logger.info("odd", error=ValueError(f"no sk-{CANARY}"), many={PLAIN_CANARY})
    text = stream.getvalue()
    assert len(text.splitlines()) == 6
    assert CANARY not in text
    assert PLAIN_CANARY not in text
    assert key not in text


@pytest.mark.parametrize("form", ["json", "console"])
def test_an_exception_shows_neither_its_variables_nor_a_secret_in_its_words(
    stream: io.StringIO, form: log.Format
) -> None:
    log.configure("info", form, stream)
    log.hide([Secret(PLAIN_CANARY)])

    def fail(credential: str) -> None:
        local = credential + "-as-a-variable"
        raise RuntimeError(f"refused {PLAIN_CANARY} for Bearer {CANARY}{len(local)}")

    try:
        fail("another-that-nothing-gives-away")
    except RuntimeError:
        log.logger("calls").exception("broke")
        logging.getLogger("uvicorn.error").exception("broke")
    text = stream.getvalue()
    assert text.count("RuntimeError: refused") == 2
    assert CANARY not in text
    assert PLAIN_CANARY not in text
    assert "another-that-nothing-gives-away-as-a-variable" not in text


def test_the_lines_of_libraries_take_the_same_form(stream: io.StringIO) -> None:
    log.configure("debug", "json", stream)
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)
    logging.getLogger("asyncio").error("lost sk-%s", CANARY)
    started, lost = lines(stream)
    assert started["event"] == "Started server process [7]"
    assert (started["level"], started["logger"]) == ("info", "uvicorn.error")
    assert CANARY not in str(lost["event"])


def test_libraries_are_heard_only_when_they_warn(stream: io.StringIO) -> None:
    log.configure("info", "json", stream)
    logging.getLogger("library").info("setting up plugins")
    logging.getLogger("library").warning("lost the connection")
    log.logger("ours").info("ready")
    assert [line["event"] for line in lines(stream)] == ["lost the connection", "ready"]


def test_a_line_within_a_call_carries_its_id(stream: io.StringIO) -> None:
    log.configure("info", "json", stream)
    token = log.call_id.set("call-9")
    log.logger("store").warning("slow")
    logging.getLogger("library").warning("slow")
    log.call_id.reset(token)
    log.logger("store").warning("slow")
    assert [line.get("request_id") for line in lines(stream)] == ["call-9", "call-9", None]


def test_what_json_cannot_say_is_written_all_the_same(stream: io.StringIO) -> None:
    log.configure("info", "json", stream)
    endless: dict[str, object] = {}
    endless["self"] = endless
    log.logger("x").info("odd", big=2**80, half="\ud800", endless=endless, raw=b"\xff", at=object)
    (line,) = lines(stream)
    assert line["big"] == str(2**80)
    assert line["half"] == "?"


def test_a_stream_that_is_gone_takes_no_call_down(stream: io.StringIO) -> None:
    log.configure("info", "json", stream)
    stream.close()
    call_line.log_calls([REPORT])
    log.logger("x").info("unheard")
    assert stream.closed


def test_a_crash_leaves_no_secret_behind() -> None:
    script = f"""
import threading
from endpoints_server.log import output as log
from endpoints_server.domain.secret import Secret
log.configure()
log.hide([Secret({PLAIN_CANARY!r})])
log.watch_crashes()
def fail():
    raise RuntimeError('refused {PLAIN_CANARY} and Bearer {CANARY}')
thread = threading.Thread(target=fail)
thread.start()
thread.join()
fail()
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 1
    assert done.stderr.count("RuntimeError: refused") == 2
    assert CANARY not in done.stderr
    assert PLAIN_CANARY not in done.stderr
