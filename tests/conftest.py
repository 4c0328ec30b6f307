"""What every test may ask for, and the rule that CI skips nothing."""

import os
from collections.abc import Callable, Generator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import Cluster, running_cluster

BESIDE = Path(__file__).parents[2] / "shared"
SHARED = Path(os.environ.get("ES_SHARED", BESIDE))
MEASURED = "measured"
IS_STRICT = os.environ.get("ES_REQUIRE_ALL") == "1"

settings.register_profile(  # a busy machine is no defect
    "steady", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of vectors and recordings kept outside the repository."""
    if not SHARED.is_dir():
        pytest.skip("no shared vectors: set ES_SHARED to their folder")
    return SHARED


@pytest.fixture(scope="session")
def cluster() -> Generator[Cluster]:
    """The PostgreSQL that tests share; each makes a database of its own there."""
    with running_cluster() as running:
        yield running


@pytest.fixture
def measured(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Say a figure that a test found out; all of them stand at the end of the run."""
    return partial(record_property, MEASURED)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures, whichever process found them out."""
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    said = [text for each in reports for name, text in each.user_properties if name == MEASURED]
    if said:
        terminalreporter.section("measured")
        terminalreporter.write_line("\n".join(map(str, said)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Count a skip as a failure under ES_REQUIRE_ALL=1, but for vectors no one can install."""
    report = yield
    may_skip = "shared" in getattr(item, "fixturenames", ()) and not SHARED.is_dir()
    if IS_STRICT and report.skipped and not hasattr(report, "wasxfail") and not may_skip:
        report.outcome = "failed"
        report.longrepr = f"skipped under ES_REQUIRE_ALL: {report.longreprtext}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Count the skip of a whole module as a failure too."""
    report = yield
    if IS_STRICT and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped under ES_REQUIRE_ALL: {report.longreprtext}"
    return report
