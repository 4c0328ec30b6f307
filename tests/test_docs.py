"""The documents agree with the code, and none holds an address of a package index."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "endpoints_server"
README = ROOT / "README.md"
LOCKS = [ROOT / "requirements.lock", ROOT / "requirements-dev.lock"]

LINES_PER_NOTE = 20


def folders_of_the_package() -> list[Path]:
    return sorted(path for path in PACKAGE.iterdir() if path.is_dir() and path.name[0] not in "._")


def readme() -> str:
    return README.read_text() if README.is_file() else ""


def terms_of_the_glossary() -> list[str]:
    rows = re.findall(r"^\| \*\*(.+?)\*\* \|", readme(), flags=re.MULTILINE)
    return [term.strip() for row in rows for term in row.split("/")]


def names_in_the_package() -> set[str]:
    names = {path.stem for path in PACKAGE.rglob("*")}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                    names.add(node.name)
                case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(name)]):
                    names.add(name)
                case _:
                    pass  # only what gives a name to something
    return {plain(name) for name in names}


def plain(name: str) -> str:
    return name.lower().replace("_", "").replace(" ", "")


@pytest.mark.parametrize("folder", folders_of_the_package(), ids=lambda folder: folder.name)
def test_every_folder_says_in_a_few_lines_what_lives_there(folder: Path) -> None:
    note = (folder / "README.md").read_text()
    assert len(note.splitlines()) <= LINES_PER_NOTE
    assert note.startswith(f"# {folder.name}\n")
    assert "**To add a" in note


def test_the_readme_names_every_folder_of_the_package() -> None:
    assert not [folder.name for folder in folders_of_the_package() if folder.name not in readme()]


def test_every_term_of_the_glossary_names_something_in_the_code() -> None:
    names = names_in_the_package()
    assert not [term for term in terms_of_the_glossary() if plain(term) not in names]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_holds_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text()
    assert "--hash=sha256:" in text
    assert not re.findall(r"://|--index-url|--find-links|--trusted-host", text)
