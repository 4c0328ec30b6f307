"""Where pi's cases come to something else here, and why.

Not played are answers that filled the window, as what to make of those is the caller's to say, and
which errors may be tried again, as that follows here from their status and kind and not from words.
"""

from collections.abc import Iterable, Mapping

Reasons = Mapping[str, Iterable[str]]

FILES: Reasons = {
    "an API that nobody speaks is told when the file is read, not at the call": ["unknown-api"],
    "a wrong value is told, as in pi's newest version, and costs only its own provider": [
        "model-compat-bad-format",
        "model-compat-bool-as-string",
        "model-compat-cache-openai",
        "model-compat-data-collection-bad",
        "model-chat-template-bad-var",
    ],
    "what is known of vendors' models is what is bundled here: fewer, and without titles": [
        "builtin-base-url-only",
        "builtin-add-new-model",
    ],
    "a model that the bundled facts lack is reached as its vendor's others are": [
        "override-compat-routing",
        "override-compat-provider-and-model",
    ],
    "the address of Messages may end in `/v1`; and the file's key is the house's, not a person's": [
        "builtin-base-url-stored-key",
        "builtin-stored-over-api-key",
        "stored-key-over-file-key",
        "stored-key-template",
    ],
    "what cannot work is told when the file is read: a blank key, a header without its variable": [
        "key-env-whitespace",
        "headers-missing-env",
    ],
    "a configured authorization is all that a gateway wants": ["no-key-but-authorization-header"],
}
VALUES: Reasons = {
    "no shell is asked: what only a shell would do is refused when the file is read": [
        "cmd-uses-env",
        "cmd-pipe",
    ],
    "no header carries two lines": ["cmd-multiline"],
    "a blank key is none, and so is an empty one": ["empty-string"],
}
HEADERS: Reasons = {}
OVERFLOW: Reasons = {
    "whoever is throttled may come again with the same": [
        "ThrottlingException: Too many tokens, please wait before trying again.",
    ],
    "these gateways mean it too": [
        "litellm.ContextWindowExceededError: Context Window exceeded for given call.",
        "Prompt exceeds max length",
    ],
    "a status says more than a body that is not there: it goes to the caller as it came": [
        "413 status code (no body)",
        "400 (no body)",
    ],
}
