"""What leaves before the body."""

import httpx2
import pytest

from endpoints_server.upstream.direct.head import head_of, target_of
from tests.upstream.direct.conftest import Script, line_to, read_all
from tests.upstreams.server import Exchange

PLACE = "http://host.example:8080/v1/chat?x=%20y"


def lines_of(headers: dict[str, str], url: str = PLACE, body_bytes: int = 2) -> list[bytes]:
    return head_of("POST", target_of(url), headers, body_bytes).split(b"\r\n")


def test_a_head_has_its_own_headers_and_what_http_needs() -> None:
    assert lines_of({"Content-Type": "application/json", "accept": "text/event-stream"}) == [
        b"POST /v1/chat?x=%20y HTTP/1.1",
        b"Host: host.example:8080",
        b"Content-Type: application/json",
        b"accept: text/event-stream",
        b"Accept-Encoding: identity",
        b"User-Agent: endpoints-server",
        b"Content-Length: 2",
        b"",
        b"",
    ]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://host.example/", b"Host: host.example"),
        ("https://host.example:443/", b"Host: host.example"),
        ("http://host.example:443/", b"Host: host.example:443"),
        ("http://[::1]:8080/", b"Host: [::1]:8080"),
        ("http://bücher.example", b"Host: xn--bcher-kva.example"),
    ],
)
def test_the_host_is_named_as_it_is_reached(url: str, host: bytes) -> None:
    assert lines_of({}, url)[1] == host


def test_a_host_that_was_given_is_the_only_one() -> None:
    hosts = [line for line in lines_of({"Host": "other.example"}) if line[:5].lower() == b"host:"]
    assert hosts == [b"Host: other.example"]


def test_the_length_is_the_bodys_own() -> None:
    lines = lines_of({"content-length": "999", "Transfer-Encoding": "chunked"})
    assert b"Content-Length: 2" in lines
    assert not [line for line in lines if b"999" in line or b"chunked" in line]


def test_a_person_in_the_address_is_named_unless_a_header_does() -> None:
    url = "http://someone:s3cret@host.example/"
    assert b"Authorization: Basic c29tZW9uZTpzM2NyZXQ=" in lines_of({}, url)
    assert not [line for line in lines_of({"authorization": "x"}, url) if b"Basic" in line]
    assert b"Host: host.example" in lines_of({}, url)


def test_a_value_is_written_in_latin_1_and_only_what_that_lacks_in_utf_8() -> None:
    lines = lines_of({"x-a": "é", "x-b": "日本"})
    assert "x-a: é".encode("latin-1") in lines
    assert "x-b: 日本".encode() in lines


@pytest.mark.parametrize(
    "headers",
    [
        {"x": "a\r\ny: b"},
        {"x": "a\nb"},
        {"x": "a\rb"},
        {"x": "a\0b"},
        {"x\r\ny": "b"},
        {"x: y": "b"},
        {"x ": "b"},
        {"": "b"},
        {"é": "b"},
    ],
)
def test_a_header_that_is_not_one_line_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(httpx2.LocalProtocolError):
        lines_of(headers)


@pytest.mark.parametrize("ending", ["/a b", "/a\r\nx: y", "/é", "/?q=\r\n\r\nGET /"])
def test_a_path_stays_on_its_line(ending: str) -> None:
    try:
        line = lines_of({}, "http://host.example" + ending)[0]
    except httpx2.InvalidURL:
        return
    assert line.count(b" ") == 2
    assert line.isascii()


async def test_a_large_body_arrives_whole_on_a_connection_that_is_kept() -> None:
    async def measure(exchange: Exchange) -> None:
        length = len(await exchange.read_body())
        exchange.whole("200 OK", "text/plain", str(length).encode())

    async with line_to(measure) as line:
        for length in (0, 1, 1024 * 1024, 1024 * 1024 + 1, 20 * 1024 * 1024, 3):
            assert await read_all(await line.ask(body=bytes(length))) == str(length).encode()
        assert line.server.connection_count == 1


async def test_a_question_without_a_body_has_no_length(whole: Script) -> None:
    async with line_to(whole) as line:
        await read_all(await line.ask(method="GET", body=b""))
        assert "content-length" not in line.server.last.headers
        await read_all(await line.ask(body=b""))
        assert line.server.last.headers["content-length"] == "0"
