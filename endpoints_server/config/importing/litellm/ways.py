"""Names become aliases: groups, fallbacks, other names (docs/proxy/load_balancing, reliability)."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, field

from endpoints_server.config.importing.litellm.gather import Gathered, Placed
from endpoints_server.config.importing.litellm.values import Values, plain
from endpoints_server.config.problem import shown
from endpoints_server.config.text.document import Path

ROUTER: Path = ("router_settings",)
LIBRARY: Path = ("litellm_settings",)
HOMES = (ROUTER, LIBRARY)
"""Where the router is told what to do; the first wins (docs/proxy/config_settings)."""

ANY = "*"


class Ways(Struct, kw_only=True):
    """The aliases, and how many targets the longest of them tries one after another."""

    aliases: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    most_groups: int = 1


def ways_of(values: Values, gathered: Gathered) -> Ways:
    """Give each name that callers use its targets, where it needs an alias."""
    groups = groups_of(gathered)
    fallbacks = fallbacks_of(values, groups)
    ways = Ways()
    for name in groups:
        steps = [name, *fallbacks.get(name, fallbacks.get(ANY, []))]
        steps = list(dict.fromkeys(steps))
        if len(steps) > 1 or not is_found(name, groups[name], gathered):
            ways.aliases[name] = targets_of([groups[step] for step in steps])
        ways.most_groups = max(ways.most_groups, len(steps))
    add_other_names(values, ways, groups)
    return ways


def groups_of(gathered: Gathered) -> dict[str, list[Placed]]:
    """Sort deployments by the name callers use; wildcards have none."""
    groups: dict[str, list[Placed]] = {}
    for placed in gathered.placed:
        if not placed.deployment.is_open:
            groups.setdefault(placed.deployment.name, []).append(placed)
    return groups


def is_found(name: str, group: list[Placed], gathered: Gathered) -> bool:
    """Say whether a model is found by this name without an alias."""
    having = [each for each in gathered.upstreams if each.is_open or name in each.items]
    return len(group) == 1 and len(having) == 1 and group[0].deployment.model == name


def targets_of(steps: list[list[Placed]]) -> list[dict[str, Any]]:
    """Write the targets of groups that are tried one after another; each has orders of its own."""
    targets: list[dict[str, Any]] = []
    seen: set[tuple[str, str]] = set()
    below = 0
    for group in steps:
        orders = sorted({placed.deployment.order or 1 for placed in group})
        for placed in group:
            key = (placed.endpoint, placed.deployment.model)
            if key not in seen:
                rank = below + 1 + orders.index(placed.deployment.order or 1)
                targets.append(target_of(placed, rank, group))
            seen.add(key)
        below += len(orders)
    is_single = len({target["order"] for target in targets}) == 1
    return [without_order(target) for target in targets] if is_single else targets


def target_of(placed: Placed, order: int, group: list[Placed]) -> dict[str, Any]:
    """Write one target; where any of its group has a weight, each has one."""
    target: dict[str, Any] = {"endpoint": placed.endpoint, "model": placed.deployment.model}
    weights = [each.deployment.weight for each in group]
    is_weighed = len(group) > 1 and any(weight is not None for weight in weights)
    own = placed.deployment.weight
    weight = plain(own) if own is not None else 1
    share = {"weight": weight} if is_weighed or len(group) > 1 else {}
    return target | share | {"order": order}


def without_order(target: dict[str, Any]) -> dict[str, Any]:
    """Leave out an order that all targets share."""
    return {key: value for key, value in target.items() if key != "order"}


def fallbacks_of(values: Values, groups: dict[str, list[Placed]]) -> dict[str, list[str]]:
    """Read which groups stand in for which; a name of `*` stands for all without their own."""
    found: dict[str, list[str]] = {}
    for home in HOMES:
        path: Path = (*home, "fallbacks")
        for number in range(len(values.items(path))):
            for name in values.mapping((*path, number)):
                place: Path = (*path, number, name)
                known = list(known_in(values, place, groups))
                if name in groups or name == ANY:
                    found.setdefault(name, known)
                else:
                    message = (
                        f"{shown(name)} is no name in `model_list`; its fallbacks are left out"
                    )
                    values.report.warn(place, message)
        usual: Path = (*home, "default_fallbacks")
        if values.at(usual) is not None:
            found.setdefault(ANY, list(known_in(values, usual, groups)))
    return found


def known_in(values: Values, path: Path, groups: dict[str, list[Placed]]) -> Iterator[str]:
    """Give the groups that a list names; tells of what is none."""
    for number, each in enumerate(values.items(path)):
        if isinstance(each, str) and each in groups:
            yield each
        else:
            named = shown(each) if isinstance(each, str) else "this"
            message = f"{named} is no name of a model that is served; it stands in for none"
            values.report.warn((*path, number), message)


def add_other_names(values: Values, ways: Ways, groups: dict[str, list[Placed]]) -> None:
    """Add the further names of groups; one that a group has too wins over it."""
    for home in HOMES:
        path: Path = (*home, "model_group_alias")
        for name, said in values.mapping(path).items():
            group = said.get("model") if isinstance(said, dict) else said
            if not isinstance(group, str) or group not in groups or not name.strip():
                values.report.warn(
                    (*path, name), f"{shown(name)} leads to no model of `model_list`"
                )
                continue
            if isinstance(said, dict) and said.get("hidden") is True:
                values.report.note((*path, name), f"{shown(name)} is in the lists of models here")
            if name != group:
                targets = ways.aliases.get(group) or targets_of([groups[group]])
                ways.aliases[name] = targets
