"""Groups of `endpoints.azureOpenAI` become entries, as far as the YAML can say them."""

from collections.abc import Iterator
from typing import Any

from endpoints_server.config.expand import USER_PROVIDED
from endpoints_server.config.importing.librechat.built_in import Made
from endpoints_server.config.importing.secrets import Secrets, variable_of
from endpoints_server.config.importing.written import Report
from endpoints_server.config.models_json.vendors import read_vendor
from endpoints_server.config.problem import shown
from endpoints_server.config.text.document import Path
from endpoints_server.config.values.template import doubled

HOME: Path = ("endpoints", "azureOpenAI")
GROUPS: Path = (*HOME, "groups")
HOST = ".openai.azure.com"
VERSIONLESS = "/openai/v1"
OWN_HOST = ".azure.com"
READ = frozenset(
    {"group", "apiKey", "instanceName", "deploymentName", "version", "baseURL", "serverless"}
    | {"models", "additionalHeaders", "addParams", "dropParams", "assistants"}
)
"""Keys of a group that become something, or are told of."""

CARRIED = {"additionalHeaders": "headers", "addParams": "addParams", "dropParams": "dropParams"}


def azure_groups(secrets: Secrets) -> Iterator[Made]:
    """Make an entry of each group that can be one; tells why another cannot."""
    groups = secrets.report.document.get(GROUPS)
    tell_beside(secrets.report, HOME, frozenset({"groups", "assistants"}))
    for number, group in enumerate(groups if isinstance(groups, list) else ()):
        place: Path = (*GROUPS, number)
        if not isinstance(group, dict):
            continue
        address = address_of(secrets, group, place)
        models = dict(deployments_of(group))
        if address and not models:
            secrets.report.warn(place, "the group is left out: it has no models")
        if not address or not models:
            continue
        tell_beside(secrets.report, place, READ)
        if group.get("assistants") is True:
            secrets.report.note((*place, "assistants"), "Azure's assistants have no counterpart")
        yield Made(
            entry=entry_of(secrets, group, place, address, list(models.values())),
            place=place,
            aliases={model: name for model, name in models.items() if model != name},
        )


def tell_beside(report: Report, place: Path, read: frozenset[str]) -> None:
    """Tell of the keys at a place that do not go into an entry."""
    said = report.document.get(place)
    for key in said if isinstance(said, dict) else ():
        if key not in read:
            message = f"{shown(key)} is not carried over: write it into the endpoint"
            report.note((*place, key), message)


def entry_of(
    secrets: Secrets, group: dict[str, Any], place: Path, address: str, deployments: list[str]
) -> dict[str, Any]:
    """Write a group as an entry; its models are its deployments."""
    carried = {ours: group[theirs] for theirs, ours in CARRIED.items() if theirs in group}
    return {
        "name": f"Azure {group.get('group', '')}".strip(),
        "apiKey": key_of(secrets, group, (*place, "apiKey")),
        "baseURL": address,
        "models": {"default": [doubled(name) for name in dict.fromkeys(deployments)]},
        "compat": read_vendor("azure").entry["compat"],
        **carried,
    }


def address_of(secrets: Secrets, group: dict[str, Any], place: Path) -> str:
    """Write where a group is; a resource of Azure's is asked at its API without versions."""
    report = secrets.report
    base, instance = group.get("baseURL"), group.get("instanceName")
    if group.get("serverless") is True and isinstance(base, str):
        if "version" in group:
            report.note((*place, "version"), "`version` is not sent: the address is asked as it is")
        return base
    if base is not None:
        message = "`baseURL` of a group is a pattern of LibreChat's: write an endpoint by hand"
        report.warn((*place, "baseURL"), f"the group is left out: {message}")
        return ""
    if not isinstance(instance, str) or not instance:
        report.warn(place, "the group is left out: it says neither `instanceName` nor `baseURL`")
        return ""
    message = "no `version` is needed: the address is that of Azure's v1 API"
    report.note((*place, "version"), message)
    host = instance if instance.endswith(OWN_HOST) else f"{instance}{HOST}"
    return f"https://{host}{VERSIONLESS}"


def deployments_of(group: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give each model of a group with the deployment that has it."""
    models = group.get("models")
    usual = group.get("deploymentName")
    for model, said in models.items() if isinstance(models, dict) else ():
        own = said.get("deploymentName") if isinstance(said, dict) else None
        named = model if group.get("serverless") is True else own or usual or model
        if isinstance(named, str) and named and model:
            yield model, named


def key_of(secrets: Secrets, group: dict[str, Any], path: Path) -> str:
    """Refer to the key of a group by a variable."""
    key = group.get("apiKey")
    text = key.strip() if isinstance(key, str) else ""
    if text == USER_PROVIDED or (text.startswith("${") and text.endswith("}")):
        return text
    stem = variable_of("azure", str(group.get("group", "")), "key")
    return secrets.hide(text, path, stem) if text else USER_PROVIDED
