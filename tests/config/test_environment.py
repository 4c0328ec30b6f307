"""Every variable of the environment: defaults, fallbacks, files, mistakes."""

from pathlib import Path

import pytest

from endpoints_server.config.environment import (
    Environment,
    config_path,
    read_environment,
    with_dotenv,
)
from endpoints_server.domain.fault import Failed

CANARY = "c4n4ry-Zk39dQpLw8"


def read(environ: dict[str, str]) -> Environment:
    environment, warnings = read_environment(environ)
    assert warnings == []
    return environment


def complaint(environ: dict[str, str]) -> str:
    with pytest.raises(Failed) as caught:
        read_environment(environ)
    return caught.value.fault.message


def test_an_empty_environment_means_the_defaults() -> None:
    environment = read({})
    assert environment == Environment()
    assert (environment.host, environment.port, environment.workers) == ("127.0.0.1", 8484, 1)
    assert environment.config_path == Path("librechat.yaml")
    assert environment.data_dir == Path("data")


def test_every_variable_is_taken_up() -> None:
    environment = read(
        {
            "CONFIG_PATH": "/etc/es/librechat.yaml",
            "ES_DATA_DIR": "/var/lib/es",
            "ES_DATABASE_URL": "postgresql://u:p@db/es",
            "ES_REDIS_URL": "redis://cache",
            "ES_HOST": "0.0.0.0",
            "ES_PORT": "0",
            "ES_WORKERS": "4",
            "ES_SECRET_KEYS": "id:key",
            "ES_ADMIN_KEY": "es-key",
            "ES_PUBLIC_URL": "https://models.example.com/",
            "ES_TRUSTED_PROXIES": "10.0.0.0/8, ::1",
            "ES_LOG_LEVEL": "DEBUG",
            "ES_LOG_FORMAT": "json",
            "ES_DRAIN_SECONDS": "60",
            "ES_LINGER_SECONDS": "0",
        }
    )
    assert environment.has_config
    assert environment.config_path == Path("/etc/es/librechat.yaml")
    assert environment.data_dir == Path("/var/lib/es")
    assert environment.database_url
    assert environment.database_url.reveal() == "postgresql://u:p@db/es"
    assert environment.redis_url
    assert environment.secret_keys
    assert environment.admin_key
    assert (environment.host, environment.port) == ("0.0.0.0", 0)
    assert environment.public_url == "https://models.example.com"
    assert environment.trusted_proxies == ("10.0.0.0/8", "::1")
    assert (environment.log_level, environment.log_format) == ("debug", "json")
    assert (environment.drain_seconds, environment.linger_seconds) == (60, 0)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"CONFIG_PATH": "a.yaml", "ES_CONFIG": "b.yaml"}, "a.yaml"),
        ({"CONFIG_PATH": "", "ES_CONFIG": "b.yaml"}, "b.yaml"),
        ({}, "librechat.yaml"),
    ],
)
def test_the_configuration_is_named_by_librechats_variable_first(
    environ: dict[str, str], expected: str
) -> None:
    assert config_path(environ) == Path(expected)


def test_a_name_of_ours_wins_over_the_name_of_others() -> None:
    environ = {"DATABASE_URL": "sqlite:///b", "REDIS_URL": "redis://b", "PORT": "90"}
    ours = {"ES_DATABASE_URL": "sqlite:///a", "ES_REDIS_URL": "redis://a", "ES_PORT": "80"}
    fallen_back, chosen = read(environ), read(environ | ours)
    assert fallen_back.database_url
    assert fallen_back.redis_url
    assert chosen.database_url
    assert chosen.redis_url
    assert fallen_back.database_url.reveal() == "sqlite:///b"
    assert fallen_back.redis_url.reveal() == "redis://b"
    assert fallen_back.port == 90
    assert chosen.database_url.reveal() == "sqlite:///a"
    assert chosen.redis_url.reveal() == "redis://a"
    assert chosen.port == 80


@pytest.mark.parametrize("name", ["ES_SECRET_KEYS", "ES_ADMIN_KEY"])
def test_a_secret_is_read_from_the_file_that_is_named(name: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{CANARY}\r\n")
    environment = read({f"{name}_FILE": str(file)})
    found = environment.secret_keys if name == "ES_SECRET_KEYS" else environment.admin_key
    assert found
    assert found.reveal() == CANARY


def test_the_url_of_a_database_is_read_from_a_file_too(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"postgresql://u:{CANARY}@db/es\n")
    for name in ("ES_DATABASE_URL_FILE", "DATABASE_URL_FILE"):
        environment = read({name: str(file)})
        assert environment.database_url
        assert CANARY in environment.database_url.reveal()


def test_no_secret_is_in_the_repr_of_an_environment() -> None:
    environment = read({"ES_DATABASE_URL": f"postgresql://u:{CANARY}@db", "ES_ADMIN_KEY": CANARY})
    assert CANARY not in repr(environment)


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"ES_PORT": "eighty"}, "ES_PORT must be a whole number"),
        ({"PORT": "70000"}, "PORT must be a whole number"),
        ({"ES_WORKERS": "0"}, "ES_WORKERS must be 1 or more"),
        ({"ES_WORKERS": "65"}, "ES_WORKERS must be a whole number up to 64"),
        ({"ES_DRAIN_SECONDS": "soon"}, "ES_DRAIN_SECONDS must be a whole number up to 3600"),
        ({"ES_LINGER_SECONDS": "4000"}, "ES_LINGER_SECONDS must be a whole number up to 3600"),
        ({"ES_LOG_LEVEL": "loud"}, "ES_LOG_LEVEL must be one of debug, info"),
        ({"ES_LOG_FORMAT": "xml"}, "ES_LOG_FORMAT must be one of json, console"),
        ({"ES_PUBLIC_URL": "models.example.com"}, "ES_PUBLIC_URL must be an address"),
        ({"ES_PUBLIC_URL": "https://[oops"}, "ES_PUBLIC_URL must be an address"),
        ({"ES_PUBLIC_URL": "https://a.example/?x=1"}, "ES_PUBLIC_URL must be an address"),
        ({"ES_TRUSTED_PROXIES": "10.0.0.0/8, proxy"}, "ES_TRUSTED_PROXIES holds 'proxy'"),
        ({"ES_DATABASE_URL": f"mysql://u:{CANARY}@db"}, "ES_DATABASE_URL must begin with"),
        ({"DATABASE_URL": f"u:{CANARY}@db"}, "DATABASE_URL must begin with"),
        ({"REDIS_URL": f"http://:{CANARY}@cache"}, "REDIS_URL must begin with"),
        ({"ES_ADMIN_KEY_FILE": "/no/such/file"}, "ES_ADMIN_KEY_FILE names a file that cannot"),
        ({"ES_ADMIN_KEY_FILE": "/dev/null"}, "ES_ADMIN_KEY_FILE names a file that is empty"),
        ({"ES_ADMIN_KEY_FILE": "/x", "ES_ADMIN_KEY": CANARY}, "are both set"),
    ],
)
def test_a_wrong_value_is_told_by_the_name_of_its_variable(
    environ: dict[str, str], said: str
) -> None:
    assert said in complaint(environ)
    assert CANARY not in complaint(environ)


def test_all_wrong_values_are_told_at_once() -> None:
    said = complaint({"ES_PORT": "x", "ES_LOG_LEVEL": "x", "ES_WORKERS": "0"})
    assert len(said.splitlines()) == 3


def test_an_unknown_name_warns_with_the_nearest_known_one() -> None:
    environ = {"ES_DATBASE_URL": CANARY, "ES_PORT_FILE": "/x", "ESCAPE": "1", "ES_SHARED": "/y"}
    _, warnings = read_environment(environ)
    assert len(warnings) == 2
    assert "ES_DATBASE_URL is set but means nothing here. Did you mean ES_DATABASE_URL?" in warnings
    assert CANARY not in "".join(warnings)


def test_the_file_beside_the_configuration_fills_what_the_environment_lacks(
    tmp_path: Path,
) -> None:
    (tmp_path / ".env").write_text(
        "# keys\nexport OPENAI_KEY='a b'\nES_PORT=1\nEMPTY=\nBARE\nPRICE=\"$5 ${NOT_SET}\"\n"
    )
    environ = with_dotenv({"CONFIG_PATH": str(tmp_path / "librechat.yaml"), "ES_PORT": "2"})
    assert environ["OPENAI_KEY"] == "a b"
    assert environ["ES_PORT"] == "2"
    assert environ["EMPTY"] == ""
    assert environ["PRICE"] == "$5 ${NOT_SET}"
    assert "BARE" not in environ


def test_without_such_a_file_the_environment_stands_alone(tmp_path: Path) -> None:
    environ = {"ES_CONFIG": str(tmp_path / "librechat.yaml"), "A": "b"}
    assert with_dotenv(environ) == environ


def test_a_file_that_is_no_text_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"A=\xff\xfe")
    with pytest.raises(Failed) as caught:
        with_dotenv({"ES_CONFIG": str(tmp_path / "librechat.yaml")})
    assert ".env cannot be read" in caught.value.fault.message
