"""Where our requests differ from pi's, and why; reviewed case by case."""

REQUESTS = {
    "of a ceiling that nobody asked for goes as much as the window surely has room for": [
        "oc-max-tokens-clamped-by-context",
        "oc-max-tokens-clamped-to-one",
        "oc-max-tokens-clamped-large-window",
    ],
    "the conversation is the caller's: no words are put into it": [
        "oc-tool-turn-empty-result",
        "oc-tool-turn-image-result-vision",
        "oc-tool-turn-image-result-bridge",
        "oc-orphan-tool-call",
        "am-tool-result-image",
        "gg-tool-result-image-25",
        "am-orphan-tool-call",
        "or-orphan-tool-call",
    ],
    "a model of which nothing is said is shown what the caller shows it": [
        "oc-tool-turn-image-result-no-vision",
        "oc-image-user-no-vision",
        "am-image-user-no-vision",
        "gg-image-user-no-vision",
    ],
    "half a character is refused, or told as one that cannot be read": ["oc-surrogates-removed"],
    "ids of calls are the caller's": [
        "gg-tool-turn-25",
        "gg-two-tool-results",
        "oc-replay-toolcall-foreign-id",
        "oc-replay-toolcall-long-id-openai-provider",
        "or-tool-turn-openai-foreign",
        "or-tool-result-image-vision",
    ],
    "reasoning of a translated conversation goes back under the endpoint's key": [
        "oc-replay-thinking-reasoning",
    ],
    "what cannot be switched off is not told to be off": [
        "oc-think-together-off-null",
        "oc-think-zai-off-null",
        "oc-think-qwen-off-null",
        "oc-think-qwen-chat-template-off-null",
    ],
    "what cannot be switched off thinks as little as it can": [
        "gg-think-3flash-off",
        "gg-think-gemma4-off",
    ],
    "that a function is not held to its schema on this wire is named as lost": [
        "gg-tools-strict-gemini3",
    ],
    "thoughts that a caller has no place for do not come back": [
        "gg-replay-thinking-bad-signature",
    ],
    "an endpoint that is said to take marks gets them": ["oc-cache-anthropic-none"],
    "what a model takes is said of it, not guessed from its name": [
        "oc-openrouter-routing",
        "oc-detect-openrouter-id-anthropic-off",
    ],
    "of an endpoint that nothing is known of the least is taken for granted": [
        "oc-detect-local-off",
        "oc-detect-groq-high",
        "oc-detect-groq-off",
        "oc-detect-mistral-url-high",
        "oc-detect-mistral-url-off",
    ],
    "what a vendor takes is as its documentation has it now": [
        "oc-detect-zai-url-high",
        "oc-detect-bigmodel-url-high",
        "oc-detect-together-url-high",
        "oc-detect-xai-url-high",
        "oc-detect-cf-gateway-high",
        "oc-detect-dashscope-url-high",
        "oc-detect-dashscope-url-off",
    ],
    "nobody's client is passed off as another's": [
        "am-oauth-token",
        "am-oauth-token-tool-names",
    ],
    "instructions that join others stay pieces of their own": ["am-mid-system-folded"],
    "a function is held to its schema where its caller wishes so, and only there": [
        "or-tools",
        "or-tool-choice-none",
        "or-tool-turn",
        "or-tool-turn-plain-id",
    ],
    "sealed reasoning is the caller's to bring": ["or-replay-reasoning-item"],
    "what pi alone is told, no caller says": [
        "or-think-summary-raw",
        "or-service-tier-raw",
        "or-cache-explicit-mode-long",
        "or-cache-explicit-mode-none",
    ],
    "what is no parameter of the caller's wire stays behind": ["or-sampling"],
    "an effort holds for the whole request": ["am-mid-convo-effort"],
}

RELAYED = {
    "what cannot be switched off thinks as little as it can": [
        "oc-think-together-off-null",
        "oc-think-zai-off-null",
    ],
    "an endpoint that is said to take marks gets them": ["oc-cache-anthropic-none"],
    "what is said to be refused is not sent": ["oc-prompt-cache-key-mode-disabled"],
    "a ceiling goes under the name that the vendor documents": [
        "oc-openrouter-routing",
        "oc-detect-openrouter-url-off",
        "oc-detect-openrouter-id-anthropic-off",
        "oc-detect-mistral-url-high",
        "oc-detect-mistral-url-off",
    ],
    "what a vendor takes is as its documentation has it now": [
        "oc-detect-zai-url-high",
        "oc-detect-bigmodel-url-high",
        "oc-detect-dashscope-url-high",
        "oc-detect-dashscope-url-off",
    ],
}
"""What pi's own requests do not come out as, on their way to the model they were made for."""

NOT_PLAYED = {
    "pi sends nothing, as its caller demands what the endpoint is said not to know": [
        "oc-tools-constrained-require-unsupported",
    ],
    "pi sends nothing without a key": ["gg-no-key"],
}
