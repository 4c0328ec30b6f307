"""The clients that SDKs construct: what each speaks, where, and with which key unless told."""

from collections.abc import Mapping

from msgspec import Struct

OPENAI = "https://api.openai.com/v1"
ANTHROPIC = "https://api.anthropic.com"
GOOGLE = "https://generativelanguage.googleapis.com/v1beta"


class Kind(Struct, frozen=True, kw_only=True):
    """What a constructor makes."""

    wire: str
    base_url: str
    variable: str
    is_model: bool = False
    is_azure: bool = False


def openai(**more: bool) -> Kind:
    """Give a client of OpenAI's wire."""
    return Kind(wire="openai", base_url=OPENAI, variable="OPENAI_API_KEY", **more)


def anthropic(**more: bool) -> Kind:
    """Give a client of Anthropic's wire."""
    return Kind(wire="anthropic", base_url=ANTHROPIC, variable="ANTHROPIC_API_KEY", **more)


def google(variable: str = "GEMINI_API_KEY", **more: bool) -> Kind:
    """Give a client of Google's wire."""
    return Kind(wire="google", base_url=GOOGLE, variable=variable, **more)


def company(base_url: str, variable: str, **more: bool) -> Kind:
    """Give a client that a company made for its own API, which is OpenAI's wire."""
    return Kind(wire="openai", base_url=base_url, variable=variable, **more)


AZURE = Kind(wire="openai", base_url="", variable="AZURE_OPENAI_API_KEY", is_azure=True)
AZURE_MODEL = Kind(
    wire="openai", base_url="", variable="AZURE_OPENAI_API_KEY", is_azure=True, is_model=True
)
GROQ = ("https://api.groq.com/openai/v1", "GROQ_API_KEY")
MISTRAL = ("https://api.mistral.ai/v1", "MISTRAL_API_KEY")
TOGETHER = ("https://api.together.xyz/v1", "TOGETHER_API_KEY")
CEREBRAS = ("https://api.cerebras.ai/v1", "CEREBRAS_API_KEY")
DEEPSEEK = ("https://api.deepseek.com", "DEEPSEEK_API_KEY")
XAI = ("https://api.x.ai/v1", "XAI_API_KEY")
OPENROUTER = ("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY")
FIREWORKS = ("https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY")
PERPLEXITY = ("https://api.perplexity.ai", "PERPLEXITY_API_KEY")

KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("OpenAI", "AsyncOpenAI", "OpenAI.Client.new", "OpenAIApi"), openai()),
    **dict.fromkeys(("createOpenAI", "createOpenAICompatible", "OpenAIProvider"), openai()),
    **dict.fromkeys(("OpenAIClient", "OpenAIOkHttpClient"), openai()),
    **dict.fromkeys(("AzureOpenAI", "AsyncAzureOpenAI", "createAzure"), AZURE),
    **dict.fromkeys(("AzureChatOpenAI", "AzureOpenAIClient"), AZURE_MODEL),
    **dict.fromkeys(("Anthropic", "AsyncAnthropic", "createAnthropic"), anthropic()),
    **dict.fromkeys(("AnthropicProvider", "AnthropicClient", "Anthropic.Client.new"), anthropic()),
    "genai.Client": google(),
    "GoogleGenAI": google(),
    "GoogleGenerativeAI": google(),
    "genai.configure": google("GOOGLE_API_KEY"),
    "createGoogleGenerativeAI": google("GOOGLE_GENERATIVE_AI_API_KEY"),
    **dict.fromkeys(("ChatOpenAI", "OpenAILike", "OpenAIModel"), openai(is_model=True)),
    **dict.fromkeys(("OpenAIChatModel", "ChatClient"), openai(is_model=True)),
    "OpenAIResponsesModel": Kind(
        wire="openai-responses", base_url=OPENAI, variable="OPENAI_API_KEY", is_model=True
    ),
    **dict.fromkeys(("ChatAnthropic", "AnthropicModel"), anthropic(is_model=True)),
    "ChatGoogleGenerativeAI": google("GOOGLE_API_KEY", is_model=True),
    "GenerativeModel": google("GOOGLE_API_KEY", is_model=True),
    "getGenerativeModel": google(is_model=True),
    **dict.fromkeys(("Groq", "AsyncGroq", "createGroq"), company(*GROQ)),
    "ChatGroq": company(*GROQ, is_model=True),
    **dict.fromkeys(("Mistral", "MistralClient", "createMistral"), company(*MISTRAL)),
    "ChatMistralAI": company(*MISTRAL, is_model=True),
    **dict.fromkeys(("Together", "AsyncTogether", "createTogetherAI"), company(*TOGETHER)),
    "ChatTogether": company(*TOGETHER, is_model=True),
    **dict.fromkeys(("Cerebras", "AsyncCerebras", "createCerebras"), company(*CEREBRAS)),
    "createDeepSeek": company(*DEEPSEEK),
    "ChatDeepSeek": company(*DEEPSEEK, is_model=True),
    "createXai": company(*XAI),
    "ChatXAI": company(*XAI, is_model=True),
    "createOpenRouter": company(*OPENROUTER),
    "createFireworks": company(*FIREWORKS),
    "ChatFireworks": company(*FIREWORKS, is_model=True),
    "createPerplexity": company(*PERPLEXITY),
}
LITELLM: Mapping[str, Kind] = {
    "openai": openai(),
    "anthropic": anthropic(),
    "gemini": google(),
    "groq": company(*GROQ),
    "mistral": company(*MISTRAL),
    "together_ai": company(*TOGETHER),
    "cerebras": company(*CEREBRAS),
    "deepseek": company(*DEEPSEEK),
    "xai": company(*XAI),
    "openrouter": company(*OPENROUTER),
    "fireworks_ai": company(*FIREWORKS),
    "perplexity": company(*PERPLEXITY),
    "azure": AZURE,
    **dict.fromkeys(
        ("hosted_vllm", "openai_like", "ollama", "ollama_chat", "lm_studio", "custom_openai"),
        openai(),
    ),
}
"""What LiteLLM's prefixes of models stand for."""


def kind_of(name: str) -> Kind | None:
    """Find what a constructor makes, whichever module it is named with."""
    words = name.replace("::", ".").split(".")
    tails = (".".join(words[start:]) for start in range(len(words)))
    return next((KINDS[tail] for tail in tails if tail in KINDS), None)
