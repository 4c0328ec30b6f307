"""What may be asked of answers that are given again."""

from typing import Protocol

from msgspec import Struct

UNDER_WAY = 60_000_000
"""Microseconds after which whoever claimed something and never answered is taken for dead."""
KEPT = 86_400_000_000
"""Microseconds for which an answer is given again."""


class Claim(Struct, frozen=True, kw_only=True):
    """Somebody's request under a name of their own; `digest` is of all that it asks for.

    `at` is in microseconds since 1970. `sealed` is the answer, empty while there is none.
    """

    person_id: str
    name: str
    digest: str
    at: int
    sealed: str = ""


class Once(Protocol):
    """Claims by person and name."""

    async def claim(self, claim: Claim) -> Claim | None:
        """Claim a name; None where it is ours now, else the claim that has it.

        One that was never answered may be claimed again after `UNDER_WAY`, any after `KEPT`.
        """

    async def answer(self, claim: Claim) -> None:
        """Keep the answer to a claim."""

    async def release(self, claim: Claim) -> None:
        """Give a name back under which nothing was done."""
