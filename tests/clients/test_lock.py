"""The lock of the clients from npm: what is pinned, and that it says nothing of where from."""

import json
from typing import Any

from tests.clients.__main__ import SCRIPTS
from tests.clients.install import LOCK

MANIFEST: dict[str, Any] = json.loads((SCRIPTS / "package.json").read_text())
PACKAGES: dict[str, dict[str, Any]] = json.loads((SCRIPTS / LOCK).read_text())["packages"]


def test_every_client_is_pinned_to_one_version() -> None:
    pinned = MANIFEST["dependencies"]
    assert pinned
    assert pinned == {name: PACKAGES[f"node_modules/{name}"]["version"] for name in pinned}


def test_every_package_has_a_hash_and_no_address() -> None:
    told = {"funding"}  # what a package says of itself
    packages = [
        {key: value for key, value in package.items() if key not in told}
        for place, package in PACKAGES.items()
        if place
    ]
    assert not [package for package in packages if "integrity" not in package]
    assert not [package for package in packages if "://" in json.dumps(package)]
