"""Clients from npm, installed as their lock says, in a folder that git does not see."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

HOME = Path(__file__).parents[2] / ".clients"
LOCK = "package-lock.json"
MARK = "installed"
"""Holds the lock that the folder was installed from."""


class NotInstalled(Exception):
    """npm did not install; tells what it said."""


def install(npm: str, scripts: Path) -> Path:
    """Lay out scripts beside the packages they import; gives the folder, raises NotInstalled."""
    shutil.copytree(scripts, HOME, dirs_exist_ok=True)
    lock, mark = (HOME / LOCK).read_text(), HOME / MARK
    if mark.is_file() and mark.read_text() == lock:
        return HOME
    mark.unlink(missing_ok=True)
    done = subprocess.run(
        [npm, "ci", "--loglevel=error"], cwd=HOME, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NotInstalled(done.stderr.strip())
    mark.write_text(lock)
    return HOME


def version_of(home: Path, package: str) -> str:
    """Tell which version of a package is installed; empty for what is none."""
    lock: dict[str, Any] = json.loads((home / LOCK).read_text())
    found = lock["packages"].get(f"node_modules/{package}", {})
    return str(found.get("version", ""))
