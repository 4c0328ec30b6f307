"""Where our requests differ from LibreChat's, and why; reviewed case by case."""

REQUESTS = {
    "which wire an endpoint speaks is its admin's to say, not a call's: see the table in README": [
        "responses-ui-flag",
        "responses-ui-flag-gpt5-max_output_tokens",
        "responses-web_search-ui",
        "responses-web_search-addParams",
        "responses-web_search-with-system-and-user",
        "responses-drop-user",
        "responses-stop-ignored",
        "responses-store-false-addParams",
        "responses-directEndpoint",
        "or-useResponsesApi",
        "tools-responses",
        "dpa-web_search",
        "dpg-web_search-ui",
        "pd-useResponsesApi-default-true-ui-false",
        "pd-web_search-default-true",
        "directEndpoint-with-responses-web_search",
        "add-maxCompletionTokens-gpt5-responses",
        "add-maxCompletionTokens-gpt5-responses-with-panel-limit",
    ],
    "what a model refuses is taken out, under whichever name it was asked for": [
        "model-gpt-4o-search-preview",
    ],
    "the token ceiling always arrives, once, under the name the model takes": [
        "model-drops-sampling-gpt_5_mini",
        "model-drops-sampling-gpt_5_nano",
        "model-keeps-sampling-gpt_5_1",
        "model-keeps-sampling-gpt_5_6_sol",
        "add-max_tokens-vs-ui-max_tokens",
        "add-max_completion_tokens",
        "add-max_tokens-on-gpt5",
        "add-max_completion_tokens-on-gpt5-lost",
        "add-maxCompletionTokens-vendor-gpt5",
        "pd-max_tokens-default-gpt5",
        "doc-mlx-addparams",
        "dpa-addParams-mixed",
        "dpa-addParams-max_tokens",
        "dpa-paramDefinitions-temperature",
        "reasoning-effort-gpt5",
    ],
    "what is added is sent, whatever LibreChat's client library would do with it": [
        "add-seed",
        "add-parallel_tool_calls",
        "add-tools",
        "add-tool_choice",
        "add-prompt_cache_key",
        "add-verbosity",
        "add-stream-false",
        "pd-verbosity-default",
        "na-addParams-unknown-ignored",
        "na-addParams-anthropicVersion",
    ],
    "what is dropped is dropped under either spelling": [
        "drop-documented-example",
        "drop-max_tokens-snake-noop",
        "drop-top_p",
        "doc-mistral",
        "doc-huggingface",
    ],
    "a call keeps its model": ["drop-model", "na-dropParams-model"],
    "what the caller sent is kept: user, stream, reasoning in earlier turns": [
        "basic-ui-user-is-overwritten-by-account-id",
        "na-stream-false",
        "tool-history-deepseek-model",
        "tool-history-with-tools-bound",
        "tool-history-with-tools-bound-vendor-prefixed-deepseek-not-detected",
        "or-tool-history-cache-placement",
    ],
    "reasoning is asked for in the form the endpoint has, with all that was asked": [
        "reasoning-disabled-with-addParams-reasoning-object",
        "or-reasoningFormat-disabled-ignored",
    ],
    "only defaults that are written are sent, under the request's own name, below the request": [
        "pd-no-default-inherits-builtin-default-top_p-1",
        "pd-no-default-inherits-frequency_penalty-0",
        "pd-no-default-stop-inherits-empty-array",
        "pd-frequency_penalty-default-beats-ui",
    ],
    "what concerns screens alone is not sent": [
        "pd-maxContextTokens-default-leaks",
        "pd-imageDetail-default-leaks",
        "pd-resendFiles-default",
    ],
    "instructions that are configured begin a conversation that has none": [
        "pd-promptPrefix-default",
    ],
    "a definition may bring a parameter of its own, in either spelling": [
        "pd-unknown-key-rejected",
        "pd-camelCase-keys-from-docs-rejected",
        "na-paramDefinitions-maxTokens-key-rejected",
    ],
    "refused combinations are mended, what was taken out is named": [
        "na-thinking-on-topP-error",
        "na-paramDefinitions",
    ],
    "a date is no version": ["na-defaults-claude_opus_4_20250514"],
    "a dropped ceiling becomes the most the model writes, as the API demands one": [
        "na-dropParams-maxTokens"
    ],
    "a budget is said as gateways take it on this wire": ["dpg-thinkingBudget"],
    "an unset variable and an unknown placeholder keep the file from being used": [
        "add-env-placeholder-not-expanded",
        "doc-cloudflare-env-url",
        "headers-env-value",
    ],
    "a query stays at the end of the address": ["baseurl-with-query"],
    "an address that is complete is called as it is": [
        "baseurl-already-has-chat-completions",
        "doc-vultr-doubled-path",
    ],
    "an organisation at one vendor is not told to all others": ["env-openai-organization-header"],
    "an endpoint may speak Google's wire": ["na-provider-invalid-rejected"],
}

NOT_ASSERTED = {
    "it turns on the LibreChat spelling, which a caller's body does not have": "naming_sensitive",
    "the built-in Google endpoint is no custom endpoint": "native-google",
}
"""Reasons for which a case is not played, and the mark that says so."""
