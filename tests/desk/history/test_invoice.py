"""Invoices: read from what providers export, and compared with what the ledger says."""

from decimal import Decimal

import pytest

from endpoints_server.desk.history.invoice.compare import (
    Along,
    Comparison,
    Tolerance,
    Verdict,
    plain,
)
from endpoints_server.desk.history.invoice.read import Line, read_invoice
from endpoints_server.desk.history.reconcile import Question, reconcile
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.money.entry import CostStatus, Entry
from endpoints_server.store.memory import open_memory
from tests.store.entries import DAY, NOON, entry

TODAY = NOON // DAY
BEGIN = TODAY * DAY // 1_000_000
USD = 10**9

FILES = {
    "OpenAI, cost": (
        "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,quantity,"
        "quantity_unit,line_item,user_id,api_key_id,project_id,organization_id\n"
        f'{BEGIN},{BEGIN + 86400},,,0.06,usd,9,tokens,"gpt-4o-2024-08-06, input",,,,org\n'
        f"{BEGIN},{BEGIN + 86400},,,,,,,,,,,\n",
        [(TODAY, "gpt-4o-2024-08-06", Decimal("0.06")), (TODAY, "", None)],
    ),
    "OpenAI, activity": (
        "start_time,num_model_requests,input_tokens,output_tokens,model\n"
        f"{BEGIN},2,100,20,gpt-4o-2024-08-06\n",
        [(TODAY, "gpt-4o-2024-08-06", Decimal(120))],
    ),
    "Anthropic, cost": (
        "usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,"
        "list_price_usd,cost_type,inference_geo,speed\n"
        "2026-11-21,Claude Haiku 4.5,Default,k,message,≤ 200k,output,0.19,0.19,token,global,\n",
        [(TODAY, "Claude Haiku 4.5", Decimal("0.19"))],
    ),
    "Anthropic, usage": (
        "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,"
        "usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,"
        "usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens\n"
        '2026-11-21,claude-opus-4-5-20251101,k,Default,standard,≤ 200k,"1,000",2,3,4,5\n',
        [(TODAY, "claude-opus-4-5-20251101", Decimal(1014))],
    ),
    "OpenRouter, activity call by call": (
        "generation_id,created_at,cost_total,tokens_prompt,tokens_completion,model_permaslug\n"
        "gen-1,2026-11-20 23:59:59,0.000123,5,6,anthropic/claude-4.5-opus-20251101\n",
        [(TODAY - 1, "anthropic/claude-4.5-opus-20251101", Decimal("0.000123"))],
    ),
    "OpenRouter, activity day by day": (
        "Date,Slug,Usage,BYOK Usage,Requests,Prompt Tokens,Completion Tokens,Reasoning Tokens\n"
        '"2026-11-21 00:00:00","anthropic/claude-opus-4.5","430.07","0","9","1","2","3"\n',
        [(TODAY, "anthropic/claude-opus-4.5", Decimal("430.07"))],
    ),
}


@pytest.mark.parametrize("title", FILES)
def test_what_a_provider_exports_is_known_by_its_columns(title: str) -> None:
    text, expected = FILES[title]
    invoice = read_invoice("\ufeff" + text, {})
    assert invoice.title == title
    assert [(line.day, line.model, line.amount) for line in invoice.lines] == expected


def test_of_another_file_it_is_said_where_things_stand() -> None:
    text = "Tag,Modell,Ein,Aus,Betrag\n2026-11-21T01:00:00+02:00,small,1,2,$ 1.50\n"
    said = {"day": "Tag", "model": "Modell", "cost": "Betrag"}
    (line,) = read_invoice(text, said).lines
    expected = Line(day=TODAY - 1, model="small", amount=Decimal("1.50"), slack=Decimal("0.005"))
    assert line == expected
    said = {"day": "Tag", "tokens": "Ein+Aus"}
    invoice = read_invoice(text, said)
    assert (invoice.unit, invoice.lines[0].amount) == ("tokens", Decimal(3))


@pytest.mark.parametrize(
    ("text", "said", "words"),
    [
        ("", {}, "The file is empty"),
        ("\n , \n", {}, "The file is empty"),
        ("a,b\n1,2\n", {}, "--column day=NAME"),
        ("a,b\n1,2\n", {"day": "c", "cost": "b"}, "no column 'c'"),
        ("day,cost\n", {"day": "day", "cost": "cost"}, "no rows"),
        ("day,cost\n21/11/2026,2\n", {"day": "day", "cost": "cost"}, "Line 2 cannot be read"),
        ("day,cost\n2026-11-21,two\n", {"day": "day", "cost": "cost"}, "Line 2 cannot be read"),
        ("day,cost\n2026-11-21,NaN\n", {"day": "day", "cost": "cost"}, "'NaN' is no amount"),
        ("day,cost\n2026-11-21\n", {"day": "day", "cost": "kost"}, "no column 'kost'"),
        ("day,cost\n2026-11-21\n", {"day": "day", "cost": "cost"}, "before the column 'cost'"),
        ("day,cost\n2026-11-21,1,234.50\n", {"day": "day", "cost": "cost"}, "more cells"),
        ("day,cost,cost\n2026-11-21,1,2\n", {"day": "day", "cost": "cost"}, "several columns"),
        ('day,cost\n2026-11-21,"1\n', {"day": "day", "cost": "cost"}, "Line 2 cannot be read"),
        ("day,cost\n0001-01-01T00:00+05:00,1\n", {"day": "day", "cost": "cost"}, "is no day"),
        (
            "start_time,amount_value,amount_currency,line_item\n1763683200,1,eur,gpt-4o\n",
            {},
            "is in 'eur', not in USD",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(
    text: str, said: dict[str, str], words: str
) -> None:
    with pytest.raises(Failed) as failed:
        read_invoice(text, said)
    assert words in failed.value.fault.message


@pytest.mark.parametrize(
    ("divider", "amount", "expected"),
    [
        (",", "1,234,567.50", "1234567.50"),
        (",", "$-1.50", "-1.50"),
        (",", "(0.10)", "-0.10"),
        (",", "2.5e-05 USD", "0.000025"),
        (";", "1.234,50", "1234.50"),
        (";", "0,05", "0.05"),
        (";", "-0.05", "-0.05"),
        ("\t", "12", "12"),
    ],
)
def test_an_amount_is_read_as_it_is_written(divider: str, amount: str, expected: str) -> None:
    cells = (("day", "cost"), ("2026-11-21", f'"{amount}"'))
    text = "\n".join(map(divider.join, cells))
    (line,) = read_invoice(text, {"day": "day", "cost": "cost"}).lines
    assert line.amount == Decimal(expected)


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        (("1,234", "1,234.50"), ("1234", "1234.50")),
        (("1,234", "12,345,678"), ("1234", "12345678")),
        (("1,234", "0.05"), ("1234", "0.05")),
        (("1,234", "1,5"), ("1.234", "1.5")),
        (("1,234", "(0,125)"), ("1.234", "-0.125")),
        (("1.234", "1.234,50"), ("1234", "1234.50")),
        (("1.234", "2,5e-05", "2.345.678"), ("1234", "0.000025", "2345678")),
        (("1.234", "12"), ("1.234", "12")),
        (("0.05", "0,05", "12"), ("0.05", "0.05", "12")),
    ],
)
@pytest.mark.parametrize("divider", [";", "\t"])
def test_how_marks_are_meant_is_told_by_all_amounts_of_a_file(
    divider: str, amounts: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert amounts_of(divider, *amounts) == [Decimal(each) for each in expected]
    assert amounts_of(divider, *amounts[::-1]) == [Decimal(each) for each in expected[::-1]]


@pytest.mark.parametrize(
    ("amounts", "line"),
    [(("12", "1,234"), 3), (("1,234", "1.234"), 2), (("0.5", "0,5", "1.234"), 4)],
)
def test_an_amount_that_may_be_thousands_or_not_is_refused(
    amounts: tuple[str, ...], line: int
) -> None:
    with pytest.raises(Failed) as failed:
        amounts_of("\t", *amounts)
    message = failed.value.fault.message
    assert message.startswith(f"Line {line} cannot be read: an amount is 1")
    assert "--decimal point, or --decimal comma" in message


@pytest.mark.parametrize(("decimal", "expected"), [(".", "1234"), (",", "1.234")])
def test_how_marks_are_meant_can_be_said(decimal: str, expected: str) -> None:
    assert amounts_of("\t", "1,234", decimal=decimal) == [Decimal(expected)]
    with pytest.raises(Failed) as failed:
        amounts_of("\t", "1.234,5" if decimal == "." else "1,234.5", decimal=decimal)
    example = "1,234.50" if decimal == "." else "1.234,50"
    assert f"is no amount such as {example}." in failed.value.fault.message


@pytest.mark.parametrize("tokens", ["1,234", "1.234", "1234"])
def test_tokens_have_no_fractions(tokens: str) -> None:
    text = f"day\ttokens\n2026-11-21\t{tokens}\n"
    (line,) = read_invoice(text, {"day": "day", "tokens": "tokens"}).lines
    assert line.amount == 1234


def amounts_of(divider: str, *amounts: str, **said: str) -> list[Decimal | None]:
    rows = ("day", "cost"), *(("2026-11-21", amount) for amount in amounts)
    text = "\n".join(map(divider.join, rows))
    return [
        line.amount for line in read_invoice(text, {"day": "day", "cost": "cost", **said}).lines
    ]


@pytest.mark.parametrize(
    "amount",
    ["0,05", "0,123", "1.234,50", "12,34", "1e999999", "1_000", "٣", "€5", ".", "-", "e5", "--1"],
)
def test_an_amount_that_could_mean_something_else_is_refused(amount: str) -> None:
    with pytest.raises(Failed) as failed:
        read_invoice(f'day,cost\n2026-11-21,"{amount}"\n', {"day": "day", "cost": "cost"})
    assert f"'{amount}' is no amount such as" in failed.value.fault.message


async def test_an_invoice_of_thousands_of_years_is_held_against_the_days_there_are() -> None:
    text = bill("0001-01-01,small,0", "9999-12-31,small,0", "2026-11-21,small,0.01")
    comparison = await held_against(text, entry("1", started_at=NOON, **usd("0.01")))
    assert comparison.total.ledger == comparison.total.invoice == Decimal("0.01")


def test_models_in_other_scripts_are_told_apart() -> None:
    assert plain("通义千问") != plain("文心一言")


@pytest.mark.parametrize(
    "names",
    [
        ("Claude Haiku 4.5", "claude-haiku-4-5", "claude-haiku-4-5-20251001", "a/claude-4.5-haiku"),
        ("gpt-4o-2024-08-06", "gpt-4o", "openai/gpt-4o", "GPT-4o"),
        ("Claude 3.5 Sonnet 2024-10-22", "claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022"),
    ],
)
def test_a_model_is_known_however_it_is_spelt(names: tuple[str, ...]) -> None:
    assert len({plain(name) for name in names}) == 1
    assert plain("gpt-4o") not in {plain("gpt-4o-mini"), plain("gpt-4.1")}
    assert plain("gpt-5.4") != plain("gpt-4.5")


def bill(*rows: str) -> str:
    return "\n".join(("Date,Slug,Usage", *rows))


async def held_against(text: str, *entries: Entry, **asked: object) -> Comparison:
    store = open_memory()
    for one in entries:
        await store.ledger.record(one)
    question = Question(**asked)  # type: ignore[arg-type]
    return await reconcile(store.history, read_invoice(text, {}), question)


def usd(amount: str, **fields: object) -> dict[str, object]:
    return {"cost_nano_usd": int(Decimal(amount) * USD), **fields}


async def test_an_invoice_that_agrees_is_within() -> None:
    text = bill("2026-11-21,mistral-small,3.00", "2026-11-21,large,1.000000")
    compared = await held_against(
        text,
        entry("a", **usd("1.000")),
        entry("b", **usd("2.004")),
        entry("c", model="large", **usd("1")),
        entry("own", credential="user", **usd("7")),
        entry("before", started_at=NOON - DAY, **usd("7")),
    )
    assert compared.is_within
    assert [(row.place[Along.MODEL], row.verdict) for row in compared.rows] == [
        ("large", Verdict.WITHIN),
        ("mistral-small", Verdict.WITHIN),
    ]
    assert (compared.total.ledger, compared.total.invoice) == (Decimal("4.004"), Decimal(4))


async def test_what_is_not_in_one_of_the_two_is_outside() -> None:
    compared = await held_against(
        bill("2026-11-21,large,1.000000"), entry("a", **usd("1")), along=(Along.DAY, Along.MODEL)
    )
    assert not compared.is_within
    rows = {row.place[Along.MODEL]: (row.ledger, row.invoice) for row in compared.rows}
    one, none = Decimal(1), Decimal(0)
    assert rows == {"mistral-small": (one, none), "large": (none, one)}
    assert {row.verdict for row in compared.rows} == {Verdict.OUTSIDE}
    assert compared.total.verdict is Verdict.WITHIN


@pytest.mark.parametrize(("billed", "is_within"), [("10.49", True), ("10.61", False)])
async def test_estimates_may_be_off_by_their_share(billed: str, is_within: bool) -> None:
    estimate = usd("10", cost_status=CostStatus.ESTIMATED)
    text = bill(f"2026-11-21,mistral-small,{billed}")
    exactly = Tolerance(share=Decimal(0))
    assert (await held_against(text, entry("a", **estimate), tolerance=exactly)).is_within is (
        is_within
    )
    assert not (await held_against(text, entry("a", **usd("10")), tolerance=exactly)).is_within


async def test_without_a_price_nothing_can_be_said() -> None:
    unpriced = {"rates": None, "cost_nano_usd": None, "cost_status": CostStatus.UNPRICED}
    compared = await held_against(bill("2026-11-21,mistral-small,1"), entry("a", **unpriced))
    assert compared.total.verdict is Verdict.UNPRICED
    assert not compared.is_within


async def test_an_answer_of_a_model_nobody_asked_for_is_billed_under_its_own_name() -> None:
    routed = entry("a", model="auto", answered_model="gpt-4o-2024-08-06", **usd("1"))
    assert (await held_against(bill("2026-11-21,openai/gpt-4o,1.0"), routed)).is_within
    named = await held_against(bill("2026-11-21,The best,1.0"), routed, models={"The best": "auto"})
    assert named.is_within


async def test_an_invoice_is_for_endpoints_that_are_named() -> None:
    recorded = (entry("a", **usd("1")), entry("b", endpoint="Groq", **usd("2")))
    text = bill("2026-11-21,mistral-small,1.0")
    with pytest.raises(Failed) as failed:
        await held_against(text, *recorded)
    assert "'Groq', 'Mistral'" in failed.value.fault.message
    assert (await held_against(text, *recorded, endpoints=("mistral",))).is_within
    with pytest.raises(Failed) as failed:
        await held_against(text, *recorded, endpoints=("Acme",))
    assert "No call went to 'acme'" in failed.value.fault.message
    with pytest.raises(Failed) as failed:
        await held_against(text, endpoints=("Acme",))
    assert failed.value.fault.message == "No call went to 'acme' in these days, nor to any other."


async def test_tokens_are_compared_where_there_are_no_amounts() -> None:
    text = "start_time,input_tokens,output_tokens,model\n" + f"{BEGIN},1200,50,mistral-small\n"
    compared = await held_against(text, entry("a"))
    assert (compared.unit, compared.is_within) == ("tokens", True)
    assert not (await held_against(text, entry("a"), entry("b"))).is_within
