"""Tells other processes that something changed, so that they look before their second is over."""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol


class Topic(StrEnum):
    """What may have changed."""

    KEYS = "keys"
    CREDENTIALS = "credentials"
    RULES = "rules"
    OWN_ENDPOINTS = "own endpoints"


class Bell(Protocol):
    """Rung after a change is durable. Nothing relies on it: who hears nothing looks later."""

    def listen(self, topic: Topic, hear: Callable[[], None]) -> None:
        """Have something called, on the loop, whenever a topic may have changed elsewhere."""

    def ring(self, topic: Topic) -> None:
        """Let all others know; waits for nothing and raises nothing."""


class SilentBell:
    """Nobody hears it: what changed elsewhere is seen within a second all the same."""

    def listen(self, topic: Topic, hear: Callable[[], None]) -> None:
        """Hear nothing."""

    def ring(self, topic: Topic) -> None:
        """Tell nobody."""


SILENT = SilentBell()
