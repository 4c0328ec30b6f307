"""All budgets and limits that hold, found by whom they concern."""

from collections.abc import Iterable, Mapping
from datetime import UTC, tzinfo
from typing import TypeVar

from msgspec import Struct

from endpoints_server.domain.rules.budget import Budget
from endpoints_server.domain.rules.limit import Limit
from endpoints_server.domain.rules.target import Circumstances, Level, Target, concerns

Rule = TypeVar("Rule", Budget, Limit)


class Group(Struct, frozen=True, kw_only=True):
    """People who share budgets and limits, by their ids."""

    name: str
    members: tuple[str, ...] = ()


class Rules(Struct, frozen=True, kw_only=True):
    """Budgets, limits and groups as somebody set them: the file, or people through the store."""

    groups: tuple[Group, ...] = ()
    budgets: tuple[Budget, ...] = ()
    limits: tuple[Limit, ...] = ()


class Rulebook(Struct, frozen=True, kw_only=True):
    """Rules in force, by target, and the groups of each person; `zone` is where days begin."""

    budgets: Mapping[Target, tuple[Budget, ...]] = {}
    limits: Mapping[Target, tuple[Limit, ...]] = {}
    groups: Mapping[str, tuple[str, ...]] = {}
    zone: tzinfo = UTC

    @property
    def is_empty(self) -> bool:
        """Whether nothing is ruled, so that no call need ask."""
        return not self.budgets and not self.limits

    def budgets_of(self, call: Circumstances) -> list[Budget]:
        """Find the budgets that a call is paid from, the widest first."""
        return find(self.budgets, self.targets_of(call), call)

    def limits_of(self, call: Circumstances) -> list[Limit]:
        """Find the limits that count a call, the widest first."""
        return find(self.limits, self.targets_of(call), call)

    def members_of(self, group: str) -> tuple[str, ...]:
        """Give the people of a group."""
        return tuple(person for person, names in self.groups.items() if group in names)

    def targets_of(self, call: Circumstances) -> list[Target]:
        """Name everything that a call is of."""
        groups = (Target(Level.GROUP, name) for name in self.groups.get(call.person_id, ()))
        return [
            Target(),
            *groups,
            Target(Level.USER, call.person_id),
            Target(Level.KEY, call.key_id),
        ]


def find(
    rules: Mapping[Target, tuple[Rule, ...]], targets: Iterable[Target], call: Circumstances
) -> list[Rule]:
    """Pick the rules of some targets that count a call."""
    return [
        rule for target in targets for rule in rules.get(target, ()) if concerns(rule.scope, call)
    ]


def rulebook_of(rules: Iterable[Rules], zone: tzinfo = UTC) -> Rulebook:
    """Index rules; those of an earlier source hide those of a later one by the same name."""
    sources = tuple(rules)
    groups: dict[str, dict[str, None]] = {}
    for source in sources:
        for group in source.groups:
            for member in group.members:
                groups.setdefault(member, {})[group.name] = None
    return Rulebook(
        budgets=by_target([each.budgets for each in sources]),
        limits=by_target([each.limits for each in sources]),
        groups={member: tuple(names) for member, names in groups.items()},
        zone=zone,
    )


def by_target(sources: Iterable[tuple[Rule, ...]]) -> dict[Target, tuple[Rule, ...]]:
    """Sort rules by target, each name of a target once."""
    found: dict[Target, dict[str, Rule]] = {}
    for source in sources:
        for rule in source:
            found.setdefault(rule.scope.target, {}).setdefault(rule.name, rule)
    return {target: tuple(named.values()) for target, named in found.items()}
