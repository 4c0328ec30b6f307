"""How an endpoint's conversations get their titles."""

from typing import Literal

from msgspec import Struct

from endpoints_server.domain.money.price import Price

CURRENT_MODEL = "current_model"
"""What the file says for the model of the conversation itself."""


class TitleRules(Struct, frozen=True, kw_only=True):
    """What the configuration says of titles; what is empty is the usual.

    `model` is empty for the conversation's own, `endpoint` (a slug) for the conversation's own.
    `prompt` may hold `{convo}`, and `template` `{input}` and `{output}`. `price` is that of `model`
    where the endpoint that is asked does not list it.
    """

    is_on: bool = False
    timing: Literal["immediate", "final"] = "immediate"
    is_structured: bool = False
    model: str = ""
    endpoint: str = ""
    prompt: str = ""
    template: str = ""
    role: Literal["system", "user"] = "user"
    price: Price | None = None
