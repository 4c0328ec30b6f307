"""What is said of an example, in words for a person."""

from collections.abc import Mapping
from types import MappingProxyType

ERRORS: Mapping[str, str] = MappingProxyType(
    {
        "api_example_required": "The example is empty. Paste a call from a documentation.",
        "api_example_too_large": "The example is too long. Leave only the call itself.",
        "no_endpoint_found": (
            "No call to a model is in the example. It takes curl, Python, JavaScript and"
            " settings of other programs."
        ),
        "looks_like_a_response": "This is an answer, not a call. Paste the request that led to it.",
        "unsupported_endpoint": (
            "The example calls an API that is no chat. Paste one of a chat: Chat Completions,"
            " Responses, Messages or generateContent."
        ),
        "address_not_allowed": "The example calls an address that nothing may be asked at.",
    }
)

WARNINGS: Mapping[str, str] = MappingProxyType(
    {
        "base_url_is_variable": "the address is a variable, which has to be set",
        "base_url_has_variable": "a part of the address is a variable, which has to be set",
        "model_is_placeholder": "the example has a placeholder where a model's name belongs",
        "model_retired": "the vendor no longer serves this model",
        "key_in_query_moved_to_header": (
            "the example has its key in the address; here it goes in a header"
        ),
        "basic_auth": "the example signs in with a name and a password",
        "body_in_other_file": "the body is in a file that the example names; it was not read",
        "body_not_valid_json": "the body is not valid JSON; what could be read of it was",
        "scheme_assumed": "the address has no scheme; https is assumed",
        "wire_assumed": "nothing says which API this is; Chat Completions is assumed",
        "several_base_urls": "the example calls several addresses; the first is taken",
        "max_tokens_not_positive": "the limit of tokens is not above zero, and is left out",
        "header_placeholder_dropped": "a header holds a placeholder, and is left out",
        "header_rejected": "a header cannot be sent as it is, and is left out",
        "quotes_repaired": "the quotes of the example were bent; they are taken as straight ones",
        "native_api_translated": (
            "the example speaks the server's own API; Chat Completions stands in for it"
        ),
        "litellm_prefix_removed": "the prefix that LiteLLM puts before the model is taken away",
        "recognised_as_librechat_config": "this is an endpoint of a librechat.yaml",
        "recognised_as_pi_config": "this is a provider of pi's models.json",
        "recognised_as_aiscouncil_config": "this is a provider of AI's Council",
        "shell_code_ignored": "the example holds code of a shell, which was not run",
        "subscription_token": "the key is that of a subscription, which other programs may not use",
    }
)

MISSING: Mapping[str, str] = MappingProxyType(
    {
        "model": "a model: name it with --model",
        "base_url": "the address of the API",
        "wire": "which API it speaks",
    }
)


def words_for(codes: tuple[str, ...], words: Mapping[str, str]) -> list[str]:
    """Say each code in words; one without any is said as it is."""
    return [words.get(code, code.replace("_", " ")) for code in codes]
