"""Connected, but no TLS comes about."""

from endpoints_server.desk.doctor.case import Case, Finding, Weight
from endpoints_server.upstream.observed.reach import Reach

PLAIN = ("WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG", "HTTP_REQUEST", "RECORD_LAYER_FAILURE")
"""What the library says of an answer that is no TLS at all."""


def tls(case: Case) -> Finding | None:
    """Tell whether it is the certificate, or no TLS is spoken there."""
    reach = case.reach
    if reach is None or not reach.tls_trouble:
        return None
    if reach.is_untrusted:
        return untrusted(reach)
    if reach.tls_trouble in PLAIN:
        return Finding(
            rule="https_to_a_plain_port",
            weight=Weight.UNREACHABLE,
            symptom=f"{reach.place} does not speak TLS ({reach.tls_trouble})",
            cause="`baseURL` says https, and the port speaks plain HTTP",
            change="say http, or name the port that speaks TLS",
            paste=f"baseURL: {case.endpoint.address.replace('https://', 'http://', 1)}",
        )
    return Finding(
        rule="no_tls",
        weight=Weight.UNREACHABLE,
        symptom=f"no TLS connection to {reach.place} ({reach.tls_trouble})",
        cause="what listens there speaks no TLS that this machine understands, or is out of order",
        change="look at the server's TLS settings, and at what stands between; say http where it "
        "speaks plain HTTP",
    )


def untrusted(reach: Reach) -> Finding:
    """Tell what is wrong with a certificate."""
    is_own = "self-signed" in reach.tls_trouble or "issuer" in reach.tls_trouble
    remedy = (
        "add the certificate, or that of its issuer, to those this machine trusts "
        "(`SSL_CERT_FILE` names a file of them)"
    )
    return Finding(
        rule="certificate_not_trusted",
        weight=Weight.UNREACHABLE,
        symptom=f"the certificate of {reach.place} is not accepted: {reach.tls_trouble}",
        cause="nobody whom this machine trusts has signed it"
        if is_own
        else "the certificate is not for this name, or not for this time",
        change=remedy if is_own else "name the host as the certificate does, or have it renewed",
    )
