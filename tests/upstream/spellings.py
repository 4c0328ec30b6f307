"""Three hundred ways to write an address that must not be called, as an attacker types them."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

PORT = "{port}"
TARGETS = (
    *("127.0.0.1", "10.0.0.5", "172.16.0.9", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "100.100.100.200", "0.0.0.0"),
)
WIDE = str.maketrans("0123456789", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19")

NAMES = (
    *("localhost", "LOCALHOST", "LocalHost", "localhost.", "localhost.localdomain", "a.localhost"),
    *("a.b.localhost.", "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3"),
    *("\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54", "localhost\u3002", "x.local"),
    *("X.LOCAL.", "printer.local", "host.internal", "host.docker.internal", "redis", "REDIS."),
    *(
        "metadata",
        "metadata.google.internal",
        "METADATA.GOOGLE.INTERNAL.",
        "metadata\uff0egoogle.internal",
    ),
    *("rag_api", "rag-api", "api", "mongodb", "postgres", "etcd", "vault", "consul", "internal"),
    *("kubernetes.default.svc.cluster.local", "instance-data.ec2.internal", "x.compute.internal"),
)
LEADING = (  # names that lead to this machine, whatever they say
    *("ollama", "llm.example", "LLM.Example", "llm.example.", "127.0.0.1.nip.example"),
    *("fd-host.example", "fe80.example", "public.example", "xn--bcher-kva.example"),
    *("b\u00fccher.example", "8.8.8.8.example", "0x7f.example", "a_b.example"),
    *("metadata.goog", "instance-data", "kubernetes", "kubernetes.default.svc", "localtest.me"),
)
SIXES = (
    *("::", "::0", "0::0", "0:0:0:0:0:0:0:0", "::1", "0::1", "0:0:0:0:0:0:0:1", "::0001"),
    *("fc00::1", "fd00::1", "FD12:3456:789A::1", "fdff:ffff::1", "fe80::1", "FE80::1", "febf::1"),
    *("fec0::1", "feff::1", "ff02::1", "ff0e::1", "fd00:ec2::254", "FD00:0EC2::0254"),
    *("fd20:ce::254", "2001:db8::1", "2001::1", "2001:2::1", "2001:10::1", "3fff::1", "100::1"),
    *("4000::1", "5f00::1", "::ffff:0:127.0.0.1", "::127.0.0.1", "::7f00:1", "::10.0.0.1"),
)
INVALID = (
    *("", " ", "http://", "https://", "http:///v1", "http://:{port}/v1", "http://?x", "//"),
    *("127.0.0.1:{port}", "localhost:{port}/v1", "//127.0.0.1:{port}/v1", "http:127.0.0.1:{port}"),
    *("http:/127.0.0.1:{port}", "http:\\\\127.0.0.1:{port}", "http:///127.0.0.1:{port}/v1"),
    *("ftp://127.0.0.1:{port}", "file:///etc/passwd", "gopher://127.0.0.1:{port}/_x", "ws://[::1]"),
    *("unix:///var/run/docker.sock", "http+unix://%2Fvar%2Frun%2Fdocker.sock/v1", "data:,x"),
    *("http://me@127.0.0.1:{port}", "http://me:pw@127.0.0.1:{port}", "http://@127.0.0.1:{port}"),
    *("http://llm.example@127.0.0.1:{port}", "http://127.0.0.1:{port}@llm.example/v1"),
    *("http://llm.example:80@127.0.0.1:{port}", "http://llm.example%40127.0.0.1:{port}"),
    *("http://llm.example#@127.0.0.1:{port}", "http://127.0.0.1:{port}#@llm.example"),
    *("http://llm.example\\@127.0.0.1:{port}", "http://127.0.0.1:{port}\\@llm.example"),
    *("http://127.0.0.1:{port}\\.llm.example", "http://llm.example\t@127.0.0.1:{port}"),
    *("http://127.0.0.1\t:{port}", "http://127.0.0.1\n:{port}", "http://127.0.0.1\r\n:{port}"),
    *("http://127.0.0.1\x00:{port}", "http://127.0.0.1 :{port}", "http://127.0.0.1\u00a0:{port}"),
    *("http://127.0.0.1\u200b:{port}", "http://127.0.0.1%00:{port}", "http://127.0.0.1%20:{port}"),
    *(
        "http://%31%32%37.0.0.1:{port}",
        "http://127%2e0%2e0%2e1:{port}",
        "http://localhos%74:{port}",
    ),
    *("http://127.0.0.1:{port}:80", "http://127.0.0.1:80:{port}", "http://127.0.0.1:-{port}"),
    *("http://127.0.0.1:0", "http://127.0.0.1:65536", "http://127.0.0.1:+{port}"),
    *("http://127.0.0.1:0x50", "http://127.0.0.1:\uff18\uff10", "http://127.0.0.1:1e4"),
    *("http://127..0.0.1:{port}", "http://127.0.0.1..:{port}", "http://.127.0.0.1:{port}"),
    *("http://127.0.0.0.1:{port}", "http://256.0.0.1:{port}", "http://4294967296:{port}"),
    *("http://0x100000000:{port}", "http://0400.0.0.1:{port}", "http://127.0.0.08:{port}"),
    *("http://127.0.0.1x.1:{port}", "http://0x7g.0.0.1:{port}", "http://1.2.3.4.5:{port}"),
    *("http://::1:{port}", "http://[::1:{port}", "http://::1]:{port}", "http://[[::1]]:{port}"),
    *("http://[::1]x:{port}", "http://x[::1]:{port}", "http://[127.0.0.1]:{port}", "http://[]"),
    *("http://[::1%25lo]:{port}", "http://[::1%lo]:{port}", "http://[fe80::1%251]:{port}"),
    *("http://[fe80::1%25eth0]:{port}", "http://[fe80::1%eth0]:{port}", "http://[::1%]:{port}"),
    *("http://[::ffff:127.0.0.01]:{port}", "http://[::ffff:0x7f.1]:{port}", "http://[v1.x]:{port}"),
    *("http://a\uff20127.0.0.1:{port}", "http://a\u2100b:{port}", "http://127.0.0.1\uff1a{port}"),
    *("http://127.0.0.1\uff0fx:{port}", "http://127.0.0.1\uff03:{port}", "http://\uff1f:{port}"),
    *(
        " http://127.0.0.1:{port}",
        "http://127.0.0.1:{port} ",
        "http://xn--:{port}",
        "http://xn--localhost-x:{port}",
        "http://a.xn--\u00e4:{port}",
        "http://-localhost:{port}",
        "http://localhost-:{port}",
        "http://lo\u00adcalhost:{port}",
    ),
)


def refused() -> Iterator[str]:
    """Give addresses that can be read, and lead where nobody may go."""
    for target in TARGETS:
        yield from (f"http://{host}:{PORT}/v1" for host in spellings_of(IPv4Address(target)))
    for host in (*NAMES, *LEADING, *(f"[{six}]" for six in SIXES)):
        yield f"http://{host}:{PORT}/v1"
    for host in ("127.0.0.1", "localhost", "[::1]", "llm.example", "2130706433"):
        yield from (
            f"HTTPS://{host}:{PORT}",
            f"https://{host}",
            f"HtTp://{host}",
            f"http://{host}/",
        )
        yield from (
            f"http://{host}:/v1",
            f"http://{host}:{PORT}?x=/v1",
            f"http://{host}:0{PORT}/..",
        )


def spellings_of(ip: IPv4Address) -> Iterator[str]:
    """Give one IPv4 address in many dresses."""
    a, b, c, d = ip.packed
    number = int(ip)
    yield from (str(ip), f"{ip}.", str(number), f"{number}.", hex(number), f"0X{number:08X}")
    yield from (f"0{number:o}", f"000{number:o}", f"0{a:o}.0{b:o}.0{c:o}.0{d:o}")
    yield from (f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}", f"{a}.{number & 0xFFFFFF}")
    yield from (
        f"{a}.{b}.{c << 8 | d}",
        f"0{a:o}.{b}.0x{c:x}.{d}",
        f"0x{a:x}.0{number & 0xFFFFFF:o}",
    )
    yield from (
        str(ip).translate(WIDE),
        str(ip).replace(".", "\u3002"),
        str(ip).replace(".", "\uff0e"),
    )
    for six in (
        0xFFFF << 32 | number,
        0x2002 << 112 | number << 80,
        0x64FF9B << 96 | number,
        0x64FF9B0001 << 80 | number,
        0x2A00 << 112 | 0x5EFE << 32 | number,
        0x2001 << 112 | number ^ 0xFFFFFFFF,
    ):
        yield from (f"[{IPv6Address(six)}]", f"[{IPv6Address(six).exploded.upper()}]")
    yield from (f"[::ffff:{ip}]", f"[0:0:0:0:0:FFFF:{ip}]", f"[64:ff9b::{ip}]", f"[::{ip}]")


REFUSED = tuple(dict.fromkeys(refused()))
