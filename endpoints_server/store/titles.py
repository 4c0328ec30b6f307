"""The titles of conversations: what may be asked, and the answer in a dict."""

from typing import Protocol

from msgspec import Struct

KEPT = 24 * 3600 * 1_000_000
"""How long a title is kept, in microseconds."""
ABANDONED = 90 * 1_000_000
"""After how long, in microseconds, a title that is still being made will never be."""


class Talk(Struct, frozen=True):
    """One person's conversation; two people's may have the same id."""

    person_id: str
    conversation_id: str


class Title(Struct, frozen=True, kw_only=True):
    """A conversation's title: None while it is being made, empty where none came of it.

    `claimed_at` is when somebody began to make it, in microseconds since 1970.
    """

    talk: Talk
    text: str | None = None
    claimed_at: int

    def is_pending(self, now: int) -> bool:
        """Say whether it may still come."""
        return self.text is None and now < self.claimed_at + ABANDONED


class Titles(Protocol):
    """Titles by conversation; each is forgotten after a day."""

    async def claim_title(self, talk: Talk, at: int) -> bool:
        """Begin to make a title; of several who ask, one alone may, and only once.

        One that somebody began and left lying may be taken over.
        """

    async def keep_title(self, talk: Talk, text: str, at: int) -> None:
        """Keep a title in place of what was there."""

    async def release_title(self, talk: Talk) -> None:
        """Give up making a title, so that it may be claimed again."""

    async def find_title(self, talk: Talk, now: int) -> Title | None:
        """Give what is known of a title."""


class MemoryTitles:
    """Titles in a dict."""

    def __init__(self) -> None:
        self.titles: dict[Talk, Title] = {}

    async def claim_title(self, talk: Talk, at: int) -> bool:
        self._forget(at)
        found = self.titles.get(talk)
        if found is not None and (found.text is not None or found.is_pending(at)):
            return False
        self.titles[talk] = Title(talk=talk, claimed_at=at)
        return True

    async def keep_title(self, talk: Talk, text: str, at: int) -> None:
        self.titles[talk] = Title(talk=talk, text=text, claimed_at=at)

    async def release_title(self, talk: Talk) -> None:
        found = self.titles.get(talk)
        if found is not None and found.text is None:
            del self.titles[talk]

    async def find_title(self, talk: Talk, now: int) -> Title | None:
        found = self.titles.get(talk)
        return found if found and now < found.claimed_at + KEPT else None

    def _forget(self, now: int) -> None:
        self.titles = {
            talk: title for talk, title in self.titles.items() if now < title.claimed_at + KEPT
        }
