"""The options of SDKs, under whichever name a language writes them."""

from collections.abc import Mapping
from typing import Any

from endpoints_server.samples.languages.value import Invocation, unknown
from endpoints_server.samples.words import words

BASE = words(
    "baseurl apibase openaiapibase uribase basepath endpoint azureendpoint apiendpoint host"
    " clientbaseurl anthropicapiurl openaiapiurl azureopenaiendpoint apihost serverurl"
)
KEY = words(
    "apikey openaiapikey accesstoken key anthropicapikey googleapikey azureopenaiapikey"
    " groqapikey mistralapikey credential apitoken token"
)
BEARER = frozenset({"authtoken", "azureadtoken"})
HEADERS = frozenset({"defaultheaders", "headers", "extraheaders"})
QUERY = frozenset({"defaultquery", "queryparams"})
VERSION = frozenset({"apiversion", "openaiapiversion", "azureopenaiapiversion"})
DEPLOYMENT = frozenset(
    [
        "azuredeployment",
        "deploymentname",
        "azureopenaiapideploymentname",
        "deployment",
        "deploymentid",
    ]
)
MODEL = frozenset({"model", "modelname", "modelid"})
NESTED = (
    *("http_options", "httpOptions", "configuration", "clientOptions", "client_options"),
    *("provider", "options", "requestOptions"),
)


def plain(name: str) -> str:
    """Write a name as it is compared: without case and separators."""
    return name.replace("_", "").replace("-", "").lower()


def find(options: Mapping[str, Any], names: frozenset[str]) -> Any:
    """Find an option; None where it is not given."""
    return next((value for name, value in options.items() if plain(name) in names), None)


def options_of(invocation: Invocation) -> dict[str, Any]:
    """Give all options, those of the connection lifted to the others."""
    options = dict(invocation.options)
    for name in NESTED:
        inner = options.pop(name, None)
        inner = inner.options if isinstance(inner, Invocation) else inner
        if isinstance(inner, dict):
            options = {**inner, **options}
    return options


def pairs_of(value: Any) -> tuple[tuple[str, str], ...]:
    """Give headers, written as an object or as a list of pairs."""
    if isinstance(value, Invocation):
        value = value.options
    if isinstance(value, list):
        value = {
            str(pair[0]): pair[1] for pair in value if isinstance(pair, list) and len(pair) == 2
        }
    if not isinstance(value, dict):
        return ()
    return tuple(
        (str(name), text_of(each))
        for name, each in value.items()
        if each is not None and not isinstance(each, dict | list | Invocation)
    )


def text_of(value: object) -> str:
    """Write a value as a header carries it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def plain_values(value: Any) -> Any:
    """Give a value whose constructed parts are the objects of what they were given."""
    match value:
        case Invocation() if not value.options:
            return unknown(value.name)
        case Invocation():
            return {name: plain_values(each) for name, each in value.options.items()}
        case dict():
            return {name: plain_values(each) for name, each in value.items()}
        case list():
            return [plain_values(each) for each in value]
        case _:
            return value
