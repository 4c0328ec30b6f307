"""Deviations that cannot act as they are written, and flags that have nothing to do here."""

from collections.abc import Iterator

from endpoints_server.config.checks.models import placed_models
from endpoints_server.config.checks.nearest import did_you_mean
from endpoints_server.config.problem import Level, Problem, shown
from endpoints_server.config.text.document import Document, Path

ROUTING = (
    *("only", "order", "ignore", "allow_fallbacks", "require_parameters", "data_collection"),
    *("zdr", "enforce_distillable_text", "quantizations", "sort", "max_price"),
    *("preferred_min_throughput", "preferred_max_latency", "experimental"),
)
"""Keys that OpenRouter's `provider` is known to have."""

COLLECTIONS = ("allow", "deny")
IDLE = {
    "supportsFinishReason": "a stream that does not say why it ends is mended whatever stands here",
    "supportsOpenAIGrammarTools": "tools with a grammar are relayed as they come",
    "supportsMidConvoToolAdditions": "tools are sent as the caller lists them",
    "supportsMidConvoToolChanges": "tools are sent as the caller lists them",
    "supportsMidConvoEffort": "the effort is that of the request",
    "supportsAdditionalTools": "tools are sent as the caller lists them",
    "supportsToolSearch": "tools are sent as the caller lists them",
    "supportsExplicitPromptCacheMode": "`prompt_cache_options` go on as the caller sent them",
    "allowedFallbackModels": "what answers is the model that was asked for",
    "supportsMessageThreads": "each request carries its whole conversation",
}
"""Flags that steer what pi itself does; here nothing is left for them to do."""

FORMATS = {"chatTemplateKwargs": "chat-template", "chatTemplateArgs": "baseten"}


def check_compat(document: Document, entry: Path) -> Iterator[Problem]:
    """Check the deviations of an endpoint and of each of its models."""
    for place in (entry, *placed_models(document, entry)):
        compat = document.get((*place, "compat"))
        if isinstance(compat, dict):
            path = (*place, "compat")
            yield from check_routing(document, (*path, "openRouterRouting"))
            yield from note_idle(document, path)
            yield from note_template(document, entry, path)


def check_routing(document: Document, path: Path) -> Iterator[Problem]:
    """Tell of a wrong `data_collection`; warn of keys that OpenRouter is not known to have."""
    routing = document.get(path)
    if not isinstance(routing, dict):
        return
    if "data_collection" in routing and routing["data_collection"] not in COLLECTIONS:
        message = "`data_collection` must be `allow` or `deny`"
        hint = did_you_mean(str(routing["data_collection"]), COLLECTIONS)
        yield document.problem((*path, "data_collection"), message, hint)
    for key in routing:
        if key not in ROUTING:
            message = f"{shown(key)} is no key that OpenRouter is known to have; it is sent on"
            yield document.problem(
                (*path, key),
                message,
                did_you_mean(key, ROUTING),
                level=Level.WARNING,
                is_about_key=True,
            )


def note_idle(document: Document, path: Path) -> Iterator[Problem]:
    """Note flags that have nothing to do here."""
    compat = document.get(path)
    for flag in compat if isinstance(compat, dict) else ():
        if flag in IDLE:
            message = f"{shown(flag)} changes nothing here: {IDLE[flag]}"
            yield document.problem((*path, flag), message, level=Level.NOTE, is_about_key=True)


def note_template(document: Document, entry: Path, path: Path) -> Iterator[Problem]:
    """Warn of values for a chat template that the format of thinking does not send."""
    usual = document.get((*entry, "compat", "thinkingFormat"))
    chosen = document.get((*path, "thinkingFormat")) or usual
    for key, wanted in FORMATS.items():
        if document.get((*path, key)) and chosen != wanted:
            message = f"{shown(key)} is sent only with `thinkingFormat: {wanted}`"
            place = (*path, key)
            yield document.problem(place, message, level=Level.WARNING, is_about_key=True)
