"""The measures of the house: small functions, small modules, thin commands, tests that wait."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("config", "runs", "catalog", "recommender", "web", "demo")
MODULES = [
    path
    for room in ROOMS
    for path in sorted((ROOT / room).rglob("*.py"))
    if "migrations" not in path.parts
]
PARTICIPLES = {"told", "said", "asked", "given", "found", "left", "known"}
LONGEST_FUNCTION, LONGEST_MODULE, LONGEST_COMMAND = 30, 350, 40


def name_of(path) -> str:
    return str(path.relative_to(ROOT))


def lines_of_code(source, node) -> int:
    """Its lines without its docstring, and without blank ones."""
    has_docstring = ast.get_docstring(node) is not None
    first = node.body[0].end_lineno + 1 if has_docstring else node.lineno
    return sum(1 for line in source[first - 1 : node.end_lineno] if line.strip())


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_functions_are_called_by_what_they_return_not_by_participles(path):
    functions = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.FunctionDef)]
    assert PARTICIPLES & {function.name.strip("_") for function in functions} == set()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_functions_and_modules_are_short_enough_to_be_read(path):
    source = path.read_text().splitlines()
    tree = ast.parse(path.read_text())
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    lengths = {function.name: lines_of_code(source, function) for function in functions}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}
    assert len(source) <= LONGEST_MODULE


COMMANDS = [path for path in MODULES if path.parent.name == "commands" and path.stem != "__init__"]


@pytest.mark.parametrize("path", COMMANDS, ids=name_of)
def test_a_command_is_an_adapter(path):
    """What it does is a call of something that others could call, too. Imports do not count."""
    source = path.read_text().splitlines()
    parts = [node for node in ast.parse(path.read_text()).body if hasattr(node, "body")]
    assert sum(lines_of_code(source, node) for node in parts) <= LONGEST_COMMAND


AT_ONCE = re.compile(
    r"assert .*(\.(count|inner_text|all_inner_texts|input_value|is_\w+)\(\)|page\.url)"
)


@pytest.mark.parametrize("path", sorted((ROOT / "tests/browser").rglob("*.py")), ids=name_of)
def test_a_browser_s_page_is_waited_for(path):
    """A click returns before the page comes that it leads to: `expect` waits for it."""
    assert [line for line in path.read_text().splitlines() if AT_ONCE.search(line)] == []


@pytest.mark.parametrize(("path", "ignored"), [("thumbnails/7.jpg", True), (".gitignore", False)])
def test_git_keeps_the_folder_of_pictures_and_ignores_what_is_in_it(path, ignored):
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this is no clone")
    checked = subprocess.run(["git", "check-ignore", "-q", f"media/{path}"], cwd=ROOT)
    assert checked.returncode == (0 if ignored else 1)
