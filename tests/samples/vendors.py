"""A few vendors, enough to read examples with."""

from endpoints_server.domain.vendors import Vendors

VENDORS = Vendors(
    hosts={"api.openai.com": "openai", "api.z.ai": "zai", "openrouter.ai": "openrouter"},
    endings={".openai.azure.com": "azure"},
    ports={8000: "vllm", 11434: "ollama"},
    fields={"separate_reasoning": "sglang"},
    models={"gemma": ("gemini", "gemma")},
    retired={"openai": frozenset({"old-1"})},
)
