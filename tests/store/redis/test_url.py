"""Where a Redis is said to be, and as whom it is asked."""

import socket
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from endpoints_server.store.redis.server import Away, RedisServer
from tests.certificate import make_certificate
from tests.redis import RedisProcess, running_redis


@pytest.fixture(scope="module")
def redis() -> Generator[RedisProcess]:
    with running_redis() as running:
        yield running


async def ask(url: str, *command: str) -> Any:
    server = RedisServer(url)
    try:
        return await server.ask(*command)
    finally:
        await server.close()


async def test_whoever_the_url_names_asks_in_the_database_it_names(redis: RedisProcess) -> None:
    await ask(redis.url, "ACL", "SETUSER", "ann", "on", ">hunter2", "~*", "+@all")
    socket_path = redis.url.removeprefix("unix://")
    info = await ask(f"unix://ann:hunter2@{socket_path}?db=3", "CLIENT", "INFO")
    assert {b"user=ann", b"db=3", b"name=endpoints-server"} <= set(info.split())
    with pytest.raises(Away, match="WRONGPASS") as caught:
        await ask(f"unix://ann:hunter3@{socket_path}", "PING")
    assert "hunter" not in str(caught.value)
    with pytest.raises(Away, match="index is out of range"):
        await ask(f"{redis.url}?db=99", "PING")


async def test_a_redis_behind_tls_is_asked_if_its_certificate_is_vouched_for(
    redis: RedisProcess, tmp_path: Path
) -> None:
    path = make_certificate(tmp_path, "localhost")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    files = ("tls-cert-file", str(path), "tls-key-file", str(path), "tls-auth-clients", "no")
    await ask(redis.url, "CONFIG", "SET", *files, "tls-port", str(port))
    for scheme in ("rediss", "valkeys"):
        assert await ask(f"{scheme}://localhost:{port}?ssl_ca_certs={path}", "PING") == b"PONG"
    with pytest.raises(Away, match="certificate verify failed"):
        await ask(f"rediss://localhost:{port}", "PING")


@pytest.mark.parametrize(
    "url", ["http://localhost", "redis://localhost:port", "rediss://localhost?ssl_cert_reqs=some"]
)
def test_a_url_that_cannot_be_read_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        RedisServer(url)
