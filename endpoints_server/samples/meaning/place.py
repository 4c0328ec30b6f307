"""Where a request goes: its wire, its base URL, and what an address gives away beside."""

from collections.abc import Mapping
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from msgspec import Struct

from endpoints_server.domain.address.host import ip_of, read_host
from endpoints_server.domain.address.nature import Nature, nature_of
from endpoints_server.samples.keys.kind import is_secret_name
from endpoints_server.samples.warning import (
    BASE_URL_HAS_VARIABLE,
    BASE_URL_IS_VARIABLE,
    KEY_IN_QUERY,
    NATIVE_API,
    SCHEME_ASSUMED,
    WIRE_ASSUMED,
)
from endpoints_server.samples.words import words

NO_ENDPOINT = "no_endpoint_found"
NOT_ALLOWED = "address_not_allowed"
UNSUPPORTED = "unsupported_endpoint"

FORBIDDEN = frozenset({Nature.LINK_LOCAL, Nature.METADATA})
FORBIDDEN_NAMES = words(
    "metadata metadata.google.internal metadata.goog instance-data instance-data.ec2.internal"
    " metadata.azure.com metadata.azure.internal"
)
NEAR = frozenset({Nature.LOOPBACK, Nature.PRIVATE, Nature.CARRIER, Nature.UNSPECIFIED})
NEAR_ENDINGS = (".lan", ".local", ".localhost")
NEAR_NAMES = frozenset({"localhost"})
GOOGLE_HOST = "generativelanguage.googleapis.com"
KEY_QUERIES = frozenset({"key", "api_key", "apikey", "api-key", "access_token", "token"})
CHAT, RESPONSES = "/chat/completions", "/responses"
MESSAGES = ("/v1/messages/count_tokens", "/v1/messages/batches", "/v1/messages", "/messages")
NATIVE = ("/api/chat", "/api/generate", "/api/tags")
LISTS = ("/models",)
NO_CHATS = (
    *("/completions", "/embeddings", "/rerank", "/moderations", "/images/generations"),
    *("/images/edits", "/audio/speech", "/audio/transcriptions", "/audio/translations", "/files"),
    *("/batches", "/fine_tuning/jobs", "/assistants", "/threads", "/realtime", "/api/embed"),
    *("/api/embeddings", "/videos"),
)
NO_CHAT_METHODS = ("embedContent", "batchEmbedContents", "predict", "countTokens")
STREAMED = "streamGenerateContent"
DEPLOYMENTS = "/openai/deployments/"


class Place(Struct, frozen=True, kw_only=True):
    """An address, taken apart."""

    base_url: str = ""
    host: str = ""
    port: int | None = None
    wire: str | None = None
    model: str | None = None
    is_stream: bool | None = None
    query: Mapping[str, str] = {}
    login: str | None = None
    query_key: str | None = None
    is_native: bool = False
    is_list: bool = False
    is_local: bool = False
    error: str | None = None
    warnings: tuple[str, ...] = ()


class Cut(Struct, frozen=True, kw_only=True):
    """A path without what the wire puts behind the base."""

    path: str
    wire: str | None = None
    model: str | None = None
    is_stream: bool | None = None
    is_native: bool = False
    is_list: bool = False
    is_unsupported: bool = False


def read_place(text: str, wire: str | None = None) -> Place:
    """Take an address apart; a `wire` given says that it is a base already."""
    text = text.strip().strip("<>").strip() if text.startswith("<http") else text.strip()
    if text.startswith(("${", "<")):
        return variable_place(text, wire)
    text, warnings = with_scheme(text)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", port_of(parts)
    except ValueError:
        return Place(error=NO_ENDPOINT)
    if parts.scheme not in ("http", "https"):
        return Place(error=NOT_ALLOWED, wire=wire)
    if not host:
        return Place(error=NO_ENDPOINT)
    cut = cut_path(parts.path, host, wire)
    query = dict(parse_qsl(parts.query))
    netloc = parts.netloc.rpartition("@")[2]
    if "$" in netloc + parts.path or "<" in netloc + parts.path:
        warnings = (*warnings, BASE_URL_HAS_VARIABLE)
    return Place(
        base_url=f"{parts.scheme}://{netloc}{cut.path}".rstrip("/"),
        host=host,
        port=port,
        wire=cut.wire,
        model=unquote(cut.model) if cut.model else None,
        is_stream=cut.is_stream,
        query={name: value for name, value in query.items() if not is_dropped(name)},
        login=login_of(parts.netloc),
        query_key=next((query[name] for name in query if is_key_query(name)), None),
        is_native=cut.is_native,
        is_list=cut.is_list,
        is_local=is_local(host),
        error=refusal(host) or (UNSUPPORTED if cut.is_unsupported else None),
        warnings=(*warnings, *warnings_of(cut, query)),
    )


def warnings_of(cut: Cut, query: Mapping[str, str]) -> tuple[str, ...]:
    """Give what a reader should know of an address."""
    said = {
        KEY_IN_QUERY: any(map(is_key_query, query)),
        NATIVE_API: cut.is_native,
        WIRE_ASSUMED: cut.wire is None or cut.is_list,
    }
    return tuple(code for code, holds in said.items() if holds)


def is_key_query(name: str) -> bool:
    """Say whether a query parameter is a key."""
    return name.lower() in KEY_QUERIES or is_secret_name(name)


def is_dropped(name: str) -> bool:
    """Say whether a query parameter is the call's, or a key, rather than the endpoint's."""
    return is_key_query(name) or name.lower() == "alt"


def variable_place(text: str, wire: str | None) -> Place:
    """Take an address apart that begins with a variable."""
    path, _, query = text.partition("?")
    cut = cut_path(path, "", wire)
    return Place(
        base_url=cut.path.rstrip("/"),
        wire=cut.wire,
        model=cut.model,
        is_stream=cut.is_stream,
        query={n: value for n, value in parse_qsl(query) if not is_dropped(n)},
        is_native=cut.is_native,
        error=UNSUPPORTED if cut.is_unsupported else None,
        warnings=(BASE_URL_IS_VARIABLE, *warnings_of(cut, dict(parse_qsl(query)))),
    )


def with_scheme(text: str) -> tuple[str, tuple[str, ...]]:
    """Give an address a scheme where it has none: http on this machine, else https."""
    if "://" in text or text.startswith(("file:", "data:", "javascript:")):
        return text, ()
    host = text.lstrip("/").partition("/")[0].partition(":")[0]
    scheme = "http" if is_local(host) else "https"
    return f"{scheme}://{text.lstrip('/')}", (SCHEME_ASSUMED,)


def cut_path(path: str, host: str, wire: str | None) -> Cut:
    """Cut off what a wire puts behind the base, and tell the wire by it."""
    path = path.rstrip("/")
    if path.endswith(CHAT):
        base = path.removesuffix(CHAT)
        return Cut(path=base, wire="openai", model=deployment_in(base))
    if path.endswith(RESPONSES):
        return Cut(path=path.removesuffix(RESPONSES), wire="openai-responses")
    for ending in MESSAGES:
        if path.endswith(ending):
            return Cut(path=path.removesuffix(ending), wire="anthropic")
    base, separator, call = path.rpartition("/models/")
    if separator and ":" in call:
        return cut_method(base, call)
    for ending in NATIVE:
        if path.endswith(ending):
            return Cut(
                path=path.removesuffix(ending) + "/v1",
                wire="openai",
                is_native=True,
                is_list=ending == "/api/tags",
            )
    return cut_other(path, host, wire)


def cut_method(base: str, call: str) -> Cut:
    """Cut off Google's model and method."""
    model, _, method = call.rpartition(":")
    return Cut(
        path=base,
        wire="google",
        model=model,
        is_stream=True if method == STREAMED else None,
        is_unsupported=method in NO_CHAT_METHODS,
    )


def cut_other(path: str, host: str, wire: str | None) -> Cut:
    """Cut off a list of models; else a path is a base, or of an API that is no chat."""
    usual = wire or wire_at(host, path)
    for ending in LISTS:
        if path.endswith(ending):
            base = path.removesuffix(ending)
            base = base.removesuffix("/v1") if usual == "anthropic" else base
            return Cut(path=base, wire=usual or "openai", is_list=wire is None)
    if any(path.endswith(ending) for ending in NO_CHATS):
        return Cut(path=path, is_unsupported=True)
    return Cut(path=path, wire=usual, model=deployment_in(path))


def wire_at(host: str, path: str) -> str | None:
    """Tell a wire by a host that has one alone."""
    if host == GOOGLE_HOST and "/openai" not in path:
        return "google"
    return "anthropic" if host == "api.anthropic.com" or path.endswith("/anthropic") else None


def deployment_in(path: str) -> str | None:
    """Find the deployment that an address at Azure names."""
    _, separator, name = path.partition(DEPLOYMENTS)
    return name.split("/")[0] or None if separator else None


def port_of(parts: SplitResult) -> int | None:
    """Give the port of an address; none where a variable or a mistake stands for it."""
    try:
        return parts.port
    except ValueError:
        return None


def login_of(netloc: str) -> str | None:
    """Give user and password of an address."""
    login, separator, _ = netloc.rpartition("@")
    return unquote(login) if separator else None


def refusal(host: str) -> str | None:
    """Say why a host is never called: it is a machine's own, that tells its secrets."""
    if host in FORBIDDEN_NAMES:
        return NOT_ALLOWED
    return NOT_ALLOWED if nature(host) in FORBIDDEN else None


def is_local(host: str) -> bool:
    """Say whether a host is this machine, or one of a private network."""
    return host in NEAR_NAMES or host.endswith(NEAR_ENDINGS) or nature(host) in NEAR


def nature(host: str) -> Nature | None:
    """Classify a host that is an IP."""
    try:
        ip = ip_of(read_host(f"[{host}]" if ":" in host else host))
    except ValueError:
        return None
    return nature_of(ip) if ip is not None else None
