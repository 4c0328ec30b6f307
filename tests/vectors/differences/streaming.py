"""Where what comes of an answer differs from what LibreChat makes of it, and why."""

ANSWERS = {
    "tags are taken off reasoning wherever the chunks are cut": [
        "think-tags-separate-chunks",
        "think-tag-split-across-chunks",
        "think-tag-close-then-text-same-chunk",
        "think-tag-open-with-text-in-same-chunk",
    ],
    "either name of reasoning is read, in the order in which things were said": [
        "reasoning-field-with-reasoningKey-reasoning",
        "reasoning_content-with-reasoningKey-reasoning",
    ],
    "nothing that was said is lost": ["reasoning-and-content-same-chunk", "refusal-delta"],
    "whatever the upstream counted is counted, wherever it says so": [
        "usage-cache_write_tokens",
        "no-role-usage-lost",
        "anthropic-error-event-mid-stream",
    ],
    "a whole answer is an answer, also where a stream was asked for": [
        "http-200-json-instead-of-sse"
    ],
    "the arguments of a tool are what the model wrote": ["tool-call-invalid-json-args"],
    "a key that Google refuses under 400 is the house's, and not the caller's to hear of": [
        "google-http-400",
    ],
}
RETRIES = {
    "the caller is told at once and may ask again, as LibreChat's own client does": [
        "retry-429-retry-after-1",
        "retry-500",
        "retry-529-anthropic",
    ],
}
