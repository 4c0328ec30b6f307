"""What each error of the network means, as a Fault."""

import ssl
from collections.abc import Mapping
from http.client import HTTPException
from os import strerror
from socket import gaierror
from types import MappingProxyType

import aiohttp
import httpx2
from aiohttp.http_exceptions import HttpProcessingError

from endpoints_server.domain.fault import Fault, Kind

Meaning = tuple[Kind, str]

UNSPEAKABLE: Meaning = (Kind.UNREACHABLE, "is not configured with a valid http or https address")
UNRESOLVED: Meaning = (Kind.UNREACHABLE, "could not be reached: its host name was not found")
REFUSED: Meaning = (Kind.UNREACHABLE, "could not be reached")
TOO_FAR: Meaning = (Kind.UNREACHABLE, "could not be reached: no connection in the time allowed")
UNTRUSTED: Meaning = (Kind.UNREACHABLE, "could not be reached: its certificate was not accepted")
NO_TLS: Meaning = (Kind.UNREACHABLE, "could not be reached: no TLS connection could be made")
NO_PROXY: Meaning = (Kind.UNREACHABLE, "could not be reached through the proxy")
FULL: Meaning = (Kind.UPSTREAM_SLOW, "has no free connection: all that are allowed are in use")
SLOW: Meaning = (Kind.UPSTREAM_SLOW, "did not answer in time")
DROPPED: Meaning = (Kind.UPSTREAM_BROKEN, "closed the connection before its answer was complete")
GARBLED: Meaning = (Kind.UPSTREAM_BROKEN, "sent an answer that could not be read")
REDIRECTED: Meaning = (Kind.UPSTREAM_BROKEN, "answered with a redirect, which is not followed")
UNSENDABLE: Meaning = (Kind.INTERNAL, "could not be asked: the request could not be written")

MEANINGS: Mapping[type[BaseException], Meaning] = MappingProxyType(
    {
        # aiohttp
        aiohttp.InvalidURL: UNSPEAKABLE,
        aiohttp.NonHttpUrlClientError: UNSPEAKABLE,
        aiohttp.client_exceptions.RedirectClientError: REDIRECTED,
        aiohttp.TooManyRedirects: REDIRECTED,
        aiohttp.ClientConnectorDNSError: UNRESOLVED,
        aiohttp.ClientConnectorCertificateError: UNTRUSTED,
        aiohttp.ServerFingerprintMismatch: UNTRUSTED,
        aiohttp.ClientSSLError: NO_TLS,
        aiohttp.ClientProxyConnectionError: NO_PROXY,
        aiohttp.ClientHttpProxyError: NO_PROXY,
        aiohttp.ClientConnectorError: REFUSED,
        aiohttp.ConnectionTimeoutError: TOO_FAR,
        aiohttp.ServerTimeoutError: SLOW,
        aiohttp.ClientConnectionError: DROPPED,
        aiohttp.ClientPayloadError: DROPPED,
        aiohttp.client_exceptions.UploadAbortedError: DROPPED,
        aiohttp.ClientResponseError: GARBLED,
        HttpProcessingError: GARBLED,
        # httpx2
        httpx2.InvalidURL: UNSPEAKABLE,
        httpx2.UnsupportedProtocol: UNSPEAKABLE,
        httpx2.ConnectTimeout: TOO_FAR,
        httpx2.PoolTimeout: FULL,
        httpx2.TimeoutException: SLOW,
        httpx2.ConnectError: REFUSED,
        httpx2.ProxyError: NO_PROXY,
        httpx2.NetworkError: DROPPED,
        httpx2.LocalProtocolError: UNSENDABLE,
        httpx2.ProtocolError: GARBLED,
        httpx2.SSEError: GARBLED,
        httpx2.DecodingError: GARBLED,
        httpx2.TooManyRedirects: REDIRECTED,
        # the standard library
        HTTPException: GARBLED,
        TimeoutError: SLOW,
        gaierror: UNRESOLVED,
        ssl.CertificateError: UNTRUSTED,
        ssl.SSLError: NO_TLS,
        ConnectionRefusedError: REFUSED,
        OSError: DROPPED,
        ValueError: UNSENDABLE,
    }
)

TROUBLES = tuple(MEANINGS)


def fault_of(error: BaseException, endpoint_name: str) -> Fault:
    """Say what an error means for a call; neither text holds an address or a header.

    The nearest class of the error's own line of descent decides.
    """
    kind, words = meaning_of(type(error)) or UNSENDABLE
    return Fault(
        kind=kind, message=f"The endpoint '{endpoint_name}' {words}.", detail=describe(error)
    )


def meaning_of(found: type[BaseException]) -> Meaning | None:
    """Look an error class up by its line of descent; None where nothing in it is known."""
    return next((MEANINGS[each] for each in found.__mro__ if each in MEANINGS), None)


def describe(error: BaseException) -> str:
    """Name an error for the log by its class and the system's words, never by its own text.

    The texts of the libraries hold addresses with query strings, and headers.
    """
    words = [type(error).__name__]
    cause = getattr(error, "os_error", None) or error.__cause__ or error
    if isinstance(cause, ssl.SSLCertVerificationError):
        words.append(cause.verify_message)
    elif isinstance(cause, ssl.SSLError):
        words.append(cause.reason or "")
    elif isinstance(cause, gaierror):
        words.append("name not resolved")
    elif isinstance(cause, OSError) and cause.errno:
        words.append(strerror(cause.errno))
    return ": ".join(word for word in words if word)
