"""Budgets, limits and groups that people set beside those of the file; and the answer in a dict."""

from typing import Protocol

from endpoints_server.domain.rules.budget import Budget
from endpoints_server.domain.rules.limit import Limit
from endpoints_server.domain.rules.rulebook import Group, Rules
from endpoints_server.store.changes.memory import MemoryChanges
from endpoints_server.store.changes.port import Note, unnoted

Rule = Budget | Limit | Group
Place = tuple[str, str]
"""The kind of a rule, and whom it concerns with its name."""


class StoredRules(Protocol):
    """Rules beside those of the file."""

    def current(self) -> Rules:
        """Give all of them as last read; answers from memory, and the same object until a change.

        What changed elsewhere is seen by the next `catch_up`, or at once where processes tell each
        other.
        """

    async def put_rule(self, rule: Rule, note: Note[Rule] = unnoted) -> None:
        """Keep a rule in place of the one of its kind, target and name."""

    async def delete_rule(self, rule: Rule, note: Note[Rule] = unnoted) -> bool:
        """Forget the rule of this kind, target and name; False where there is none."""

    async def catch_up(self) -> None:
        """Read what changed."""


def place_of(rule: Rule) -> Place:
    """Say where a rule stands."""
    match rule:
        case Group():
            return "group", rule.name
        case Budget():
            return "budget", f"{rule.scope.target}|{rule.name}"
        case Limit():
            return "limit", f"{rule.scope.target}|{rule.name}"


def rules_of(kept: dict[Place, Rule]) -> Rules:
    """Sort rules by their kind."""
    rules = [kept[place] for place in sorted(kept)]
    return Rules(
        groups=tuple(rule for rule in rules if isinstance(rule, Group)),
        budgets=tuple(rule for rule in rules if isinstance(rule, Budget)),
        limits=tuple(rule for rule in rules if isinstance(rule, Limit)),
    )


class MemoryRules:
    """Rules in a dict."""

    def __init__(self, changes: MemoryChanges) -> None:
        self.changes = changes
        self.kept: dict[Place, Rule] = {}
        self.rules = Rules()

    def current(self) -> Rules:
        return self.rules

    async def put_rule(self, rule: Rule, note: Note[Rule] = unnoted) -> None:
        self.changes.keep(note(self.kept.get(place_of(rule)), rule))
        self.kept[place_of(rule)] = rule
        self.rules = rules_of(self.kept)

    async def delete_rule(self, rule: Rule, note: Note[Rule] = unnoted) -> bool:
        before = self.kept.get(place_of(rule))
        if before is None:
            return False
        self.changes.keep(note(before, None))
        del self.kept[place_of(rule)]
        self.rules = rules_of(self.kept)
        return True

    async def catch_up(self) -> None:
        return
