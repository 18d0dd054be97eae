"""`make` finds a Python that is new enough, whatever it is called."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "make", "touch", "cp", "test")
# Answers `-c PROGRAM` as a Python of another version would, and notes any other call.
PRETENDS = """#!/bin/sh
if [ "$1" = -c ]; then
    exec "{python}" -c "import sys; sys.version_info = ({version}); {before}; exec(sys.argv[1])" "$2"
fi
echo "$0 $*" >> {notes}
exit 1
"""


@pytest.fixture
def path(tmp_path):
    """A PATH with what make needs and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        place = next(Path(part, tool) for part in ("/usr/bin", "/bin") if Path(part, tool).exists())
        (folder / tool).symlink_to(place)
    return folder


@pytest.fixture
def put(path):
    """Puts a Python that says it is of some version on the PATH."""

    def put(name, minor, before="0"):
        file = path / name
        version = f"3, {minor}, 0"
        file.write_text(
            PRETENDS.format(
                python=sys.executable, version=version, before=before, notes=path / "calls"
            )
        )
        file.chmod(0o755)
        return file

    return put


def found(path, **more):
    """What the script prints, and says of a failure."""
    done = subprocess.run(
        ["/bin/sh", str(ROOT / "config" / "find_python.sh")],
        env={"PATH": str(path)} | more, capture_output=True, text=True,
    )  # fmt: skip
    assert bool(done.returncode) == bool(done.stderr)
    return done.stdout.strip() or done.stderr.strip()


def test_python3_is_taken_where_it_is_new_enough(path, put):
    put("python3", 11)
    put("python3.13", 13)
    assert found(path) == "python3"


def test_else_the_newest_is_taken_even_past_ten_versions_more(path, put):
    put("python3", 9)
    for minor in (10, 11, 13, 21):
        put(f"python3.{minor}", minor)
    assert found(path) == "python3.21"


def test_one_that_does_not_run_or_makes_no_environments_is_passed_over(path, put):
    put("python3", 13, before="sys.modules['ensurepip'] = None")
    (path / "python3.14").write_text("#!/bin/sh\necho 'python3.14: not installed' >&2; exit 127\n")
    (path / "python3.14").chmod(0o755)
    put("python3.12", 12)
    assert found(path) == "python3.12"


def test_without_one_a_sentence_says_what_to_install(path, put):
    put("python3", 10)
    put("python3.10", 10)
    assert found(path) == (
        "Install Python 3.11 or newer with its venv module (on Debian: apt install python3-venv), "
        "or name one: PYTHON=/a/python3.12 make demo"
    )


def test_the_one_that_is_named_wins_and_is_looked_at_as_well(path, put):
    put("python3", 13)
    named = put("my python", 12)
    assert found(path, PYTHON=str(named)) == str(named)
    old = put("python3.9", 9)
    for wrong in (old, path / "nowhere", "/bin/true"):
        assert found(path, PYTHON=str(wrong)) == (
            f"PYTHON={wrong} is not a Python of 3.11 or newer with its venv module; name another."
        )


@pytest.mark.parametrize("way", ["environment", "argument"])
def test_make_asks_it_for_the_environment(tmp_path, path, put, way):
    put("python3", 13)
    named = put("named", 12)
    folder = tmp_path / "project"
    (folder / "config").mkdir(parents=True)
    (folder / "requirements-serve.lock").touch()
    for name in ("Makefile", "config/find_python.sh"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    arguments = [f"PYTHON={named}"] if way == "argument" else []
    environment = {"PATH": str(path)} | ({"PYTHON": str(named)} if way == "environment" else {})
    done = subprocess.run(
        ["make", *arguments, "demo"], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert (path / "calls").read_text() == f"{named} -m venv .venv\n"


def make(*arguments):
    """What make prints."""
    return subprocess.run(
        ["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def test_help_tells_each_target_in_a_line_and_is_what_make_alone_does():
    phony = re.search(r"^\.PHONY: (.*)", (ROOT / "Makefile").read_text(), re.M)[1].split()
    told = re.findall(r"^make ([a-z-]+) +\S.*$", make("help"), re.M)
    assert told == phony
    assert make() == make("help")


@pytest.mark.parametrize(
    "file",
    [
        "README.md",
        "CONTRIBUTING.md",
        ".pre-commit-config.yaml",
        ".ci/run",
        ".github/workflows/test.yml",
    ],
)
def test_what_a_file_tells_to_make_can_be_made(file):
    named = re.findall(
        r"(?:^|`|run: |entry: |exec |=\S+ )make ([a-z-]+)", (ROOT / file).read_text(), re.M
    )
    assert named
    for target in named:
        make("--dry-run", target)


def test_what_ci_runs_is_all_that_there_is():
    run = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if "make " in line]
    assert run == ["make test", "exec make test-slow"]
    recipes = make("--dry-run", "--always-make", "test", "test-slow")
    commands = [line for line in recipes.splitlines() if line.startswith("sh tests/once_more.sh ")]
    for part in ('pytest -m "not slow" ', "pytest -m slow .* tests/browser$",
                 "pytest -m slow .* --ignore=tests/browser ", 'tests.on_postgresql -m "not slow" ',
                 'tests.on_postgresql --index -m "not slow" '):  # fmt: skip
        assert len([command for command in commands if re.search(part, command)]) == 1, part


def test_a_check_that_fails_makes_lint_fail(tmp_path):
    """mypy too, which runs beside what compiles the kernels."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / "requirements-dev.lock").touch()
    (tmp_path / ".venv" / ".installed-dev").touch()
    tools = ["pip", "ruff", "djlint", "oxlint", "lint-imports", "python", "mypy"]
    for failing in ("none", *tools[1:]):
        for tool in tools:
            file = tmp_path / ".venv" / "bin" / tool
            file.write_text(f"#!/bin/sh\nexit {int(tool == failing)}\n")
            file.chmod(0o755)
        done = subprocess.run(["make", "lint"], cwd=tmp_path, capture_output=True)
        assert bool(done.returncode) == (failing != "none"), failing


def test_nothing_in_make_is_bound_to_one_version_of_python():
    assert "python3." not in (ROOT / "Makefile").read_text()
    assert "python3.1" not in (ROOT / "README.md").read_text()
    assert os.access(ROOT / "config" / "find_python.sh", os.R_OK)


def installs(*targets):
    """The locks that these targets install."""
    lines = make("--dry-run", "--always-make", *targets).splitlines()
    return {
        word for line in lines for word in line.split() if "pip install" in line and ".lock" in word
    }


@pytest.mark.parametrize("target", ["demo", "dev", "test"])
def test_nothing_but_slow_tests_and_benchmarks_installs_tensorflow(target):
    assert "requirements.lock" not in installs(target)


def test_the_demo_installs_what_is_served_and_no_more():
    assert installs("demo") == {"requirements-serve.lock"}


@pytest.mark.parametrize("target", ["tensorflow", "test-slow", "coverage", "bench"])
def test_tensorflow_is_there_where_it_is_needed(target):
    assert "requirements.lock" in installs(target)


def test_what_needs_tensorflow_names_the_target_that_adds_it():
    assert "make tensorflow" in (ROOT / "README.md").read_text()
    for page in ("README.md", "docs/upgrade.md", "docs/run.md"):
        for line in (ROOT / page).read_text().splitlines():
            assert "-r requirements.lock" not in line, page
