"""Eight processes and a thousand calls for what thirty-seven cost."""

from pathlib import Path

from tests.store.sql.contest import AFFORDED, CAP, WORTH, hold_contest


async def test_t_25_i_53_eight_processes_admit_what_the_money_holds(
    tmp_path: Path, shared_url: str
) -> None:
    admitted, left, _ = await hold_contest(tmp_path, shared_url, 5)
    assert set(admitted) == {AFFORDED}
    assert set(left) == {CAP - AFFORDED * WORTH}
