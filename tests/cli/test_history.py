"""The commands for what there was: exported, compared with invoices, purged."""

import asyncio
import csv
import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from endpoints_server.domain.money.tally import SHORTEST_DAYS
from endpoints_server.store.changes.port import Via, Wanted
from endpoints_server.store.open import open_store
from tests.cli.conftest import Command, variables
from tests.store.entries import DAY, NOON, entry

COST_USD = 0.000195


@pytest.fixture
def filled(command: Command, tmp_path: Path) -> Command:
    """A ledger with a few entries of long ago."""

    async def fill() -> None:
        store = await open_store(tmp_path / "data")
        for one in (
            entry("a", started_at=NOON - 400 * DAY, key_id="k"),
            entry("b", started_at=NOON - 400 * DAY, key_id="k"),
            entry("c", started_at=NOON - 399 * DAY, credential="user"),
            entry("d", started_at=NOON - 399 * DAY, model="=cmd()", losses=("seed", "top_k")),
        ):
            await store.ledger.record(one)
        await store.close()

    asyncio.run(fill())
    return command


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def test_every_attempt_is_exported(filled: Command) -> None:
    done = filled("ledger", "export")
    rows = rows_of(done.out)
    assert [row["id"] for row in rows] == ["d", "c", "b", "a"]
    assert rows[0]["model"] == "'=cmd()"  # no spreadsheet takes it for a formula
    assert rows[0]["losses"] == "seed top_k"
    assert (rows[3]["started_at"], rows[3]["cost_usd"]) == ("2025-10-17T12:00:00+00:00", "0.000195")
    assert (rows[3]["input_tokens"], rows[3]["is_stream"]) == ("1000", "false")
    listed = json.loads(filled("ledger", "export", "--json").out)
    assert [row["model"] for row in listed[:2]] == ["=cmd()", rows[1]["model"]]
    assert listed[1:] == rows[1:]
    assert json.loads(filled("ledger", "export", "--json", "--since", "2100-01-01").out) == []
    nothing = filled("ledger", "export", "--since", "2100-01-01")
    assert nothing.out.splitlines() == done.out.splitlines()[:1]
    some = filled("ledger", "export", "--since", "2025-10-18", "--user", "admin")
    assert [row["id"] for row in rows_of(some.out)] == ["d", "c"]


def test_an_export_that_finds_no_room_says_so(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "endpoints_server", "ledger", "export"],
            cwd=tmp_path,
            env=variables(tmp_path),
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=30,
            check=False,
        )
    assert (done.returncode, done.stderr.decode()) == (1, "error: No space left on device.\n")


def test_charges_are_exported_in_the_columns_of_focus(filled: Command) -> None:
    done = filled("ledger", "export", "--format", "focus", "--account", "Acme")
    rows = rows_of(done.out)
    assert len(rows) == 3
    first = rows[0]
    told = {
        "BillingAccountId": "Acme",
        "BillingCurrency": "USD",
        "BillingPeriodStart": "2025-10-01T00:00:00Z",
        "BillingPeriodEnd": "2025-11-01T00:00:00Z",
        "ChargePeriodStart": "2025-10-17T00:00:00Z",
        "ChargePeriodEnd": "2025-10-18T00:00:00Z",
        "ChargeCategory": "Usage",
        "BilledCost": "0.00039",
        "EffectiveCost": "0.00039",
        "ListCost": "0.00039",
        "ContractedCost": "0.00039",
        "ConsumedQuantity": "2500",
        "ConsumedUnit": "Tokens",
        "ServiceCategory": "AI and Machine Learning",
        "SubAccountId": "admin",
        "x_Attempts": "2",
    }
    assert {name: first[name] for name in told} == told
    own = next(row for row in rows if row["x_Credential"] == "user")
    assert (own["BilledCost"], own["ListCost"]) == ("0", "0.000195")
    assert json.loads(first["Tags"]) == {"key": "k", "operation": "chat"}
    nothing = filled("ledger", "export", "--format", "focus", "--since", "2100-01-01")
    assert nothing.out.splitlines() == done.out.splitlines()[:1]
    later = filled("ledger", "export", "--format", "focus", "--until", "2025-10-18")
    assert len(rows_of(later.out)) == 1


def test_an_invoice_is_held_against_the_ledger(filled: Command, tmp_path: Path) -> None:
    invoice = tmp_path / "invoice.csv"
    invoice.write_text("Date,Slug,Usage\n2025-10-17,mistral-small,0.000390\n")
    done = filled("ledger", "reconcile", str(invoice))
    assert done.code == 0, done.out + done.err
    assert "within the error bar" in done.out
    invoice.write_text("Date,Slug,Usage\n2025-10-17,mistral-small,0.000490\n")
    done = filled("ledger", "reconcile", str(invoice), "--by", "day", "--by", "model", "--json")
    told = json.loads(done.out)
    assert (done.code, told["is_within"], told["unit"]) == (1, False, "USD")
    (row,) = told["rows"]
    assert (row["day"], row["model"], row["verdict"]) == ("2025-10-17", "mistral-small", "outside")
    assert (row["ledger"], row["invoice"], row["difference"]) == ("0.00039", "0.00049", "-0.0001")
    for wrong in ("nan", "inf", "-1", "101", "x"):
        done = filled("ledger", "reconcile", str(invoice), "--tolerance", wrong)
        assert f"'{wrong}' is no number from 0 to 100" in done.err
    wide = filled("ledger", "reconcile", str(invoice), "--tolerance", "30")
    assert wide.code == 0


def test_a_wrong_word_about_an_invoice_is_told(filled: Command, tmp_path: Path) -> None:
    invoice = tmp_path / "invoice.csv"
    invoice.write_bytes(b"Date,Slug,Usage\n2025-10-17,mistral-small,\xff\n")
    assert "not in UTF-8" in filled("ledger", "reconcile", str(invoice)).err
    invoice.write_text("Tag,Betrag\n2025-10-17,0.00039\n")
    done = filled("ledger", "reconcile", str(invoice))
    assert (done.code, "--column day=NAME" in done.err) == (1, True)
    said = ("--column", "day=Tag", "--column", "cost=Betrag", "--by", "day")
    assert filled("ledger", "reconcile", str(invoice), *said).code == 0
    assert (
        "'when' is none of" in filled("ledger", "reconcile", str(invoice), "--column", "when=a").err
    )
    assert "NAME=VALUE" in filled("ledger", "reconcile", str(invoice), "--model", "a").err


def test_whether_a_comma_is_a_decimal_one_can_be_said(filled: Command, tmp_path: Path) -> None:
    invoice = tmp_path / "invoice.tsv"
    invoice.write_text("Date\tSlug\tUsage\n2025-10-17\tmistral-small\t1,234\n")
    done = filled("ledger", "reconcile", str(invoice))
    assert (done.code, "Line 2" in done.err, "--decimal comma" in done.err) == (1, True, True)
    for said, amount in (("comma", "1.234"), ("point", "1234")):
        told = filled("ledger", "reconcile", str(invoice), "--decimal", said, "--json")
        assert json.loads(told.out)["total"]["invoice"] == amount


def test_old_entries_are_purged_and_their_sums_stay(filled: Command) -> None:
    before = filled("usage", "--by", "day", "--json").out
    done = filled("ledger", "purge", "--before", "2025-10-18")
    assert (done.code, done.out) == (0, "2 entries of 1 days purged; they cost 0.00039 USD.\n")
    assert filled("usage", "--by", "day", "--json").out == before
    assert json.loads(before)["time_zone"] == "UTC"
    assert [row["id"] for row in rows_of(filled("ledger", "export").out)] == ["d", "c"]
    assert len(rows_of(filled("ledger", "export", "--format", "focus").out)) == 3
    assert filled("ledger", "verify").code == 0
    told = json.loads(filled("ledger", "purge", "--before", "2025-10-19", "--json").out)
    assert [(each["attempts"], each["reason"]) for each in told] == [(2, "ledger purge")]
    assert json.loads(filled("ledger", "purge", "--before", "2025-10-19", "--json").out) == []


def test_the_last_days_cannot_be_purged(filled: Command) -> None:
    done = filled("ledger", "purge", "--before", "30d")
    assert done.code == 1
    assert f"last {SHORTEST_DAYS} days" in done.err
    assert "--before" in filled("ledger", "purge").err


def test_usage_ends_where_it_is_told_to(filled: Command) -> None:
    done = filled("usage", "--since", "2025-10-17", "--until", "2025-10-18", "--json")
    assert json.loads(done.out)["total"]["attempts"] == 2


def test_what_is_changed_on_the_command_line_is_noted(command: Command, tmp_path: Path) -> None:
    assert command("user", "add", "ada").code == 0
    made = json.loads(command("key", "new", "--user", "ada", "--json").out)
    assert command("key", "revoke", made["id"]).code == 0

    async def noted() -> list[tuple[str, str]]:
        store = await open_store(tmp_path / "data")
        found = await store.changes.list_changes(Wanted())
        await store.close()
        return [(each.kind, each.actor.via) for each in found]

    assert asyncio.run(noted()) == [(kind, Via.COMMAND) for kind in ("key", "key", "user")]
