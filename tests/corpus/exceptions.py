"""The recordings that a client gets otherwise than recorded, each with its reason."""

MADE_UP_ID = "a tool call without an id is given one, for strict clients lose it otherwise"
ERROR_UNDER_200 = "an error under status 200 becomes an error with a status of its own"
ELSEWHERE = "usage stands where the SDK does not look, and nobody asked for it to be moved"
SDK_FAILS = "the SDK's own accumulator fails on this dialect, as it did on the recording"
NO_FINISH = "an altered recording without a finish reason, which strict clients are given"
OBJECT_CONTENT = "content that is an object is told as its JSON, where the SDK shows nothing"
CUT_ARGUMENTS = "arguments that were cut off: the SDK makes of them what it can"
EMPTY_LEGACY = "an empty legacy function call beside the real ones is not told as a call"
THINK_TAGS = "what stands between think tags is told as reasoning, and here that is all there is"

EXCEPTIONS: dict[tuple[str, str], str] = {
    ("google-openai-chat-5000dac731", "openai_chat"): MADE_UP_ID,
    ("google-openai-chat-832793b6d0", "openai_chat"): MADE_UP_ID,
    ("google-openai-chat-add51ae406", "openai_chat"): MADE_UP_ID,
    ("azure-chat-4245efadf5", "openai_chat"): ERROR_UNDER_200,
    ("azure-chat-4245efadf5", "anthropic_messages"): ERROR_UNDER_200,
    ("azure-chat-4245efadf5", "google_generative"): ERROR_UNDER_200,
    ("groq-chat-18b59a6747", "openai_chat"): ELSEWHERE,
    ("groq-chat-7e1a6d4d8a", "openai_chat"): ELSEWHERE,
    ("groq-chat-d044034627", "openai_chat"): ELSEWHERE,
    ("openai-chat-ae5ec5a158", "openai_chat"): SDK_FAILS,
    ("openrouter-chat-a08732ac9f", "openai_chat"): NO_FINISH,
    ("cloudflare-chat-00e7cde042", "anthropic_messages"): OBJECT_CONTENT,
    ("cloudflare-chat-45e6f878f6", "anthropic_messages"): OBJECT_CONTENT,
    ("openai-chat-06684fb074", "anthropic_messages"): EMPTY_LEGACY,
    ("azure-chat-4245efadf5", "openai_responses"): ERROR_UNDER_200,
    ("cloudflare-chat-00e7cde042", "openai_responses"): OBJECT_CONTENT,
    ("cloudflare-chat-45e6f878f6", "openai_responses"): OBJECT_CONTENT,
    ("openai-chat-06684fb074", "openai_responses"): EMPTY_LEGACY,
    ("openai-resp-436154f993", "anthropic_messages"): CUT_ARGUMENTS,
    ("openai-resp-436154f993", "google_generative"): CUT_ARGUMENTS,
    ("cloudflare-chat-00e7cde042", "google_generative"): OBJECT_CONTENT,
    ("cloudflare-chat-45e6f878f6", "google_generative"): OBJECT_CONTENT,
    ("openai-chat-06684fb074", "google_generative"): EMPTY_LEGACY,
    ("huggingface-chat-431c25d39a", "openai_responses"): THINK_TAGS,
    ("huggingface-chat-431c25d39a", "anthropic_messages"): THINK_TAGS,
    ("huggingface-chat-431c25d39a", "google_generative"): THINK_TAGS,
}
"""By recording and the client's wire."""
