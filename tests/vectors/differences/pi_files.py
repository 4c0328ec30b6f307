"""Where pi's cases come to something else here, and why."""

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
OVERFLOW = "nothing here reads an error's words for what it means: they go to the caller as sent"
RETRYABLE = "what may be tried again follows from the status and the kind of fault, not from words"
