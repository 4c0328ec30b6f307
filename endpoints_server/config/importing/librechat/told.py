"""What LibreChat's file and variables configure that no entry can be made of."""

from collections.abc import Iterator, Mapping

from endpoints_server.config.expand import USER_PROVIDED
from endpoints_server.config.importing.librechat.built_in import KINDS, SHARED
from endpoints_server.config.importing.librechat.variables import Variables
from endpoints_server.config.importing.written import Report
from endpoints_server.config.problem import Level, Problem, shown

BLOCKS: Mapping[str, str] = {
    "bedrock": "the API of Bedrock is not spoken here",
    "assistants": "OpenAI's assistants are not served here",
    "azureAssistants": "Azure's assistants are not served here",
}
VARIABLES: Mapping[str, str] = {
    "BEDROCK_AWS_DEFAULT_REGION": BLOCKS["bedrock"],
    "ASSISTANTS_API_KEY": BLOCKS["assistants"],
    "AZURE_ASSISTANTS_API_KEY": BLOCKS["azureAssistants"],
    "GOOGLE_SERVICE_KEY_FILE": "the API of Vertex AI is not spoken here",
    "ANTHROPIC_USE_VERTEX": "the API of Vertex AI is not spoken here",
    "AZURE_API_KEY": "say it in `endpoints.azureOpenAI.groups`, and import again",
    "OPENROUTER_API_KEY": "write an endpoint (`endpoints-server add --template openrouter`)",
    "PROXY": "calls go straight to their endpoints",
    "CHECK_BALANCE": "write `balance: {enabled: true}`",
    "START_BALANCE": "write `balance: {startBalance: …}`",
    "OPENAI_TITLE_MODEL": "write `titleModel` into the endpoint",
}
CARRIED = frozenset({"baseURL", "headers"})
OFF = ("false", "0", "no", "user_provided")


def tell_rest(report: Report, variables: Variables) -> None:
    """Tell of blocks of built-in endpoints that are none here."""
    for name, why in BLOCKS.items():
        if report.document.get(("endpoints", name)) is not None:
            report.note(("endpoints", name), f"{shown(name)} is left as it is: {why}")
    for kind in KINDS:
        said = report.document.get(("endpoints", kind.name))
        for key in said if isinstance(said, dict) else ():
            if key not in SHARED | CARRIED:
                message = f"{shown(key)} is not carried over: nothing here does this"
                report.note(("endpoints", kind.name, key), message)
    report.problems += told_of(variables)


def told_of(variables: Variables) -> Iterator[Problem]:
    """Tell of variables that nothing comes of."""
    for kind in KINDS:
        if variables.text(kind.address) == USER_PROVIDED:
            message = f"`{kind.address}` lets people bring an address, and is left out with its key"
            hint = "they bring endpoints of their own (`/me/custom-endpoints`)"
            yield variables.problem(kind.address, f"{message}: {hint}", Level.WARNING)
    for name, why in VARIABLES.items():
        if name in variables.found and variables.text(name).lower() not in OFF:
            message = f"`{name}` has no counterpart: {why}"
            yield variables.problem(name, message, Level.WARNING)
