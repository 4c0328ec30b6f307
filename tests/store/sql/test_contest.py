"""Eight processes and a thousand calls for what thirty-seven cost."""

from collections.abc import Callable
from pathlib import Path

from tests.store.sql.contest import AFFORDED, CAP, WORTH, hold_contest, told


async def test_t_25_i_53_eight_processes_admit_what_the_money_holds(
    tmp_path: Path, shared_url: str, measured: Callable[[str], None]
) -> None:
    contest = await hold_contest(tmp_path, shared_url, 5)
    measured(f"{told(contest)} ({'PostgreSQL' if shared_url else 'SQLite'})")
    assert set(contest.admitted) == {AFFORDED}
    assert set(contest.left) == {CAP - AFFORDED * WORTH}
