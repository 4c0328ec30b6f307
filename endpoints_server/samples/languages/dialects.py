"""What languages without a grammar here have in common, and what each is peculiar in."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from endpoints_server.samples.languages.value import join, spelled, unknown, variable
from endpoints_server.samples.words import words

CONSTANTS: dict[str, object] = {
    **dict.fromkeys(("true", "True", "$true", "TRUE"), True),
    **dict.fromkeys(("false", "False", "$false", "FALSE"), False),
    **dict.fromkeys(("null", "None", "nil", "$null", "NULL", "undefined"), None),
}
READER = re.compile(
    r"(?i:\b(?:get_?env\w*|env|environ|\$_env|lookupenv|std\.env\.var|option_env)\b)"
)
MEMBER = re.compile(r"(?:\$(?i:env):|(?:process|import\.meta)\.env\.)(\w+)")
INSIDE = re.compile(
    r"\$\{(?i:env):(\w+)\}|\$\(?(?i:env):(\w+)|\$\(\$(?i:env):(\w+)\)"
    r"|\#\{(?:ENV(?:\.fetch\(|\[)['\"](\w+)['\"][)\]]|(\w+))\}"
    r"|\$\{?(\w+)\}?|(?<!\{)\{(\w+)\}(?!\})"
)
PASSED_ON = re.compile(
    r"(?i:(?:to_json|json_encode|dumps|stringify|generate|serialize|marshal|newreader|newbuffer\w*"
    r"|stringcontent|ofstring|create|uri|url|parse|new_?string|tostring|body|toreader|from|into"
    r"|keycredential|apikeycredential|jsoncontent\.create|bytes|string))$"
)
FORMATS = re.compile(r"(?i:(?:^|\.|\b)(?:format!?|sprintf|formatted))$")
BEFORE = words(
    "new await return const var let val final auto export import use from using async void"
    " public static mut in if else -not throw"
)
OBJECTS = frozenset({"array", "dict", "map", "Map.of", "json!", "json"})


def filled(text: str, assigned: Mapping[str, Any]) -> str:
    """Give a text with the variables put in that it names."""

    def put(found: re.Match[str]) -> str:
        environment = found[1] or found[2] or found[3] or found[4]
        if environment:
            return variable(environment)
        name = found[5] or found[6] or found[7]
        if name in assigned:
            return spelled(assigned[name])
        is_shell = bool(found[6]) and found[0].startswith("${")
        return found[0] if is_shell else unknown(name)

    return join(INSIDE.sub(put, text), "")


def name_of(value: Any) -> str:
    """Give what stands before a sign as a name."""
    return value.strip("<>").lstrip("$@&") if isinstance(value, str) else ""


def formatted(text: str, values: Sequence[Any]) -> str:
    """Fill in a format, whose places are `{}`, `{0}` or `%s`."""
    for number_of, value in enumerate(values):
        for place in ("{}", f"{{{number_of}}}", "%s"):
            if place in text:
                text = text.replace(place, spelled(value), 1)
                break
    return join(text, "")


def paired(name: str, places: list[Any], named: dict[str, Any]) -> Any:
    """Give an object; `Map.of` has names and values in turn."""
    if named or not places:
        return named
    if len(places) == 1 and isinstance(places[0], dict):
        return places[0]
    if name.endswith("Map.of"):
        return {str(key): value for key, value in zip(places[::2], places[1::2], strict=False)}
    return places


def number(text: str) -> Any:
    """Read a number."""
    plain = text.replace("_", "")
    try:
        return int(plain) if plain.lstrip("-").isdigit() else float(plain)
    except (ValueError, OverflowError):
        return unknown(text)
