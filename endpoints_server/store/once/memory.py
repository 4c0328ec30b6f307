"""Answers in a dict."""

from endpoints_server.store.once.port import KEPT, UNDER_WAY, Claim


class MemoryOnce:
    """Claims by person and name."""

    def __init__(self) -> None:
        self.claims: dict[tuple[str, str], Claim] = {}

    async def claim(self, claim: Claim) -> Claim | None:
        place = claim.person_id, claim.name
        kept = self.claims.get(place)
        if kept is not None and not is_over(kept, claim.at):
            return kept
        self.claims[place] = claim
        return None

    async def answer(self, claim: Claim) -> None:
        self.claims[claim.person_id, claim.name] = claim

    async def release(self, claim: Claim) -> None:
        self.claims.pop((claim.person_id, claim.name), None)


def is_over(kept: Claim, now: int) -> bool:
    """Say whether a name may be claimed again."""
    return kept.at < now - (KEPT if kept.sealed else UNDER_WAY)
