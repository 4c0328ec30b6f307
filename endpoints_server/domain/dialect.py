"""How an endpoint deviates within its wire, as data."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct


class Dialect(Struct, frozen=True, kw_only=True):
    """How an endpoint deviates within its wire, as data.

    `defaults`, `add` and `drop` name top-level fields of the request or dotted paths into it. A
    default holds where the caller said nothing; what is added wins over what the caller sent; what
    is dropped is gone after that. `ceiling_name` is the field that takes the token ceiling, where
    that is not for the model to say. `replay` says which earlier reasoning a translated request
    carries: all, that of the open tool loop, or none. `is_whole` asks for answers unstreamed.
    """

    defaults: Mapping[str, object] = {}
    add: Mapping[str, object] = {}
    drop: tuple[str, ...] = ()
    ceiling_name: Literal["max_tokens", "max_completion_tokens"] | None = None
    has_stream_usage: bool = True
    has_developer_role: bool = False
    reasoning_key: Literal["reasoning_content", "reasoning"] = "reasoning_content"
    reasoning_format: Literal["effort", "object", "none"] | None = None
    replay: Literal["all", "loop", "none"] = "all"
    web_search: Literal["options", "plugin"] = "options"
    is_whole: bool = False
