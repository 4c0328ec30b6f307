"""Where our verdicts on files differ from LibreChat's, and why; reviewed case by case."""

DEFINITIONS = {
    "an unknown key is an error, as it would do nothing": [
        "unknown-key",
        "range.extra",
    ],
}
MERGED_NOT_PLAYED = {
    "before this check LibreChat writes `custom` over whatever stands there, and so do we": [
        "optionType-conversation-unknown",
        "optionType-missing",
    ],
}
FILES = {
    "two endpoints of one name could not be told apart": ["custom.two-same-name"],
    "an address that matches nothing is noted, not refused": [
        'allowedAddresses."192.0.2.1:80"',
        'allowedAddresses."[fec0::1]:80"',
    ],
}
OUTCOMES = {
    "an unknown key is an error, or an endpoint would vanish without a word": [
        "unknown-endpoint-key-survives"
    ],
    "a definition may bring a parameter of its own": [
        "cp.unknown-param",
        "cp.model-key-defined-here",
    ],
    "a vendor is known by its address, not by the name of a variable": ["or.by-env-variable-name"],
}
NO_FILE = {
    "the case is about where a file comes from, not about what is in it": [
        "file-missing",
        "remote-error",
        "remote-empty",
        "remote-html",
    ],
}
FUNCTIONS = {
    "normalizeEndpointName": "a name is found without regard to case, whatever it is",
    "resolveEndpointType": "every endpoint here is a custom one",
    "getEndpointField": "every endpoint here is a custom one",
    "getDefaultParamsEndpoint": "it reads a field of a list that is told whole",
    "isParamEndpoint": "every endpoint here has parameters",
    "clampSettingRange": "a slider on a screen stays in its range by itself",
    "orderEndpointsConfig": "endpoints keep the order of the file",
}
"""Functions of LibreChat's that are not played, and why."""

PROVIDERS = {
    "two endpoints of one name could not be told apart, and are refused": ["provider.Deepseek"],
}
PROVIDERS_NOT_PLAYED = {
    "a provider built into LibreChat answers, and there are none": [
        "provider.Google",
        "provider.VertexAI",
        "provider.openAI",
        "provider.google",
        "provider.bedrock",
        "provider.vertexai",
    ],
    "the entry it is about does not stand in the file": ["provider.Acme"],
}
FILES_NOT_PLAYED = {
    "azure-groups.json": "`endpoints.azureOpenAI` is built into LibreChat and left to LibreChat; a"
    " deployment at Azure is reached as a custom endpoint",
    "trimming.json": "a conversation is cut by whoever keeps it; here it goes on whole, and an"
    " upstream whose window is too small says so",
    "param-value-schema.json": "a screen judges what is typed into it; of a request's values the"
    " upstream judges, and a value that LibreChat would quietly forget goes on as it was sent",
}
"""Files of cases that are not played, and why."""
