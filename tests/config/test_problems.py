"""Every mistake is told in one run, at its place, with what would mend it."""

import pytest

from endpoints_server.config.problem import Level, Problem, render, shown
from tests.config.files import ENTRY, read, told, with_keys

MISTAKES = {
    "misspelt keys": (
        "version: 1.3.17\nendpoints:\n  custom:\n    - name: Acme\n      api_key: k\n"
        "      baseUrl: https://a.test\n      model: {default: [m]}\n",
        [
            "5:7: error: `api_key` is not a key of endpoint 1 (did you mean `apiKey`?)",
            "6:7: error: `baseUrl` is not a key of endpoint 1 (did you mean `baseURL`?)",
            "7:7: error: `model` is not a key of endpoint 1 (did you mean `models`?)",
        ],
    ),
    "missing keys": (
        "version: 1.3.17\nendpoints:\n  custom:\n    - iconURL: a\n",
        [
            "4:7: error: endpoint 1 lacks `name`",
            "4:7: error: endpoint 1 lacks `apiKey`",
            "4:7: error: endpoint 1 lacks `baseURL`",
            "4:7: error: endpoint 1 lacks `models`",
        ],
    ),
    "an unknown key of the root": (
        ENTRY + "balanc: {}\n",
        ["8:1: error: `balanc` is not a key of this file (did you mean `balance`?)"],
    ),
    "a version that is a number": (
        "version: 1.3\n",
        ["1:10: error: `version` must be text, not a decimal number (quote it)"],
    ),
    "a missing version": (
        "cache: true\n",
        [
            "1:1: warning: `version` is missing; LibreChat would refuse this file"
            " (add `version: 1.3.17`)"
        ],
    ),
    "null for a list": (
        "version: 1.3.17\nendpoints:\n  custom:\n",
        ["3:3: error: `custom` must be a list, not empty (give it a value, or remove the key)"],
    ),
    "models without default": (
        ENTRY.replace("{default: [acme-large]}", "{fetch: true}"),
        ["7:15: error: `models` lacks `default`"],
    ),
    "no models at all": (
        ENTRY.replace("[acme-large]", "[]"),
        ["7:25: error: `default` must not be empty"],
    ),
    "a model that is a number": (
        ENTRY.replace("[acme-large]", "[acme, 4.1]"),
        [
            "7:32: error: item 2 of `default` must be text or a mapping, not a decimal number"
            " (quote it)"
        ],
    ),
    "a model with a wrong key": (
        ENTRY.replace("[acme-large]", "[{name: a, descripton: b}]"),
        [
            "7:36: error: `descripton` is not a key of item 1 of `default`"
            " (did you mean `description`?)"
        ],
    ),
    "yes for a truth value": (
        with_keys("directEndpoint: yes"),
        [
            "8:23: error: `directEndpoint` must be `true` or `false`, not text"
            " (write `true` or `false`, without quotes)"
        ],
    ),
    "a date for a header": (
        with_keys("headers:", "  anthropic-version: 2023-06-01"),
        ["9:28: error: `anthropic-version` must be text, not a date (quote it)"],
    ),
    "a value that is none of the known": (
        with_keys("titleMethod: Functions"),
        [
            "8:20: error: `titleMethod` must be `completion` or `functions` or `structured`"
            " (did you mean `functions`?)"
        ],
    ),
    "a number out of bounds": (
        with_keys("streamRate: -1", "activityMaxPerRun: 0", "activityCharLimit: 1.5"),
        [
            "8:19: error: `streamRate` must be zero or more, not negative",
            "9:26: error: `activityMaxPerRun` must be greater than 0",
            "10:26: error: `activityCharLimit` must be a whole number, not a decimal number",
        ],
    ),
    "a negative rate": (
        with_keys("tokenConfig:", "  m: {prompt: -1, completion: 1, context: 8}"),
        ["9:21: error: `prompt` must be zero or more, not negative"],
    ),
    "a rate in quotes": (
        with_keys("tokenConfig:", "  m: {prompt: '1', completion: 1, context: 8}"),
        ["9:21: error: `prompt` must be a number, not text (write the number without quotes)"],
    ),
    "the name of a built-in endpoint": (
        ENTRY.replace("Acme", "openAI"),
        [
            "4:13: error: `openAI` is the name of a built-in endpoint, which LibreChat would use"
            " (choose another, such as `My openAI`)"
        ],
    ),
    "the name of a built-in endpoint in another case": (
        ENTRY.replace("Acme", "Anthropic"),
        [
            "4:13: warning: `Anthropic` is but for its case the name of a built-in endpoint"
            " (it is served here, where LibreChat may use its own instead)"
        ],
    ),
    "a block of endpoints with nothing in it": (
        "version: 1.3.17\nendpoints: {}\n",
        ["2:1: error: `endpoints` must hold at least one key (begin with `custom:`)"],
    ),
    "an empty name among what is dropped": (
        with_keys("dropParams: [stop, '']"),
        ["8:26: warning: an empty name drops nothing"],
    ),
    "a value of LibreChat's own that may be of two types": (
        ENTRY + "modelSpecs: {list: [{name: a, label: A, preset: {endpoint: x, model: 4.1}}]}\n"
        "mcpSettings: {allowedAddresses: ['8.8.8.8:80']}\n",
        [
            "8:70: error: `model` must be text or null, not a decimal number (quote it)",
            "9:34: error: item 1 of `allowedAddresses` is a public address,"
            " which needs no permission",
        ],
    ),
    "a key of every endpoint in a built-in one": (
        ENTRY + "  openAI: {streamRate: -1}\n",
        ["8:24: error: `streamRate` must be zero or more, not negative"],
    ),
    "a block of LibreChat's that LibreChat would refuse": (
        ENTRY + "interface: {modelSelect: 'no'}\nmodelSpecs: {list: [{name: a, preset: {}}]}\n",
        [
            "8:26: error: `modelSelect` must be `true` or `false`, not text"
            " (write `true` or `false`, without quotes)",
            "9:21: error: item 1 of `list` lacks `label`",
            "9:39: error: `preset` lacks `endpoint`",
        ],
    ),
    "a name twice": (
        ENTRY + "\n".join(ENTRY.replace("Acme", "ACME!").splitlines()[3:]) + "\n",
        [
            "8:13: error: the name `ACME!` is taken in line 4"
            " (case and punctuation do not count: both are `acme`)"
        ],
    ),
    "a model twice": (
        ENTRY.replace("[acme-large]", "[a, b, a]"),
        ["7:32: warning: the model `a` stands in the list already"],
    ),
    "an unset variable": (
        ENTRY.replace("ACME_KEY", "ACME_KEI"),
        ["5:15: error: the variable `ACME_KEI` is not set (did you mean `ACME_KEY`?)"],
    ),
    "a variable like no other": (
        ENTRY.replace("ACME_KEY", "ZQX"),
        ["5:15: error: the variable `ZQX` is not set (set it, or write `${ZQX:-default}`)"],
    ),
    "a secret of the installation": (
        ENTRY.replace("ACME_KEY", "CREDS_KEY"),
        ["5:15: error: `CREDS_KEY` is a secret no endpoint may be given"],
    ),
    "a variable without end": (
        ENTRY.replace("${ACME_KEY}", "${ACME_KEY"),
        ["5:15: error: `${` names no variable (write `$$` for a `$`)"],
    ),
    "a variable inside a flow list": (
        ENTRY.replace("[acme-large]", "[${MODEL}]"),
        [
            "7:27: error: expected ',' or ']', but got '{'"
            " (put `${…}` in quotes inside a list or mapping)"
        ],
    ),
    "no address": (
        ENTRY.replace("https://llm.acme.test/v1", "llm.acme.test"),
        ["6:16: error: `baseURL` must be an http or https address"],
    ),
    "a complete address of another API": (
        ENTRY.replace("/v1", "/v1/messages"),
        [
            "6:16: warning: `baseURL` is a complete address; a path would be appended to it again"
            " (cut it after `/v1`, or set `directEndpoint: true`)"
        ],
    ),
    "unknown placeholders": (
        with_keys(
            "headers:",
            "  X-A: '{{LIBRECHAT_USER_MAIL}}'",
            "  X-B: 'a {{ LIBRECHAT_USER_ID }}'",
            "  X-C: '<<LIBRECHAT_BODY_CONVERSATION>>'",
            "  X-D: '{LIBRECHAT_USER_ID}'",
        ),
        [
            "9:14: error: nothing can fill in `{{LIBRECHAT_USER_MAIL}}`"
            " (did you mean `{{LIBRECHAT_USER_EMAIL}}`?)",
            "10:14: error: nothing can fill in `{{ LIBRECHAT_USER_ID }}`"
            " (did you mean `{{LIBRECHAT_USER_ID}}`?)",
            "11:14: error: nothing can fill in `{{LIBRECHAT_BODY_CONVERSATION}}`"
            " (did you mean `{{LIBRECHAT_BODY_CONVERSATIONID}}`?)",
            "12:14: error: `LIBRECHAT_USER_ID` stands without its two braces on each side"
            " (did you mean `{{LIBRECHAT_USER_ID}}`?)",
        ],
    ),
    "an unquoted placeholder": (
        with_keys("headers:", "  X-A: {{LIBRECHAT_USER_ID}}"),
        ["9:14: error: an unquoted `{{…}}` is a mapping to YAML (put the whole value in quotes)"],
    ),
    "an unquoted placeholder before text": (
        with_keys("headers:", "  X-A: {{LIBRECHAT_USER_ID}} x"),
        ["9:14: error: an unquoted `{{…}}` is a mapping to YAML (put the whole value in quotes)"],
    ),
    "headers that cannot be": (
        with_keys("headers:", '  X-A: "a\\r\\nX-B: c"', "  X A: b", "  x-a: d", "  X-E: łódź"),
        [
            "9:14: error: the header `X-A` must be a single line",
            "10:9: error: `X A` cannot be the name of a header"
            " (letters, digits and `-`, without spaces or `:`)",
            "11:9: error: the header `x-a` stands here twice; case does not count",
            "12:14: error: the header `X-E` holds letters beyond Latin-1",
        ],
    ),
    "parameters no request can carry": (
        with_keys("addParams: {a: [.nan], b: {c: 2024-01-01}, web_search: 'on'}"),
        [
            "8:23: error: item 1 of `a` must be a finite number",
            "8:37: error: `c` is read as a date (quote it)",
            "8:62: error: `web_search` must be `true` or `false`, not text",
        ],
    ),
    "a key that is gone": (
        with_keys("forcePrompt: true"),
        [
            "8:7: warning: `forcePrompt` has no effect any more: every endpoint takes messages now"
            " (remove it)"
        ],
    ),
    "settings for an endpoint there is not": (
        ENTRY + "server: {endpoints: {Acne: {maxConnections: 5}}}\n",
        ["8:22: error: there is no endpoint `Acne` (did you mean `Acme`?)"],
    ),
    "a deadline of nothing": (
        ENTRY + "server: {timeouts: {firstToken: 0, conect: 1}}\n",
        [
            "8:33: error: `firstToken` must be greater than 0",
            "8:36: error: `conect` is not a key of `timeouts` (did you mean `connect`?)",
        ],
    ),
    "keys twice": (
        "version: 1.3.17\ncache: true\nversion: 1.3.17\ncache: true\n",
        [
            "3:1: error: the key `version` already stands in line 1",
            "4:1: error: the key `cache` already stands in line 2",
        ],
    ),
    "a tab": (
        "version: 1.3.17\nendpoints:\n\tcustom: []\n",
        [
            "3:1: error: found character '\\t' that cannot start any token"
            " (indent with spaces, not tabs)"
        ],
    ),
    "a key indented too far": (
        "version: 1.3.17\nendpoints:\n  custom:\n    - name: A\n       apiKey: k\n",
        [
            "5:14: error: mapping values are not allowed here"
            " (check the indentation, and quote text that holds `: `)"
        ],
    ),
    "an unknown tag": (
        "version: !!js/function 'f'\n",
        ["1:10: error: the tag `!!js/function` cannot be used here"],
    ),
    "a tag that does not fit": (
        "version: !!int x\n",
        ["1:10: error: the tag `!!int` cannot be used here"],
    ),
    "an alias of nothing": (
        "version: *v\n",
        ["1:10: error: no anchor `v` stands before this alias (quote text with `*`)"],
    ),
    "a merge of text": (
        "version: 1.3.17\nx-a: &a b\nbalance:\n  <<: *a\n",
        ["4:3: error: `<<` merges mappings only"],
    ),
    "two documents": (
        "version: 1.3.17\n---\nversion: 1.3.17\n",
        ["2:1: error: a second document begins here (keep one, without `---`)"],
    ),
    "a list": ("- a\n- b\n", ["1:1: error: the file must be a mapping, not a list"]),
    "a control character": (
        "version: 1.3.17\ncache: a\x01b\n",
        ["2:9: error: a control character stands here; YAML does not allow it"],
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_told_at_its_place(case: str) -> None:
    text, expected = MISTAKES[case]
    assert told(text) == expected


def test_a_file_with_an_error_gives_no_settings() -> None:
    assert read(ENTRY).settings is not None
    assert read(ENTRY + "foo: 1\n").settings is None


def test_a_sound_file_gives_no_problems_at_all() -> None:
    assert read(ENTRY).problems == ()


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "~\n"])
def test_an_empty_file_is_no_configuration_and_no_error(text: str) -> None:
    loaded = read(text)
    assert loaded.settings is not None
    assert loaded.settings.endpoints.custom == []
    assert [problem.level for problem in loaded.problems] == [Level.NOTE]


def test_mistakes_of_several_endpoints_are_told_together() -> None:
    entries = "".join(f"    - {{name: e{n}, apiKey: 1, baseURL: x, modles: 1}}\n" for n in range(9))
    problems = told("version: 1.3.17\nendpoints:\n  custom:\n" + entries)
    assert len(problems) == 27
    assert {problem.split(":")[0] for problem in problems} == {str(n) for n in range(4, 13)}


def test_the_place_inside_a_merged_mapping_is_where_it_is_written() -> None:
    text = (
        "version: 1.3.17\nx-a: &a\n  name: Acme\n  apiKey: 5\n  baseURL: https://a.test\n"
        "  models: {default: [m]}\nendpoints:\n  custom:\n    - <<: *a\n      iconURL: 7\n"
    )
    assert told(text) == [
        "4:11: error: `apiKey` must be text, not a number (quote it)",
        "10:16: error: `iconURL` must be text, not a number (quote it)",
    ]


def test_what_does_not_act_yet_is_noted_once() -> None:
    second = "\n".join(ENTRY.replace("Acme", "Other").splitlines()[3:]) + "\n      titleModel: m\n"
    text = with_keys("titleConvo: true", "titleModel: m", "iconURL: a") + second
    assert told(text + "balance: {reservationTtlMs: 10000}\n", Level.NOTE) == [
        "9:19: note: the model `m` is not among the models of the endpoint that is asked"
        " (where the endpoint lacks it too, there are no titles)",
        "15:19: note: the model `m` is not among the models of the endpoint that is asked"
        " (where the endpoint lacks it too, there are no titles)",
        "16:11: note: `reservationTtlMs`: what is held for a call is given back when it ends",
    ]


def test_what_is_switched_off_is_not_noted() -> None:
    assert told(with_keys("titleConvo: false", "activityLabel: false"), Level.NOTE) == []


def test_a_key_each_person_brings_is_nothing_to_note() -> None:
    assert told(ENTRY.replace("${ACME_KEY}", "user_provided"), Level.NOTE) == []


def test_a_sign_in_that_is_not_there_yet_is_noted() -> None:
    text = with_keys("headers: {Authorization: 'Bearer {{LIBRECHAT_OPENID_ID_TOKEN}}'}")
    assert told(text, Level.NOTE) == [
        "8:32: note: `Authorization`: nobody signs in by OpenID as yet, so the header is left out"
    ]


def test_a_problem_reads_as_compilers_write_it() -> None:
    problem = Problem(file="a.yaml", line=3, column=7, message="it is wrong", suggestion="mend it")
    assert render(problem) == "a.yaml:3:7: error: it is wrong (mend it)"


@pytest.mark.parametrize("name", ["titleModel", "X-Acme-Team", "AZURE_OPENAI_KEY_2_EASTUS_2025"])
def test_a_name_is_shown(name: str) -> None:
    assert name in shown(name)


@pytest.mark.parametrize("name", ["sk-live-4f9a8b7c6d5e", "gsk_abc", "x" * 80, "a\x1bb"])
def test_what_could_be_a_credential_is_masked(name: str) -> None:
    assert name not in shown(name)
