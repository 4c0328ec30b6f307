"""LibreChat's own verdicts, case by case; where ours differs, the reason stands beside it."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import reduce
from pathlib import Path
from typing import Any

from endpoints_server.config.expand import DENIED, expand
from endpoints_server.config.headers import PLACEHOLDERS, header_template
from endpoints_server.config.load import Loaded, load_bytes
from endpoints_server.config.parameters.sets import USUAL, known_sets
from endpoints_server.config.text.document import Source
from endpoints_server.config.text.flatten import read_document
from endpoints_server.config.text.scalar import Date
from endpoints_server.domain.header import Conversation, encode, render
from endpoints_server.domain.people.person import Person

Reasons = Mapping[str, Iterable[str]]

LEFT_OVER = re.compile("|".join(r"\{\{" + name + r"\}\}" for name in PLACEHOLDERS))
CREDENTIAL = re.compile(r"\{\{LIBRECHAT_OPENID_(?:ACCESS_|ID_)?TOKEN\}\}")

ENVIRON = {
    "ACME_KEY": "k",
    "KEY": "k",
    "URL": "https://u.test",
    "HOST": "h.test",
    "OPENROUTER_URL": "https://o.test",
}
MARKED = re.compile(r'\{"\$(?:number|timestamp)": "([^"]*)"\}')

EXPANDED_DIFFERENTLY: Reasons = {
    "`$$` is a dollar sign": ["extract.11"],
    "each of several variables is expanded": ["extract.29", "extract.30", "extract.31"],
    "`:-` gives a default": ["extract.48", "extract.50"],
}
HEADERS_DIFFERENTLY: Reasons = {
    "every field beyond Latin-1 is encoded, or the request would fail": [
        "user.role-beyond-latin1-not-encoded",
        "user.openidId-beyond-latin1-not-encoded",
    ],
    "a value that would break the line is not sent": ["user.name-with-newline"],
    "what is filled in is never looked at again": [
        "user.name-looks-like-body-template",
        "user.name-dollar-dollar",
    ],
}
HEADERS_NOT_PLAYED: Reasons = {
    "LibreChat gives variables to tool servers alone, never to endpoints": [
        "vars.simple",
        "vars.regex-chars-in-name",
        "vars.value-env-like",
        "vars.env-then-var",
    ],
    "it turns on the tokens of an OpenID session, and people call with keys here": [
        "oid.access",
        "oid.user-id-from-id-token",
        "oid.user-email-from-id-token",
        "oid.user-name-from-id-token",
        "oid.expires-at",
        "oid.user-id-without-id-token",
        "oid.user-name-falls-to-username",
        "oid.expires-in-30s-counts-as-expired",
        "oid.expires-in-31s-ok",
        "oid.expired-access-valid-id",
        "oid.valid-access-expired-id",
        "oid.id-expires-in-30s",
        "oid.id-without-exp",
    ],
}
ENTRIES_DIFFERENTLY: Reasons = {
    "an unknown key is an error, or an endpoint would vanish without a word": [
        "unknown-key.baseUrl-wrong-case",
    ],
    "LibreChat would drop such an endpoint later, without a word": [
        'name.shape.""',
        "apiKey.empty",
    ],
    "an address must be one": [
        "baseURL.ok",
        "baseURL.value.not a url",
        "baseURL.value.ftp://h.test",
        "baseURL.value./relative",
    ],
    "a list of nothing but an empty name serves no model": ["models.default-empty-string-item"],
    "no request could carry such a header": [
        "headers.value-crlf",
        "headers.name-empty",
        "headers.name-space",
        "headers.name-duplicate-case",
    ],
    "Google's own API is one that endpoints can speak here": ["provider.google"],
    "no JSON can hold infinity": ["addParams.number-inf"],
    "a negative rate would pay people for calling": ["tokenConfig.negative"],
}


def cases_of(shared: Path, name: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    vectors = json.loads((shared / "vectors" / "librechat-config" / name).read_text())
    assert vectors["cases"]
    return vectors, vectors["cases"]


def all_of(reasons: Reasons) -> set[str]:
    return {case for cases in reasons.values() for case in cases}


def load_value(value: object) -> Loaded:
    text = MARKED.sub(r"\1", json.dumps(value, ensure_ascii=False))
    return load_bytes(text.encode(), ENVIRON, "f.yaml")


def as_vector(value: object) -> object:
    match value:
        case Date(text):
            return {"$timestamp": f"{text}T00:00:00.000Z"}
        case dict():
            return {key: as_vector(part) for key, part in value.items()}
        case list():
            return [as_vector(part) for part in value]
        case _:
            return value


def as_text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def person_of(case: dict[str, Any]) -> Person:
    user = dict(case.get("user") or {})
    main: dict[str, Any] = {
        name: as_text(user.pop(name, None))
        for name in ("id", "name", "username", "email", "role", "provider")
    }
    if "tenantId" in case:
        user["tenantId"] = case["tenantId"]
    return Person(**main, fields={name.upper(): as_text(value) for name, value in user.items()})


def conversation_of(case: dict[str, Any]) -> Conversation:
    body = case.get("body") or {}
    return Conversation(
        id=as_text(body.get("conversationId")),
        parent_message_id=as_text(body.get("parentMessageId")),
        message_id=as_text(body.get("messageId")),
    )


def test_variables_are_filled_in_as_librechat_does(shared: Path) -> None:
    vectors, cases = cases_of(shared, "env-substitution.json")
    texts = [case for case in cases if case["fn"] == "extractEnvVariable" and case["input"]]
    ours = {case["case"]: expand(case["input"], vectors["env"]).text for case in texts}
    differing = {case["case"] for case in texts if ours[case["case"]] != case["output"]}
    assert differing == all_of(EXPANDED_DIFFERENTLY)


def test_the_secrets_librechat_withholds_are_withheld(shared: Path) -> None:
    _, cases = cases_of(shared, "env-substitution.json")
    names = [case for case in cases if case["fn"] == "isSensitiveEnvVar"]
    assert not [case for case in names if (case["input"] in DENIED) != case["output"]]


def test_headers_are_filled_in_as_librechat_does(shared: Path) -> None:
    vectors, cases = cases_of(shared, "header-templating.json")
    differing = set()
    unplayed = all_of(HEADERS_NOT_PLAYED)
    assert unplayed < {case["case"] for case in cases}
    for case in (each for each in cases if each["case"] not in unplayed):
        if not all(isinstance(value, str) for value in case["headers"].values()):
            continue  # the schema refuses such headers
        templates = [
            header_template(name, expand(value, vectors["env"]).text)
            for name, value in case["headers"].items()
        ]
        if render(templates, person_of(case), conversation_of(case)) != sent_in(case):
            differing.add(case["case"])
    assert differing == all_of(HEADERS_DIFFERENTLY)


def sent_in(case: dict[str, Any]) -> dict[str, str] | None:
    """Give the headers of a case once LibreChat took out what nothing filled in, its last step.

    A header whose credential is missing is left out then. Some cases record what stands there
    before that step, which no upstream ever sees.
    """
    output: dict[str, str] | None = case.get("output")
    if output is None or case.get("stripUnresolved"):
        return output
    left_over = {name: LEFT_OVER.findall(template) for name, template in case["headers"].items()}
    sent = {}
    for name, value in output.items():
        text = reduce(lambda text, each: text.replace(each, ""), left_over[name], value)
        if text == value or not CREDENTIAL.search(value):
            sent[name] = text
    return sent


def test_letters_beyond_latin_1_are_encoded_as_librechat_does(shared: Path) -> None:
    _, cases = cases_of(shared, "header-value-encoding.json")
    assert not [case for case in cases if encode(case["input"]) != case["output"]]


def test_yaml_text_is_read_as_librechat_reads_it(shared: Path) -> None:
    _, cases = cases_of(shared, "yaml-text.json")
    differing = set()
    for case in cases:
        document, problems = read_document(Source("f.yaml", case["yaml"].removeprefix("\ufeff")))
        value = as_vector(document.value) if document else None
        if case["yamlOk"] != (not problems) or (case["yamlOk"] and value != case["value"]):
            differing.add(case["case"])
    refused = {case["case"] for case in cases if not (case["yamlOk"] and case["ok"])}
    assert differing <= refused, "of a file that both refuse it is no matter who says so first"


def test_yaml_files_are_accepted_as_librechat_accepts_them(shared: Path) -> None:
    _, cases = cases_of(shared, "yaml-text.json")
    differing = set()
    for case in cases:
        loaded = load_bytes(case["yaml"].encode(), ENVIRON, "f.yaml")
        is_used = loaded.settings is not None and not loaded.is_empty
        if is_used != (case["yamlOk"] and case["ok"]):
            differing.add(case["case"])
    assert not differing


def test_endpoints_are_accepted_as_librechat_accepts_them(shared: Path) -> None:
    _, cases = cases_of(shared, "custom-endpoint-schema.json")
    differing = set()
    for case in cases:
        loaded = load_value({"version": "1.3.17", "endpoints": {"custom": [case["input"]]}})
        if (loaded.settings is not None) != is_loaded_by_librechat(case):
            differing.add(case["case"])
    assert differing == all_of(ENTRIES_DIFFERENTLY)


def is_loaded_by_librechat(case: dict[str, Any]) -> bool:
    """Say whether LibreChat loads an entry: by its schema, and with a set that it knows."""
    entry = case["input"]
    params = entry.get("customParams") if isinstance(entry, dict) else None
    set_name = params.get("defaultParamsEndpoint", USUAL) if isinstance(params, dict) else USUAL
    return case["ok"] and case["full"]["ok"] and set_name in known_sets()


def test_each_complete_example_loads_without_error_or_warning(shared: Path) -> None:
    names = ("MISTRAL_API_KEY", "GATEWAY_KEY", "GATEWAY_URL", "GATEWAY_TEAM_KEY", "ONE_DOOR_KEY")
    environ = dict.fromkeys([*names, "DEPLOYMENT_NAME"], "https://a.test") | ENVIRON
    examples = sorted((shared / "vectors" / "librechat-config" / "examples").glob("*.yaml"))
    assert len(examples) == 5
    for example in examples:
        problems = load_bytes(example.read_bytes(), environ, example.name).problems
        assert not [problem for problem in problems if problem.level != "note"]
