"""Clients from npm and PyPI, installed as their locks say, in a folder that git does not see."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from msgspec import Struct

HOME = Path(__file__).parents[2] / ".clients"
SOURCES = Path(__file__).parent
NPM, PYTHON = SOURCES / "npm", SOURCES / "python"
LOCK = "package-lock.json"
MARK = "installed"
"""Holds the lock that the folder was installed from."""
PYTHONS = ("python3.12", "python3.11")
"""Where our own Python is too new for a client."""


class NotInstalled(Exception):
    """A package client did not install; tells what it said."""


class Clients(Struct, frozen=True, kw_only=True):
    """What was installed: a folder with `node_modules`, and Pythons by the name of their lock."""

    node: str
    npm: Path
    pythons: dict[str, Path]

    def package(self, name: str) -> Path:
        """Give the folder of a package from npm."""
        return self.npm / "node_modules" / name


def install(node: str, npm: str) -> Clients:
    """Install everything that is not there yet; raises NotInstalled."""
    names = sorted(lock.stem for lock in PYTHON.glob("*.lock"))
    return Clients(
        node=node,
        npm=install_npm(npm),
        pythons={name: install_python(name) for name in names},
    )


def install_npm(npm: str) -> Path:
    """Lay out scripts beside the packages they import; gives the folder."""
    home = HOME / "npm"
    shutil.copytree(NPM, home, dirs_exist_ok=True)
    if not is_installed(home, home / LOCK):
        run(npm, "ci", "--loglevel=error", folder=home)
        shutil.copy(home / LOCK, home / MARK)
    return home


def install_python(name: str) -> Path:
    """Make the virtual environment of one lock; gives its Python."""
    home, lock = HOME / f"python-{name}", PYTHON / f"{name}.lock"
    python = home / "bin" / "python"
    if not is_installed(home, lock):
        shutil.rmtree(home, ignore_errors=True)
        run(python_for(lock), "-m", "venv", str(home), folder=SOURCES)
        pip = ("-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes")
        run(str(python), *pip, "-r", str(lock), folder=SOURCES)
        shutil.copy(lock, home / MARK)
    return python


def is_installed(home: Path, lock: Path) -> bool:
    """Say whether a folder holds what a lock says."""
    mark = home / MARK
    return mark.is_file() and mark.read_text() == lock.read_text()


def python_for(lock: Path) -> str:
    """Choose a Python that is old enough for what a lock begins with: `# python < 3.13`."""
    limit = re.match(r"# python < 3\.(\d+)\n", lock.read_text())
    if limit is None or sys.version_info < (3, int(limit[1])):
        return sys.executable
    found = next(filter(None, map(shutil.which, PYTHONS)), None)
    if found is None:
        raise NotInstalled(f"{lock.stem} needs an older Python: one of {', '.join(PYTHONS)}")
    return found


def run(*command: str, folder: Path) -> None:
    """Run a package client; raises NotInstalled with what it said."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotInstalled(f"{' '.join(command)}\n{done.stderr.strip()}")


def npm_version(package: str) -> str:
    """Tell which version of a package from npm is pinned; empty for what is none."""
    lock: dict[str, Any] = json.loads((NPM / LOCK).read_text())
    return str(lock["packages"].get(f"node_modules/{package}", {}).get("version", ""))


def python_version(name: str, package: str) -> str:
    """Tell which version of a package a lock pins; empty for what is none."""
    found = re.search(
        rf"^{re.escape(package)}==(\S+)", (PYTHON / f"{name}.lock").read_text(), re.MULTILINE
    )
    return found[1] if found else ""
