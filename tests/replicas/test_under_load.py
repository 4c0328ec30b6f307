"""What eight processes go through under load, in its short form: `python -m tests.replicas` runs
the long ones.
"""

from collections.abc import Callable
from pathlib import Path

from tests.replicas.fleet import Fleet
from tests.replicas.hot import heat
from tests.replicas.killing import kill_under
from tests.replicas.reloading import reload_under
from tests.replicas.rolling import roll
from tests.replicas.speaking import Speaking

Said = Callable[[str], None]


async def test_t_40_i_78_a_changed_file_drops_no_stream(
    fleet: Fleet, upstream: Speaking, measured: Said
) -> None:
    reloads, figure = await reload_under(fleet, upstream, streams=400, reloads=6)
    measured(figure)
    assert reloads.broken == 0
    assert max(reloads.converged) < 2.0


async def test_t_32_i_70_one_hot_account_makes_no_deadlock(
    fleet: Fleet, database_url: str, measured: Said
) -> None:
    failed, deadlocks, figure = await heat(fleet, database_url, seconds=3.0)
    measured(figure)
    assert failed == []
    assert deadlocks == 0


async def test_t_37_i_75_a_rolling_restart_fails_no_call(
    fleet: Fleet, tmp_path: Path, measured: Said
) -> None:
    failed, figure = await roll(fleet, tmp_path / "nginx", rounds=1)
    measured(figure)
    assert failed == []


async def test_t_29_i_57_a_killed_replica_loses_nothing_that_was_answered(
    fleet: Fleet, upstream: Speaking, database_url: str, measured: Said
) -> None:
    lost, found, figure = await kill_under(fleet, upstream, database_url, kills=4)
    measured(figure)
    assert lost == []
    assert set(found.values()) == {1}
