"""The locks of the clients: what is pinned, and that they say nothing of where from."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.clients.install import LOCK, NPM, PYTHON
from tests.clients.programs import PROGRAMS
from tests.clients.scripts import PYTHONS

MANIFEST: dict[str, Any] = json.loads((NPM / "package.json").read_text())
PACKAGES: dict[str, dict[str, Any]] = json.loads((NPM / LOCK).read_text())["packages"]
PYTHON_LOCKS = sorted(PYTHON.glob("*.lock"))
every_python_lock = pytest.mark.parametrize("lock", PYTHON_LOCKS, ids=lambda lock: lock.stem)


def test_every_client_from_npm_is_pinned_to_one_version() -> None:
    pinned = MANIFEST["dependencies"] | MANIFEST["optionalDependencies"]
    assert pinned == {name: PACKAGES[f"node_modules/{name}"]["version"] for name in pinned}


def test_every_package_from_npm_has_a_hash_and_no_address() -> None:
    told = {"funding"}  # what a package says of itself
    packages = [
        {key: value for key, value in package.items() if key not in told}
        for place, package in PACKAGES.items()
        if place
    ]
    assert not [package for package in packages if "integrity" not in package]
    assert not [package for package in packages if "://" in json.dumps(package)]


@every_python_lock
def test_every_package_from_pypi_has_a_hash_and_no_address(lock: Path) -> None:
    text = lock.read_text()
    packages = re.findall(r"^(\S+==\S+)[^\n]*\\\n +--hash=sha256:", text, re.MULTILINE)
    assert packages == re.findall(r"^(\S+==\S+)", text, re.MULTILINE)
    assert not re.findall(r"://|--index-url|--find-links|--trusted-host", text)


@every_python_lock
def test_a_lock_pins_what_is_asked_for(lock: Path) -> None:
    asked = lock.with_suffix(".in").read_text().splitlines()
    names = [re.split(r"[\[=<]", line)[0] for line in asked]
    assert not [name for name in names if f"\n{name}==" not in f"\n{lock.read_text()}"]


def test_every_command_and_script_has_its_version_and_environment() -> None:
    assert not [program.guide for program in PROGRAMS if not program.version]
    assert {PYTHON / f"{name}.py" for name in PYTHONS} | {PYTHON / "journey.py"} == set(
        PYTHON.glob("*.py")
    )
    assert set(PYTHONS.values()) <= {lock.stem for lock in PYTHON_LOCKS}
