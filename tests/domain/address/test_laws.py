"""What holds for every address, however it is written."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoints_server.domain.address.host import ip_of, read_host
from endpoints_server.domain.address.judge import judge
from endpoints_server.domain.address.nature import FOUR, Nature, nature_of
from endpoints_server.domain.address.read import Address, read_address
from endpoints_server.domain.fault import Failed, Fault, Kind

LOW = 0xFFFFFFFF
EMBEDDINGS = {
    "mapped": lambda four: 0xFFFF << 32 | four,
    "compatible": lambda four: four,
    "translated": lambda four: 0xFFFF << 48 | four,
    "6to4": lambda four: 0x2002 << 112 | four << 80 | 1,
    "nat64": lambda four: 0x64FF9B << 96 | four,
    "nat64 of a network": lambda four: 0x64FF9B0001 << 80 | four,
    "isatap": lambda four: 0x2A00 << 112 | 0x5EFE << 32 | four,
    "isatap, global": lambda four: 0x2A00 << 112 | 0x02005EFE << 32 | four,
    "teredo client": lambda four: 0x20010000 << 96 | 0x08080808 << 64 | four ^ LOW,
    "teredo server": lambda four: 0x20010000 << 96 | four << 64 | 0x08080808 ^ LOW,
}


def address_within(network: IPv4Network) -> st.SearchStrategy[IPv4Address]:
    return st.integers(int(network[0]), int(network[-1])).map(IPv4Address)


def address_or_fault(text: str) -> Address | Fault:
    try:
        return read_address(text)
    except Failed as failed:
        return failed.fault


private_four = st.sampled_from(list(FOUR)).flatmap(address_within)
any_four = st.integers(0, LOW).map(IPv4Address)


@given(private_four, st.sampled_from(list(EMBEDDINGS)))
def test_every_private_ipv4_is_refused_in_every_ipv6_that_embeds_it(
    four: IPv4Address, form: str
) -> None:
    six = IPv6Address(EMBEDDINGS[form](int(four)))
    assert nature_of(four) is not None
    assert nature_of(six) is not None
    for text in (six.compressed, six.exploded, six.exploded.upper()):
        with pytest.raises(Failed) as caught:
            judge(read_address(f"https://[{text}]/v1"), frozenset())
        assert caught.value.fault.public_code == "address_refused"


@given(private_four)
def test_whatever_the_standard_library_calls_private_is_refused(four: IPv4Address) -> None:
    assert nature_of(four)


@given(st.one_of(any_four, st.integers(0, 2**128 - 1).map(IPv6Address)))
def test_nothing_is_public_that_the_standard_library_knows_better(
    ip: IPv4Address | IPv6Address,
) -> None:
    if nature_of(ip) is None:
        kinds = (ip.is_loopback, ip.is_link_local, ip.is_multicast, ip.is_unspecified)
        assert not any(kinds)
        assert not ip.is_private or getattr(ip, "sixtofour", None)


@given(any_four, st.integers(0, 5))
def test_every_spelling_of_an_ipv4_address_is_the_same_host(four: IPv4Address, form: int) -> None:
    a, b, c, d = four.packed
    number = int(four)
    spelling = (
        str(number),
        hex(number).upper().replace("X", "x"),
        f"0{number:o}",
        f"{a}.{number & 0xFFFFFF}",
        f"0x{a:x}.0{b:o}.{c << 8 | d}.",
        f"{a:04o}.{b:04o}.{c:04o}.{d:04o}",
    )[form]
    assert read_host(spelling) == str(four)
    assert read_host(f"[::ffff:{four}]") == str(four)


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://", "http://[", "http://a@"]))
def test_any_text_is_an_address_or_a_clear_refusal(text: str, start: str) -> None:
    address = address_or_fault(start + text)
    if isinstance(address, Fault):
        assert address.kind is Kind.BAD_REQUEST
        assert address.message.endswith(".")
        return
    again = read_address(address.url)
    assert (again.origin, again.rest) == (address.origin, address.rest)
    assert address.place.host.isascii()
    assert address.url.startswith(("http://", "https://"))


@pytest.mark.parametrize(
    ("ip", "nature"),
    [
        ("169.254.169.254", Nature.METADATA),
        ("168.63.129.16", Nature.METADATA),
        ("fd00:ec2::254", Nature.METADATA),
        ("127.9.9.9", Nature.LOOPBACK),
        ("::1", Nature.LOOPBACK),
        ("0.0.0.0", Nature.UNSPECIFIED),
        ("::", Nature.UNSPECIFIED),
        ("169.254.1.1", Nature.LINK_LOCAL),
        ("fe80::1%eth0", Nature.LINK_LOCAL),
        ("10.1.2.3", Nature.PRIVATE),
        ("fec0::1", Nature.PRIVATE),
        ("fdff::1", Nature.PRIVATE),
        ("100.127.255.255", Nature.CARRIER),
        ("198.19.255.255", Nature.BENCHMARK),
        ("203.0.113.9", Nature.DOCUMENTATION),
        ("239.1.1.1", Nature.MULTICAST),
        ("ff02::1", Nature.MULTICAST),
        ("255.255.255.255", Nature.RESERVED),
        ("4000::1", Nature.RESERVED),
        ("8.8.8.8", None),
        ("100.128.0.0", None),
        ("172.32.0.1", None),
        ("2606:4700::1111", None),
        ("64:ff9b::808:808", None),
        ("2002:808:808::", None),
    ],
)
def test_the_nature_of_an_address_is_told(ip: str, nature: Nature | None) -> None:
    found = ip_of(ip)
    assert found is not None
    assert nature_of(found) is nature


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " https://a.example",
            "https://a.example ",
            "llm.example",
            "//llm.example/v1",
            "ftp://llm.example",
            "javascript:alert(1)",
        ),
        *("http:llm.example", "http:/llm.example", "http:///v1", "http://:80", "http://."),
        *("http://a..b", "http://a b", "http://a\tb", "http://a\\b", "http://a%2eb", "http://a:b"),
        *("http://a:0", "http://a:65536", "http://a:99999", "http://a:-1", "http://a:\uff18\uff10"),
        *("http://me@a", "http://me:pw@a", "http://@a", "http://a#b", "http://[::1", "http://::1"),
        *("http://[fe80::1%25eth0]", "http://[1.2.3.4]", "http://1.2.3.4.5", "http://1.2.3.256"),
        *("http://09.1", "http://a.1", "http://0x1g.1", "http://-a.example", "http://a-.example"),
        *("http://a\u200bb.example", "http://a\uff20b.example", "http://a℀b.example", "http://⅐.a"),
        *(f"http://{'a' * 64}.example", f"http://{'a.' * 127}a", f"http://a/{'b' * 2048}"),
    ],
)
def test_what_is_no_address_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(Failed) as caught:
        read_address(text)
    assert caught.value.fault.public_code == "address_invalid"
    assert caught.value.fault.http_status == 400
    assert "pw" not in caught.value.fault.message


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://API.Example/v1", "https://api.example:443/v1"),
        ("http://llm.example:/v1?a=b", "http://llm.example:80/v1?a=b"),
        ("https://straße.example./v1", "https://xn--strae-oqa.example:443/v1"),
        ("https://EXAMPLE\uff0ecom。:8443", "https://example.com:8443"),
        ("http://my_host.example", "http://my_host.example:80"),
        ("http://[2606:4700:0:0::1111]:080/v1", "http://[2606:4700::1111]:80/v1"),
    ],
)
def test_an_address_has_one_spelling(text: str, url: str) -> None:
    assert read_address(text).url == url


def test_a_refusal_names_the_host_as_it_was_typed_and_who_can_allow_it() -> None:
    with pytest.raises(Failed) as caught:
        judge(read_address("http://LocalHost.:11434/v1"), frozenset())
    assert caught.value.fault.http_status == 403
    assert not caught.value.fault.rule.may_retry
    assert caught.value.fault.message == (
        "This server does not connect to 'LocalHost.', which is a name of an internal network. An "
        "administrator can allow it by adding 'localhost:11434' to endpoints.allowedAddresses."
    )
