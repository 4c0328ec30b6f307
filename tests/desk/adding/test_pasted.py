"""The text that somebody pasted becomes a proposal, and no key in it is ever told."""

import json
from pathlib import Path
from typing import Any

import pytest

from endpoints_server.desk.adding.pasted import Pasted, from_example
from endpoints_server.desk.adding.proposal import Wish
from endpoints_server.desk.adding.words import ERRORS, WARNINGS
from endpoints_server.domain.fault import Failed, Kind
from tests.desk.adding.test_example import served

SHORTEST_PIECE = 8
"""A run of a key that is so long is a part of it, and not a word that others have too."""


def cases(shared: Path) -> list[tuple[str, str, dict[str, Any], list[str]]]:
    """Give each example whole, with what is expected of it and the keys that are in it."""
    told = json.loads((shared / "vectors" / "parse-example" / "examples.json").read_text())
    return [(each["id"], *joined(each)) for each in told["cases"]]


def joined(case: dict[str, Any]) -> tuple[str, dict[str, Any], list[str]]:
    text = case["api_example"]
    secrets = {name: "".join(pieces) for name, pieces in case.get("secrets", {}).items()}
    for name, secret in secrets.items():
        text = text.replace(f"@@{name}@@", secret)
    return text, case["expect"], list(secrets.values())


def outcome(text: str) -> Pasted | Failed:
    try:
        return from_example(text, Wish(), ())
    except Failed as failed:
        return failed


def test_every_example_is_served_refused_or_told_to_be_none(shared: Path, measured: Any) -> None:
    served_count = 0
    for name, text, expect, _ in cases(shared):
        found = outcome(text)
        if expect.get("refuse"):
            assert isinstance(found, Failed), name
            assert (found.fault.kind, found.fault.code) == (Kind.FORBIDDEN, "key_in_example"), name
        elif expect.get("error"):
            assert isinstance(found, Failed), name
            assert found.fault.message == ERRORS[expect["error"]], name
        elif expect.get("missing"):
            assert isinstance(found, Pasted), name
            assert found.proposal.missing, name
        else:
            assert isinstance(found, Pasted), name
            assert served(found.proposal).models, name
            served_count += 1
    measured(f"examples: {served_count} texts are endpoints that can be served")


def test_no_part_of_a_key_is_in_what_is_said(shared: Path) -> None:
    for name, text, _, secrets in cases(shared):
        said = told(outcome(text))
        for secret in secrets:
            runs = range(max(len(secret) - SHORTEST_PIECE, 0) + 1)
            pieces = {secret[at : at + SHORTEST_PIECE] for at in runs}
            assert not [piece for piece in pieces if piece in said], name


def told(found: Pasted | Failed) -> str:
    return repr(found.fault) if isinstance(found, Failed) else repr(found)


def test_every_warning_has_words(shared: Path) -> None:
    codes = {code for _, _, expect, _ in cases(shared) for code in expect.get("warnings", ())}
    assert codes
    assert codes <= WARNINGS.keys()


@pytest.mark.parametrize(
    ("place", "wish", "name"),
    [
        ("https://api.mistral.ai/v1", Wish(), "MISTRAL_API_KEY"),
        ("https://gw.example/v1", Wish(name="My gateway"), "MY_GATEWAY_API_KEY"),
        ("https://gw.example/v1", Wish(), "GW_EXAMPLE_API_KEY"),
        ("https://gw.example/v1", Wish(name="Mistral"), "MISTRAL_OWN_API_KEY"),
    ],
)
def test_who_pasted_a_key_is_told_which_variable_to_set(place: str, wish: Wish, name: str) -> None:
    key = "sk-" + "q8Zt5Lw2Rk9Xv4Bn" + "7Yc1Md6Hs3Jf0Gp"
    text = (
        f"curl {place}/chat/completions -H 'Authorization: Bearer {key}' -d '{{\"model\":\"m\"}}'"
    )
    with pytest.raises(Failed) as caught:
        from_example(text, wish, ())
    assert f"environment variable {name}," in caught.value.fault.message
    again = from_example(text.replace(key, f"${name}").replace("'", '"', 2), wish, {name})
    assert again.proposal.entry["apiKey"] == f"${{{name}}}"
    assert again.proposal.notes == ()
