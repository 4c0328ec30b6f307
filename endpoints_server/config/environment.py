"""The environment variables: which there are, what they mean, and what is wrong with them."""

from collections.abc import Mapping
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Literal, cast, get_args
from urllib.parse import urlsplit

from dotenv import dotenv_values
from msgspec import Struct

from endpoints_server.domain.fault import Failed, Fault, Kind
from endpoints_server.domain.secret import Secret

LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["json", "console"]

CONFIG_FILE = "librechat.yaml"
PREFIX = "ES_"
FILE = "_FILE"
SECRETS = {
    "ES_DATABASE_URL": "DATABASE_URL",
    "ES_REDIS_URL": "REDIS_URL",
    "ES_SECRET_KEYS": "",
    "ES_ADMIN_KEY": "",
}
"""Each secret with the name of others that is read where ours is absent; all also as a file."""
PLAIN = (
    *("ES_CONFIG", "ES_DATA_DIR", "ES_HOST", "ES_PORT", "ES_WORKERS", "ES_PUBLIC_URL"),
    *("ES_TRUSTED_PROXIES", "ES_LOG_LEVEL", "ES_LOG_FORMAT", "ES_DRAIN_SECONDS"),
    "ES_LINGER_SECONDS",
)
TESTS = ("ES_REQUIRE_ALL", "ES_SHARED")
KNOWN = (*PLAIN, *SECRETS, *(name + FILE for name in SECRETS), *TESTS)
DATABASES = ("sqlite", "postgresql", "postgres")
DRAIN_SECONDS = 25
"""Less than the thirty that Kubernetes waits."""
LONGEST_SECONDS = 3600
REDISES = ("redis", "rediss", "valkey", "valkeys", "unix")


class Environment(Struct, frozen=True, kw_only=True):
    """What the environment says; `has_config` tells a file that was named from the usual one.

    A `log_format` that is None leaves the choice to whether a terminal is looking. After a signal
    calls have `drain_seconds` to finish, and new ones are taken for `linger_seconds`; where that is
    None, for a moment if anybody is connected.
    """

    config_path: Path = Path(CONFIG_FILE)
    has_config: bool = False
    data_dir: Path = Path("data")
    database_url: Secret | None = None
    redis_url: Secret | None = None
    host: str = "127.0.0.1"
    port: int = 8484
    workers: int = 1
    secret_keys: Secret | None = None
    admin_key: Secret | None = None
    public_url: str = ""
    trusted_proxies: tuple[str, ...] = ()
    log_level: LogLevel = "info"
    log_format: LogFormat | None = None
    drain_seconds: int = DRAIN_SECONDS
    linger_seconds: int | None = None


def with_dotenv(environ: Mapping[str, str]) -> dict[str, str]:
    """Lay the environment over the `.env` file beside the configuration, where there is one.

    Values of the file are taken as they stand, as LibreChat does; those of the environment win.
    Raises Failed(bad_request) where the file cannot be read.
    """
    path = config_path(environ).parent / ".env"
    if not path.is_file():
        return dict(environ)
    try:
        found = dotenv_values(path, interpolate=False, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise failed([f"{path} cannot be read: {type(error).__name__}"]) from None
    return {name: value for name, value in found.items() if value is not None} | dict(environ)


def config_path(environ: Mapping[str, str]) -> Path:
    """Say which file is the configuration."""
    named = environ.get("CONFIG_PATH") or environ.get("ES_CONFIG") or CONFIG_FILE
    return Path(named).expanduser()


def read_environment(environ: Mapping[str, str]) -> tuple[Environment, list[str]]:
    """Read every variable; gives the warnings too.

    Raises Failed(bad_request) with one line for each variable that is wrong; no line holds the
    value of a secret.
    """
    reading = Reading(environ)
    environment = Environment(
        config_path=config_path(environ),
        has_config=bool(environ.get("CONFIG_PATH") or environ.get("ES_CONFIG")),
        data_dir=Path(environ.get("ES_DATA_DIR") or "data").expanduser(),
        database_url=reading.url("ES_DATABASE_URL", DATABASES),
        redis_url=reading.url("ES_REDIS_URL", REDISES),
        host=environ.get("ES_HOST") or "127.0.0.1",
        port=reading.number("ES_PORT", "PORT", default=8484, highest=65535),
        workers=reading.workers(),
        secret_keys=reading.secret("ES_SECRET_KEYS"),
        admin_key=reading.secret("ES_ADMIN_KEY"),
        public_url=reading.public_url(),
        trusted_proxies=reading.networks("ES_TRUSTED_PROXIES"),
        log_level=cast("LogLevel", reading.word("ES_LOG_LEVEL", get_args(LogLevel)) or "info"),
        log_format=cast("LogFormat | None", reading.word("ES_LOG_FORMAT", get_args(LogFormat))),
        drain_seconds=reading.number(
            "ES_DRAIN_SECONDS", default=DRAIN_SECONDS, highest=LONGEST_SECONDS
        ),
        linger_seconds=reading.number("ES_LINGER_SECONDS", default=0, highest=LONGEST_SECONDS)
        if environ.get("ES_LINGER_SECONDS")
        else None,
    )
    if reading.wrong:
        raise failed(reading.wrong)
    return environment, unknown(environ)


class Reading:
    """Reads variables one by one and gathers what is wrong with them; an empty one is absent."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.wrong: list[str] = []

    def secret(self, name: str) -> Secret | None:
        """Read a secret, from its variable or from the file that `…_FILE` names."""
        for tried in filter(None, (name, SECRETS[name])):
            value, path = self.environ.get(tried), self.environ.get(tried + FILE)
            if value and path:
                self.wrong.append(f"{tried} and {tried}{FILE} are both set; keep one of them.")
            if value:
                return Secret(value)
            if path:
                return self.secret_file(tried + FILE, Path(path))
        return None

    def secret_file(self, name: str, path: Path) -> Secret | None:
        """Read a secret from a file; line breaks at its end are not part of it."""
        try:
            value = path.read_text().rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            self.wrong.append(f"{name} names a file that cannot be read: {type(error).__name__}.")
            return None
        if not value:
            self.wrong.append(f"{name} names a file that is empty.")
        return Secret(value)

    def url(self, name: str, schemes: tuple[str, ...]) -> Secret | None:
        """Read a URL that may hold a password."""
        secret = self.secret(name)
        if secret is None:
            return None
        scheme = secret.reveal().partition("://")[0].partition("+")[0]
        if "://" not in secret.reveal() or scheme not in schemes:
            spelled = SECRETS[name] if not self.has(name) else name
            allowed = ", ".join(f"{each}://" for each in schemes)
            self.wrong.append(f"{spelled} must begin with one of {allowed}.")
        return secret

    def has(self, name: str) -> bool:
        """Say whether a secret is set under this very name."""
        return bool(self.environ.get(name) or self.environ.get(name + FILE))

    def number(self, name: str, *others: str, default: int, highest: int) -> int:
        """Read a whole number from 0 (a port chosen by the system) to `highest`."""
        for tried in (name, *others):
            if value := self.environ.get(tried):
                if value.isascii() and value.isdigit() and int(value) <= highest:
                    return int(value)
                self.wrong.append(f"{tried} must be a whole number up to {highest}, not '{value}'.")
                return default
        return default

    def workers(self) -> int:
        """Read how many processes serve."""
        workers = self.number("ES_WORKERS", default=1, highest=64)
        if workers == 0:
            self.wrong.append("ES_WORKERS must be 1 or more.")
        return workers

    def public_url(self) -> str:
        """Read the address that people use, for links; without a slash at its end."""
        value = self.environ.get("ES_PUBLIC_URL", "")
        try:
            url = urlsplit(value)
            is_fine = url.scheme in ("http", "https") and bool(url.hostname) and "@" not in value
        except ValueError:
            url, is_fine = urlsplit(""), False
        if value and (not is_fine or url.query or url.fragment):
            self.wrong.append(
                "ES_PUBLIC_URL must be an address such as https://models.example.com."
            )
        return value.rstrip("/")

    def networks(self, name: str) -> tuple[str, ...]:
        """Read addresses and networks, comma separated; `*` is all of them."""
        pieces = tuple(
            filter(None, (each.strip() for each in self.environ.get(name, "").split(",")))
        )
        for piece in pieces:
            if piece != "*" and not is_network(piece):
                self.wrong.append(f"{name} holds '{piece}', which is no address and no network.")
        return pieces

    def word(self, name: str, allowed: tuple[str, ...]) -> str | None:
        """Read one of a few words, in any case."""
        value = self.environ.get(name, "").lower()
        if value and value not in allowed:
            self.wrong.append(f"{name} must be one of {', '.join(allowed)}, not '{value}'.")
        return value or None


def is_network(text: str) -> bool:
    """Say whether a text is an IP address or a network."""
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def unknown(environ: Mapping[str, str]) -> list[str]:
    """Warn of every `ES_…` that means nothing here, with the nearest name that does."""
    warnings: list[str] = []
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in KNOWN:
            continue
        near = get_close_matches(name, KNOWN, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        warnings.append(f"{name} is set but means nothing here.{hint}")
    return warnings


def failed(lines: list[str]) -> Failed:
    """Say what is wrong with the environment."""
    return Failed(
        Fault(kind=Kind.BAD_REQUEST, code="environment_invalid", message="\n".join(lines))
    )
