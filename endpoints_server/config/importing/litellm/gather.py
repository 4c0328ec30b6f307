"""Deployments become endpoints: one for each address, key and set of headers."""

from typing import Any

from msgspec import Struct, field

from endpoints_server.config.importing.litellm.deployment import STAR, Deployment
from endpoints_server.config.importing.written import Report, faults_of, free_name, in_order
from endpoints_server.config.problem import shown
from endpoints_server.config.values.template import doubled


class Upstream(Struct, kw_only=True):
    """An endpoint in the making, the models it has so far, and whether it lists its own."""

    name: str
    entry: dict[str, Any]
    settings: dict[str, Any]
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    is_open: bool = False

    def takes(self, deployment: Deployment) -> bool:
        """Say whether a deployment is one of its own; no model can be two things in one place."""
        is_same = (self.entry, self.settings) == (deployment.entry, deployment.settings)
        known = self.items.get(deployment.model, deployment.item)
        return is_same and known == deployment.item

    def written(self) -> dict[str, Any]:
        """Give it as the YAML has it."""
        models = [plain_item(item) for item in self.items.values()]
        listed = {"default": models} | ({"fetch": True} if self.is_open else {})
        return in_order(self.entry | {"name": self.name, "models": listed})


class Placed(Struct, frozen=True, kw_only=True):
    """A deployment and the endpoint that it is part of."""

    deployment: Deployment
    endpoint: str


class Gathered(Struct, kw_only=True):
    """All endpoints, and where each deployment is."""

    report: Report
    upstreams: list[Upstream] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)

    def add(self, deployment: Deployment) -> None:
        """Put a deployment to the endpoint it belongs to, or to one of its own."""
        lone = Upstream(name="One", entry=deployment.entry, settings=deployment.settings)
        fill(lone, deployment)
        if not lone.items:
            message = "the list of models is fetched, but one must be named: write an entry for one"
            self.report.warn((*deployment.place, "litellm_params", "model"), message)
            return
        faults = faults_of(lone.written())
        if faults:
            message = f"it is left out: {faults[0].message}"
            self.report.warn((*deployment.place, "litellm_params"), message)
            return
        upstream = next((each for each in self.upstreams if each.takes(deployment)), None)
        if upstream is None:
            taken = [each.name for each in self.upstreams]
            lone.name = free_name(deployment.entry["name"], taken)
            self.upstreams.append(lone)
            upstream = lone
        fill(upstream, deployment)
        self.tell_open(upstream, deployment)
        self.placed.append(Placed(deployment=deployment, endpoint=upstream.name))

    def tell_open(self, upstream: Upstream, deployment: Deployment) -> None:
        """Say how the models that a wildcard stands for are asked for."""
        if not deployment.is_open:
            if STAR in deployment.name:
                message = f"{shown(deployment.name)} is a name here, and stands for no other"
                self.report.warn((*deployment.place, "model_name"), message)
            return
        message = f"{shown(deployment.name)} is all that {shown(upstream.name)} lists"
        hint = "ask for its models by their own names, without a prefix"
        self.report.note((*deployment.place, "model_name"), f"{message} (`models.fetch`): {hint}")


def fill(upstream: Upstream, deployment: Deployment) -> None:
    """Put a model to an endpoint; a wildcard brings those that its vendor is known to have."""
    if not deployment.is_open:
        upstream.items[deployment.model] = deployment.item
        return
    upstream.is_open = True
    start = deployment.model.partition(STAR)[0]
    for model in deployment.known:
        if model.startswith(start):
            upstream.items.setdefault(model, {"name": doubled(model)})


def plain_item(item: dict[str, Any]) -> Any:
    """Write a model by its name alone where there is no more to say."""
    return item["name"] if item.keys() == {"name"} else item
