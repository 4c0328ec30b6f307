"""Every error of the network means something, and says no more than it should."""

import ssl
from collections.abc import Iterator
from socket import gaierror

import aiohttp
import httpx2
import pytest
from aiohttp.client_reqrep import ConnectionKey
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from endpoints_server.domain.fault import Kind
from endpoints_server.upstream.trouble import TROUBLES, fault_of, meaning_of

CANARY = "c4n4ryZk39dQpLw8"
ROOTS = (
    aiohttp.ClientError,
    aiohttp.http_exceptions.HttpProcessingError,
    httpx2.TransportError,
    httpx2.DecodingError,
    httpx2.TooManyRedirects,
    httpx2.InvalidURL,
    OSError,
)


def descendants(root: type[BaseException]) -> Iterator[type[BaseException]]:
    for child in root.__subclasses__():
        yield child
        yield from descendants(child)


@pytest.mark.parametrize("root", ROOTS, ids=lambda root: root.__qualname__)
def test_every_error_of_the_network_has_a_meaning(root: type[BaseException]) -> None:
    unmapped = {
        error
        for error in descendants(root)
        if error.__module__.split(".")[0] in {"aiohttp", "httpx2", "ssl", "builtins"}
        if meaning_of(error) is None
    }
    assert not unmapped


def test_an_error_that_is_not_the_networks_is_not_taken_for_one() -> None:
    assert meaning_of(RuntimeError) is None
    assert not issubclass(KeyError, TROUBLES)


def connection_key() -> ConnectionKey:
    proxy = URL(f"http://user:{CANARY}@proxy.example:3128")
    return ConnectionKey(f"{CANARY}.example", 443, True, True, proxy, None, None)


def request_info() -> aiohttp.RequestInfo:
    url = URL(f"https://host.example/v1?key={CANARY}")
    headers = CIMultiDict({"authorization": CANARY})
    return aiohttp.RequestInfo(url, "POST", CIMultiDictProxy(headers), url)


CERTIFICATE = ssl.SSLCertVerificationError(1, "certificate verify failed")
CERTIFICATE.verify_message = "self-signed certificate"


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (
            aiohttp.ClientConnectorDNSError(connection_key(), gaierror(-2, CANARY)),
            Kind.UNREACHABLE,
            "host name was not found",
        ),
        (
            aiohttp.ClientConnectorError(connection_key(), ConnectionRefusedError(111, CANARY)),
            Kind.UNREACHABLE,
            "could not be reached",
        ),
        (
            aiohttp.ClientConnectorCertificateError(connection_key(), CERTIFICATE),
            Kind.UNREACHABLE,
            "certificate was not accepted",
        ),
        (
            aiohttp.ClientHttpProxyError(request_info(), (), status=407, message=CANARY),
            Kind.UNREACHABLE,
            "through the proxy",
        ),
        (
            aiohttp.ClientResponseError(request_info(), (), message=CANARY),
            Kind.UPSTREAM_BROKEN,
            "could not be read",
        ),
        (aiohttp.ClientPayloadError(CANARY), Kind.UPSTREAM_BROKEN, "closed the connection"),
        (aiohttp.SocketTimeoutError(CANARY), Kind.UPSTREAM_SLOW, "in time"),
        (httpx2.ConnectError(CANARY), Kind.UNREACHABLE, "could not be reached"),
        (httpx2.ReadError(CANARY), Kind.UPSTREAM_BROKEN, "closed the connection"),
        (ValueError(CANARY), Kind.INTERNAL, "could not be written"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_a_fault_tells_what_happened_in_plain_words(
    error: Exception, kind: Kind, words: str
) -> None:
    fault = fault_of(error, "Groq")
    assert fault.kind is kind
    assert fault.message.startswith("The endpoint 'Groq' ")
    assert words in fault.message
    assert type(error).__name__ in fault.detail
    assert CANARY not in fault.message + fault.detail
