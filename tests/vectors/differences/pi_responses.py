"""Where what comes of an answer differs from what pi makes of it, and why."""

ANSWERS = {
    "reasoning and words come in the order in which they were said": ["oc-reasoning-after-text"],
    "a call begins with its name": ["oc-tool-call-late-name"],
    "the arguments of a tool are what the model wrote": [
        "oc-tool-call-truncated-args",
        "oc-tool-call-invalid-args",
        "oc-tool-call-control-chars-args",
        "or-function-call-unfinished",
    ],
    "a call of a custom tool is told on its own wire alone": ["oc-custom-tool-call"],
    "an answer that was ended is whole, with or without a reason": ["oc-finish-missing"],
    "a whole answer is an answer, also where a stream was asked for": ["oc-json-instead-of-sse"],
    "a key that is refused is the house's, and not the caller's to hear of": [
        "oc-http-401",
        "oc-http-403-no-body",
        "am-http-401",
        "gg-http-400",
        "or-http-401",
    ],
    "a call without an id of its own is given one that stays the same": [
        "gg-function-call",
        "gg-function-call-id",
    ],
    "a signature on words is kept for the way back": ["gg-thoughts"],
    "an upstream that breaks is a bad gateway": ["oc-http-500-no-retry"],
    "nothing that was said is lost": ["oc-content-array-delta", "oc-refusal-delta"],
    "a window that is full is a length that was reached": ["am-stop-model_context_window_exceeded"],
    "whatever the upstream counted is counted, however the answer ended": ["am-stop-brand_new"],
    "what a tool of the vendor's did is told on its own wire": ["am-unknown-block-ignored"],
    "the type of an event is in its data, too": ["am-no-event-lines"],
    "reasoning without a word and without a seal says nothing": ["or-reasoning-backfill-encrypted"],
    "an answer that is not complete was cut, also where nobody says by what": [
        "or-incomplete-no-reason"
    ],
    "what a call costs is said by its model's price alone": [
        "or-service-tier-flex",
        "or-service-tier-priority",
    ],
    "an event that is no JSON breaks the answer": ["am-control-char-repaired"],
}

NOT_PLAYED = {
    "the caller is told at once and may ask again": [
        "oc-retry-429-then-ok",
        "oc-retry-503-then-ok",
        "oc-retry-exhausted",
        "oc-retry-400-not-retried",
        "oc-retry-x-should-retry-false",
        "oc-retry-delay-custom-cap",
        "am-retry-529-then-ok",
    ],
    "they turn on the clock and on who leaves, not on what is read": [
        "oc-timeout",
        "oc-abort-before",
    ],
}
