"""What reading an example gives: a draft of an endpoint, or why there is none."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct


class KeyKind(StrEnum):
    """What stands where a key belongs."""

    NONE = "none"
    PLACEHOLDER = "placeholder"
    ENV = "env"
    REAL_LOOKING = "real-looking"


class Auth(Struct, frozen=True):
    """The header that presents a key, and the word before it; both None where none was seen."""

    header: str | None = None
    scheme: str | None = None


class Draft(Struct, frozen=True, kw_only=True):
    """An endpoint as far as an example tells it; None is what it does not tell.

    `api_key_env` is the variable that the example reads its key from. `thinking` is what was set of
    thinking: `state` (on, off), `level`, `budget` and further details. `request_params` are sent
    with each call, `query` is kept in the address. `is_stream` is None unless the example says so.
    """

    wire: str | None = None
    base_url: str | None = None
    upstream_model: str | None = None
    other_models: tuple[str, ...] = ()
    auth: Auth | None = None
    api_key_env: str | None = None
    vendor: str | None = None
    thinking_mode: str = "none"
    thinking: Mapping[str, object] = {}
    request_params: Mapping[str, object] = {}
    capabilities: Mapping[str, bool] = {}
    headers: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    max_tokens: int | None = None
    max_tokens_field: str | None = None
    is_stream: bool | None = None
    is_local: bool = False


class Sample(Struct, frozen=True, kw_only=True):
    """What was read of an example.

    `error` is a code where no draft can be drawn. `is_refused` says that a real key seems to be in
    the text; then nothing of the draft is told. `missing` are fields a person has to supply.
    """

    draft: Draft | None = None
    error: str | None = None
    is_refused: bool = False
    key: KeyKind = KeyKind.NONE
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
