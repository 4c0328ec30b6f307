"""The shape of the code: sizes, names, docstrings and imports."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "endpoints_server"
MODULES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))

LINES_PER_FILE = 300
LINES_PER_FUNCTION = 40
MODULES_PER_FOLDER = 15
WORDS_PER_TEST_NAME = 4

FORBIDDEN_WORDS = re.compile(
    "util|helper|common|core|base|abstract|manager|service|handler|processor|pipeline|engine"
    "|data|info|impl|misc|new|v2"
)
ALLOWED_NAMES = {PACKAGE / "store" / "sql" / "engine.py"}  # SQLAlchemy's own word

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def functions_in(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def classes_in(tree: ast.AST) -> Iterator[ast.ClassDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def imports_in(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))


def length_of(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def forbidden_words_in(name: str) -> list[str]:
    words = [word.lower() for word in re.findall(r"v2|[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)]
    return [word for word in words if FORBIDDEN_WORDS.fullmatch(word.removesuffix("s"))]


def ancestors_of(path: Path) -> Iterator[Path]:
    """Tell the package folders that hold a module, but for the one that holds only the version."""
    folder = path.parent
    while folder != PACKAGE:
        yield folder
        folder = folder.parent


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


every_module = pytest.mark.parametrize("path", MODULES, ids=name_of)
every_test_file = pytest.mark.parametrize("path", TESTS, ids=name_of)


@every_module
def test_a_file_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LINES_PER_FILE


@every_module
def test_a_function_is_short(path: Path) -> None:
    lengths = {function.name: length_of(function) for function in functions_in(tree_of(path))}
    assert not {name: n for name, n in lengths.items() if n > LINES_PER_FUNCTION}


def test_a_folder_holds_few_modules() -> None:
    folders = {path.parent for path in MODULES}
    counts = {
        name_of(folder): len([path for path in folder.glob("*.py") if path.stem != "__init__"])
        for folder in folders
    }
    assert not {name: n for name, n in counts.items() if n > MODULES_PER_FOLDER}


@every_module
def test_a_name_says_what_is_inside(path: Path) -> None:
    if path not in ALLOWED_NAMES:
        assert not forbidden_words_in(name_of(path.with_suffix("")))
    for found in classes_in(tree_of(path)):
        assert not forbidden_words_in(found.name), found.name


@every_module
def test_a_module_begins_with_one_sentence(path: Path) -> None:
    docstring = ast.get_docstring(tree_of(path))
    assert docstring, "no docstring"
    opening = " ".join(docstring.split("\n\n")[0].split())
    assert opening.endswith("."), opening
    assert not re.search(r"[.!?] [A-Z]", opening), opening


@every_module
def test_a_public_function_or_class_has_a_docstring(path: Path) -> None:
    public = [
        node
        for node in tree_of(path).body
        if isinstance(node, Definition) and not node.name.startswith("_")
    ]
    assert not [node.name for node in public if not ast.get_docstring(node)]


@every_module
def test_imports_stand_at_the_top_and_are_real(path: Path) -> None:
    tree = tree_of(path)
    local = [inner.lineno for function in functions_in(tree) for inner in imports_in(function)]
    assert not local, f"imports inside functions, lines {local}"
    assert "TYPE_CHECKING" not in path.read_text()
    assert "__future__" not in [getattr(node, "module", None) for node in imports_in(tree)]


@every_module
def test_no_package_root_is_imported_from_inside_it(path: Path) -> None:
    roots = {dotted(folder) for folder in ancestors_of(path)}
    found = [
        f"{target}.{alias.name}" if (target := getattr(node, "module", None)) else alias.name
        for node in imports_in(tree_of(path))
        for alias in node.names
    ]
    rootward = [name for name in found if name in roots or name.rpartition(".")[0] in roots]
    assert not [name for name in rootward if name in roots or not is_module(name)]


@every_module
def test_the_code_speaks_of_itself_alone(path: Path) -> None:
    assert not re.findall(r"\b(?:TODO|FIXME|XXX)\b|(?<![\w&])#\d{1,5}\b", path.read_text())


@every_test_file
def test_the_name_of_a_test_is_a_sentence(path: Path) -> None:
    tree = tree_of(path)
    tests = [function.name for function in functions_in(tree) if function.name.startswith("test_")]
    assert not [name for name in tests if name.count("_") < WORDS_PER_TEST_NAME]
    assert not [found.name for found in classes_in(tree) if found.name.startswith("Test")]
