"""Plain HTTP in a program: `requests`, `httpx`, `fetch`, `axios` and the like."""

import re
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from endpoints_server.samples.calls.options import HEADERS, find, pairs_of, plain_values
from endpoints_server.samples.keys.reference import REFERENCE
from endpoints_server.samples.languages.value import Invocation
from endpoints_server.samples.meaning.body import read_body
from endpoints_server.samples.request import Request
from endpoints_server.samples.words import words

URL = frozenset({"url", "uri"})
BODY = frozenset({"json", "body", "data", "payload", "content", "jsonbody"})
VERBS = words(
    "post request stream fetch urlopen Request axios put send ajax ky got $fetch do get"
    " ofetch Invoke-RestMethod Invoke-WebRequest irm iwr"
)
METHODS = frozenset({"POST", "GET", "PUT", "PATCH"})
CONNECTIONS = {"HTTPSConnection": "https", "HTTPConnection": "http"}
ADDRESS = re.compile(r"(?:https?://|\$\{|<)\S+")
OF_AXIOS = frozenset({"headers", "params", "timeout", "responseType", "signal"})


def read_http(
    invocations: Sequence[Invocation],
) -> list[Request]:
    """Give what plain HTTP calls ask."""
    found: list[Request] = []
    hosts: dict[str, str] = {}
    bases: dict[str, Invocation] = {}
    for each in invocations:
        last = each.name.rpartition(".")[2]
        first = next(iter(each.arguments), None)
        if last in CONNECTIONS and isinstance(first, str):
            hosts[each.target] = f"{CONNECTIONS[last]}://{first}"
        elif last in ("Client", "AsyncClient", "Session", "create", "ClientSession", "extend"):
            bases[each.target] = each
        elif last in VERBS:
            owner = each.name.partition(".")[0]
            found += read_call(each, hosts.get(owner, ""), bases.get(owner))
    written = next(filter(None, map(written_by, invocations)), {})
    return [each if each.body else replace(each, body=written) for each in found]


def written_by(call: Invocation) -> dict[str, Any]:
    """Give the body that is written into a request after it was made."""
    first = next(iter(call.arguments), None)
    is_written = call.name.endswith((".write", ".end", ".send"))
    return body_of({}, [first])[0] if is_written and first is not None else {}


def read_call(call: Invocation, host: str, base: Invocation | None) -> list[Request]:
    """Read one call; what a session is told goes with each of its calls."""
    places = [each for each in call.arguments if not is_method(each)]
    first = next(iter(places), None)
    options = call.options
    shared = base.options if base is not None else {}
    url = find(options, URL) or parts_of(options) or first
    if isinstance(url, Invocation):  # `new Request(url, {…})`, `new URL(…)`
        options = {**url.options, **options}
        url = next(iter(url.arguments), None)
    if not isinstance(url, str):
        return []
    url = address(url, host, shared)
    if not ADDRESS.match(url):
        return []
    rest = [each for each in places if each is not first]
    body, warnings = body_of(options, rest)
    headers = pairs_of(shared.get("headers")) + headers_of(options, rest)
    return [
        Request(
            url=url,
            headers=headers,
            body=body,
            query=dict(pairs_of(options.get("params"))),
            warnings=warnings,
        )
    ]


def parts_of(options: dict[str, Any]) -> str | None:
    """Give the address that is told in parts."""
    host, path = find(options, frozenset({"hostname", "host"})), options.get("path")
    is_told = isinstance(host, str) and isinstance(path, str)
    return f"https://{host}{path}" if is_told else None


def is_method(value: object) -> bool:
    """Say whether an argument is the method."""
    return isinstance(value, str) and value.upper() in METHODS


def address(url: str, host: str, shared: dict[str, Any]) -> str:
    """Give the whole address of a path."""
    base = find(shared, frozenset({"baseurl", "prefixurl"}))
    if "://" in url or REFERENCE.match(url):
        return url
    if host:
        return host + url
    return f"{base.rstrip('/')}/{url.lstrip('/')}" if isinstance(base, str) else url


def headers_of(options: dict[str, Any], rest: Sequence[Any]) -> tuple[tuple[str, str], ...]:
    """Find the headers, named or in their place."""
    told = find(options, HEADERS)
    if told is not None:
        return pairs_of(told)
    login = options.get("auth")
    if isinstance(login, list) and len(login) == 2:
        return (("Authorization", f"Basic {login[0]}:{login[1]}"),)
    objects = [each for each in rest if isinstance(each, dict)]
    return pairs_of(objects[-1]) if len(objects) > 0 and is_headers(objects[-1]) else ()


def is_headers(value: dict[str, Any]) -> bool:
    """Say whether an object holds headers."""
    return any(name.lower() in ("authorization", "content-type", "x-api-key") for name in value)


def body_of(options: dict[str, Any], rest: Sequence[Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Find the body, named or in its place."""
    candidates = [find(options, frozenset({name})) for name in ("json", *sorted(BODY))]
    candidates += [each for each in rest if not (isinstance(each, dict) and OF_AXIOS & set(each))]
    for each in candidates:
        value = plain_values(each)
        if isinstance(value, dict) and not is_headers(value):
            return value, ()
        if isinstance(value, str) and value.lstrip().startswith("{"):
            return read_body(value)
    return {}, ()
