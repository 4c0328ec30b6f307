"""Answers as rows; old ones go as new ones come."""

import asyncio

from sqlalchemy import ColumnElement, Engine, and_, delete, or_, select, update

from endpoints_server.store.once.port import KEPT, UNDER_WAY, Claim
from endpoints_server.store.sql.dialects.upsert import insert
from endpoints_server.store.sql.engine import writing
from endpoints_server.store.sql.tables import answers


class SqlOnce:
    """Claims in a table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def claim(self, claim: Claim) -> Claim | None:
        return await asyncio.to_thread(self._claim, claim)

    async def answer(self, claim: Claim) -> None:
        await asyncio.to_thread(self._answer, claim)

    async def release(self, claim: Claim) -> None:
        await asyncio.to_thread(self._release, claim)

    def _claim(self, claim: Claim) -> Claim | None:
        fields = {"digest": claim.digest, "claimed_at": claim.at, "sealed": ""}
        its = {"person_id": claim.person_id, "name": claim.name}
        is_over = or_(
            answers.c.claimed_at < claim.at - KEPT,
            and_(answers.c.sealed == "", answers.c.claimed_at < claim.at - UNDER_WAY),
        )
        claiming = insert(answers).values(**its, **fields)
        claiming = claiming.on_conflict_do_update(["person_id", "name"], set_=fields, where=is_over)
        wanted = select(answers).where(*its_row(claim))
        with writing(self._engine) as connection:
            connection.execute(delete(answers).where(answers.c.claimed_at < claim.at - KEPT))
            if connection.execute(claiming.returning(answers.c.name)).first() is not None:
                return None
            row = connection.execute(wanted).one()
        return Claim(
            person_id=row.person_id,
            name=row.name,
            digest=row.digest,
            at=row.claimed_at,
            sealed=row.sealed,
        )

    def _answer(self, claim: Claim) -> None:
        answered = update(answers).where(*its_row(claim)).values(sealed=claim.sealed)
        with writing(self._engine) as connection:
            connection.execute(answered)

    def _release(self, claim: Claim) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(answers).where(*its_row(claim)))


def its_row(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    """Ask for the row of a claim."""
    return answers.c.person_id == claim.person_id, answers.c.name == claim.name
