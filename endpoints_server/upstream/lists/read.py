"""A model list is read by its shape, whoever sent it; one odd model spoils none of the others."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Raw, Struct

from endpoints_server.domain.money.price import Price
from endpoints_server.upstream.lists.price import price_of

Json = Mapping[str, Any]

LISTS = ("data", "models", "result")
NAMES = ("id", "key", "name", "model")
TITLES = ("display_name", "displayName", "name")
LONGEST_NAME = 256
LONGEST_TITLE = 200
MOST_TOKENS = 10**9
MOST_MODELS = 5000

CONTEXT = (
    ("context_length",),
    ("context_window",),
    ("max_model_len",),
    ("max_context_length",),
    ("inputTokenLimit",),
    ("max_input_tokens",),
    ("model_spec", "availableContextTokens"),
    ("limits", "max_input_tokens"),
    ("top_provider", "context_length"),
    ("meta", "n_ctx_train"),
)
OUTPUT = (
    ("max_output_tokens",),
    ("max_completion_tokens",),
    ("outputTokenLimit",),
    ("top_provider", "max_completion_tokens"),
    ("model_spec", "maxCompletionTokens"),
    ("limits", "max_output_tokens"),
    ("max_tokens",),
)
TALKING = (
    (("supportedGenerationMethods",), "generateContent"),
    (("endpoints",), "chat"),
)
"""Lists of what a model does, and the word that must be in them."""
ALLOWED = (("supports_chat",), ("capabilities", "completion_chat"))
"""Truth values that are false for a model that does not converse."""
OTHER_KINDS = frozenset(
    {"embedding", "embeddings", "image", "audio", "speech", "transcribe", "moderation", "rerank"}
    | {"video", "tts", "asr", "inpaint", "upscale", "music", "transcription", "reranker"}
)
MORE = (("nextPageToken", "pageToken"), ("next_page_token", "page_token"))
MARKS = ("has_more", "last_id", "nextPageToken", "next_page_token")

ANSWER = msgspec.json.Decoder(dict[str, Raw] | list[Raw])
ITEMS = msgspec.json.Decoder(list[Raw])
"""Nothing inside is decoded: a list of megabytes is counted before it is read."""


class ListedModel(Struct, frozen=True, kw_only=True):
    """What a list says of one model; what it does not say, or not so that it can be read, is None.

    A `title` is empty where it would only repeat the name.
    """

    name: str
    title: str = ""
    price: Price | None = None
    context_tokens: int | None = None
    output_tokens: int | None = None


class Page(Struct, frozen=True, kw_only=True):
    """The models of one answer, and the field and value that ask for the next."""

    models: tuple[ListedModel, ...]
    more: tuple[str, str] | None = None
    is_too_long: bool = False


def read_page(body: bytes) -> Page | None:
    """Read one answer; None where it is no model list. Models come in order, each name once.

    Of a list that is far too long no more is read than shows that.
    """
    try:
        told = ANSWER.decode(body)
        items = items_in(told)
        if items is None:
            return None
        read = unique(read_models(items[: MOST_MODELS + 1]))
        more = more_of(told) if isinstance(told, dict) else None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return Page(models=read, more=more, is_too_long=len(items) > MOST_MODELS)


def items_in(told: Mapping[str, Raw] | list[Raw]) -> list[Raw] | None:
    """Find the list in an answer."""
    if isinstance(told, list):
        return told
    found = (told[name] for name in LISTS if name in told)
    return next((ITEMS.decode(each) for each in found if bytes(each).startswith(b"[")), None)


def read_models(items: Iterable[Raw]) -> Iterator[ListedModel]:
    """Read what can be read of each."""
    for raw in items:
        item = msgspec.json.decode(raw)
        if not isinstance(item, dict) or not is_talking(item):
            continue
        name = name_of(item)
        if name:
            yield ListedModel(
                name=name,
                title=title_of(item, name),
                price=price_of(item),
                context_tokens=tokens_of(item, CONTEXT) or offered_context(item),
                output_tokens=tokens_of(item, OUTPUT),
            )


def unique(models: Iterable[ListedModel]) -> tuple[ListedModel, ...]:
    """Keep the first of each name."""
    found: dict[str, ListedModel] = {}
    for model in models:
        found.setdefault(model.name, model)
    return tuple(found.values())


def name_of(item: Json) -> str:
    """Give the name to ask for a model by; empty where there is none that can be used.

    Where an id stands beside a name that is a path, the id is a number of the vendor's own.
    """
    names = [item[key] for key in NAMES if isinstance(item.get(key), str)]
    path = item.get("name")
    name = path if isinstance(path, str) and path.startswith("@") else next(iter(names), "")
    name = name.removeprefix("models/")
    return name if len(name) <= LONGEST_NAME and name.isprintable() else ""


def title_of(item: Json, name: str) -> str:
    """Give what a model is called."""
    spec = item.get("model_spec")
    titles = [item.get(key) for key in TITLES]
    titles.append(spec.get("name") if isinstance(spec, dict) else None)
    title = next((each for each in titles if isinstance(each, str) and each.strip()), "")
    is_plain = title.isprintable() and len(title) <= LONGEST_TITLE
    return title if is_plain and title.removeprefix("models/") != name else ""


def is_talking(item: Json) -> bool:
    """Say whether a model may be one to converse with: only what the list denies is left out."""
    kind = item.get("type")
    if isinstance(kind, str) and kind.lower() in OTHER_KINDS:
        return False
    if any(at(item, path) is False for path in ALLOWED):
        return False
    doings = ((at(item, path), word) for path, word in TALKING)
    return all(word in doing for doing, word in doings if isinstance(doing, list))


def tokens_of(item: Json, paths: Iterable[tuple[str, ...]]) -> int | None:
    """Give the first count of tokens that is one."""
    counts = (count_of(at(item, path)) for path in paths)
    return next((count for count in counts if count), None)


def offered_context(item: Json) -> int | None:
    """Give the smallest context among those who serve a model, for any of them may be asked."""
    providers = item.get("providers")
    if not isinstance(providers, list):
        return None
    offers = [each for each in providers if isinstance(each, dict)]
    counts = [count_of(each.get("context_length")) for each in offers]
    return min((count for count in counts if count), default=None)


def count_of(value: object) -> int | None:
    """Read a count of tokens."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 < value <= MOST_TOKENS and value == int(value) else None


def at(item: Json, path: tuple[str, ...]) -> object:
    """Find what stands at a path, or None."""
    found: object = item
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    return found


def more_of(told: Mapping[str, Raw]) -> tuple[str, str] | None:
    """Say how the next page is asked for, if there is one."""
    marks = {name: msgspec.json.decode(told[name]) for name in MARKS if name in told}
    last = marks.get("last_id")
    if marks.get("has_more") is True and isinstance(last, str) and last:
        return "after_id", last
    for field, asked in MORE:
        token = marks.get(field)
        if isinstance(token, str) and token:
            return asked, token
    return None
