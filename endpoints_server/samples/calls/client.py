"""A client that a program constructs becomes the part of a request that it decides."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from endpoints_server.samples.calls.clients import GOOGLE, Kind, kind_of
from endpoints_server.samples.calls.options import (
    BASE,
    BEARER,
    DEPLOYMENT,
    HEADERS,
    KEY,
    MODEL,
    QUERY,
    VERSION,
    find,
    options_of,
    pairs_of,
)
from endpoints_server.samples.languages.value import Invocation, variable
from endpoints_server.samples.request import Request

OF_CLIENT = BASE | KEY | BEARER | HEADERS | QUERY | VERSION | DEPLOYMENT
GOOGLE_VERSIONS = ("/v1", "/v1beta", "/v1alpha", "/openai")


class Client(Struct, frozen=True, kw_only=True):
    """A client: what it is called, what it speaks, and what it is told."""

    target: str
    kind: Kind
    options: Mapping[str, Any]

    @property
    def base_url(self) -> str:
        """Where it calls."""
        told = find(self.options, BASE)
        if told is None and self.kind.is_azure:
            name = find(self.options, frozenset({"resourcename", "azureopenaiapiinstancename"}))
            return f"https://{name}.openai.azure.com" if isinstance(name, str) else ""
        base = told if isinstance(told, str) else self.kind.base_url
        if self.kind.wire == "anthropic":
            return base.rstrip("/").removesuffix("/v1")
        if self.kind.wire == "google" and told and not base.rstrip("/").endswith(GOOGLE_VERSIONS):
            return base.rstrip("/") + GOOGLE[GOOGLE.rindex("/") :]
        return base

    @property
    def model(self) -> str | None:
        """The model that it is bound to, where it is."""
        return told if isinstance(told := find(self.options, MODEL), str) else None

    def request(self, model: str | None = None) -> Request:
        """Give the request that it would send, but for its body."""
        key = find(self.options, KEY)
        bearer = find(self.options, BEARER)
        url, query = self.address(model)
        return Request(
            url=url,
            wire=self.kind.wire,
            headers=pairs_of(find(self.options, HEADERS)),
            key=key_text(bearer if bearer is not None else key, self.kind.variable),
            key_header=self.key_header(is_bearer=bearer is not None),
            scheme="Bearer" if bearer is not None else None,
            query=query,
        )

    def key_header(self, *, is_bearer: bool) -> str | None:
        """Give the header that the key goes into; None for the usual one of the wire."""
        if is_bearer:
            return "Authorization"
        return "api-key" if self.kind.is_azure else None

    def address(self, model: str | None) -> tuple[str, dict[str, str]]:
        """Give the base URL, and what is behind its question mark."""
        query = dict(pairs_of(find(self.options, QUERY)))
        if not self.kind.is_azure:
            return self.base_url, query
        version = find(self.options, VERSION)
        if isinstance(version, str):
            query["api-version"] = version
        base = self.base_url.rstrip("/")
        deployment = find(self.options, DEPLOYMENT) or model or self.model
        if "/openai" in base or not isinstance(deployment, str):
            return base, query
        return f"{base}/openai/deployments/{deployment}", query


def client_of(invocation: Invocation) -> Client | None:
    """Give the client that a call constructs; None where it constructs none."""
    kind = kind_of(invocation.name)
    if kind is None:
        return None
    options = options_of(invocation)
    first = next(iter(invocation.arguments), None)
    if kind.is_model and isinstance(first, str):
        options = {"model": first, **options}
    elif isinstance(first, str):
        options = {"api_key": first, **options}
    return Client(target=invocation.target, kind=kind, options=options)


def key_text(key: Any, usual: str) -> str:
    """Give what stands for the key; an SDK that is not told reads its own variable."""
    if key is None:
        return variable(usual)
    return key if isinstance(key, str) else "<key>"
