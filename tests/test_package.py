"""The package: what is in it, and a site that is installed from it, in a folder with nothing else."""

import hashlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from recommender import VERSION
from tests.conftest import picture_bytes
from tests.terminal import hearing_ctrl_c
from tests.test_documented_commands import free_port

ROOT = Path(__file__).resolve().parents[1]
# Where what lies in the checkout lies in the package; and what is of no use there.
PLACES = {
    "runs/": "runs/", "catalog/": "catalog/", "recommender/": "recommender/", "web/": "web/",
    "lookalike/": "lookalike/", "templates/": "web/templates/", "static/": "web/static/",
    "config/": "lookalike/site/config/", "demo/": "lookalike/site/demo/",
    "manage.py": "lookalike/site/manage.py",
}  # fmt: skip
LEFT_OUT = re.compile(r".*\.po|config/find_python\.sh")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("git") is None or not (ROOT / ".git").exists(), reason="this is no clone"
    ),
]


def files_of_the_checkout() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    names = filter(None, listed.stdout.split("\0"))
    return [name for name in names if (ROOT / name).is_file()]


def build(source, into, *options):
    """The wheel that `python -m build` makes of a folder."""
    command = [sys.executable, "-m", "build", "--no-isolation", *options, "--outdir", into, source]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = into.glob("lookalike-*.whl")
    return wheel


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a copy of the checkout, `source`, and what is built of it, `dist`."""
    folder = tmp_path_factory.mktemp("package")
    for name in files_of_the_checkout():
        (folder / "source" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / "source" / name)
    build(folder / "source", folder / "dist")
    return folder


def contents(wheel):
    """Each file of a wheel, and the sum of what is in it."""
    with zipfile.ZipFile(wheel) as file:
        return {name: hashlib.sha256(file.read(name)).hexdigest() for name in file.namelist()}


def in_the_package(name):
    """Where a file of the checkout lies in the package; nothing for what is not of the program."""
    begins = next((begin for begin in PLACES if name.startswith(begin)), None)
    of_the_program = begins is not None and not LEFT_OUT.fullmatch(name)
    return PLACES[begins] + name.removeprefix(begins) if of_the_program else None


def test_all_of_the_program_is_in_the_package_and_nothing_else(place):
    (wheel,) = (place / "dist").glob("*.whl")
    names = {name for name in contents(wheel) if ".dist-info/" not in name}
    assert names == set(filter(None, map(in_the_package, files_of_the_checkout())))
    assert "recommender/locale/ru/LC_MESSAGES/django.mo" in names


def test_the_checkout_makes_the_same_package_as_the_archive_of_sources(place, tmp_path):
    """`python -m build` makes the archive, and the package out of that."""
    assert len(list((place / "dist").glob("lookalike-*.tar.gz"))) == 1
    (wheel,) = (place / "dist").glob("*.whl")
    assert contents(build(place / "source", tmp_path, "--wheel")) == contents(wheel)


@pytest.fixture(scope="module")
def lookalike(place):
    """The command where the package is installed; the packages that it needs are those here."""
    folder = place / "installed"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (packages,) = folder.glob("lib/*/site-packages")
    (packages / "present.pth").write_text(sysconfig.get_path("purelib"))
    (wheel,) = (place / "dist").glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "--quiet"]
    offline = ["--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", *offline, wheel], check=True)
    before = sorted(packages.rglob("*"))
    yield folder / "bin" / "lookalike"
    assert sorted(packages.rglob("*")) == before  # the site writes nothing there


@pytest.fixture
def folder(tmp_path):
    """Beside it lies what a test needs; its parent's parent is that of all tests."""
    empty = tmp_path / "empty"
    empty.mkdir()
    return empty


def environment(folder, **more):
    """Nothing but what a shell has, so that the settings are as they come; kernels compiled once."""
    kernels = {"NUMBA_CACHE_DIR": str(folder.parents[1] / "kernels")}
    shell = {"PATH": "/usr/bin:/bin", "HOME": str(folder.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    return shell | kernels | more


@pytest.fixture
def typed(lookalike, folder):
    """What a command prints, typed in the folder."""

    def typed(*arguments, **more):
        done = subprocess.run(
            [lookalike, *arguments], cwd=folder, env=environment(folder, **more),
            capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout + done.stderr

    return typed


@contextmanager
def serving(lookalike, folder, words, *arguments):
    """A session and the address of the site, once the command has printed `words` before it."""
    process = subprocess.Popen(
        [lookalike, *arguments], cwd=folder, env=environment(folder, BIND="127.0.0.1:0"),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **hearing_ctrl_c(),
    )  # fmt: skip
    late = threading.Timer(120, process.kill)
    late.start()
    try:
        yield address_in(process.stdout, words)
    finally:
        late.cancel()
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.wait(timeout=30) == 0


def address_in(output, words):
    """The address behind `words` in what a program prints."""
    lines = []
    for line in output:
        lines.append(line)
        if found := re.search(rf"{words} (http://127\.0\.0\.1:\d+)", line):
            return found[1]
    raise AssertionError(lines)


def test_alone_it_prints_the_commands(typed, folder):
    told = typed()
    assert "Type 'lookalike help <subcommand>'" in told
    assert {"scrape", "build_index", "serve", "demo", "doctor", "migrate"} <= set(told.split())
    assert "usage: lookalike scrape" in typed("scrape", "--help")
    assert typed("--version") == f"lookalike {VERSION}\n"
    assert list(folder.iterdir()) == []  # who only asks makes no site


def test_a_site_comes_about_in_an_empty_folder(lookalike, typed, folder):
    shirts = folder.parent / "shirts"
    shirts.mkdir()
    for number in range(5):
        (shirts / f"{number}.jpg").write_bytes(picture_bytes((50 * number, 90, 200), size=(60, 60)))
    assert "Run: lookalike migrate" in typed("build_index")
    assert typed("migrate", "-v0") == ""
    assert "Run: lookalike scrape URL (or: lookalike import_folder DIR)" in typed("build_index")
    assert "5 new" in typed("import_folder", str(shirts))
    assert "Live: 5 products." in typed("build_index")
    with serving(lookalike, folder, "Serving", "serve") as site:
        page = requests.get(f"{site}/products/1/", timeout=30)
        assert page.status_code == 200
        assert 'href="/static/css/lookalike.css"' in page.text
        assert page.text.count('src="/media/tiles-320/') >= 5
        russian = requests.get(f"{site}/browse/", headers={"Accept-Language": "ru"}, timeout=30)
        assert '<html lang="ru">' in russian.text
        assert re.search(r"<title>[А-Яа-я ]+ ·", russian.text)
        for name in ("lookalike.css", "site_admin.css"):
            css = requests.get(f"{site}/static/css/{name}", timeout=30)
            assert (css.status_code, css.headers["Content-Type"][:8]) == (200, "text/css")
    assert sorted(path.name for path in folder.iterdir()) == ["media", "var"]


def test_a_taken_port_is_told_with_the_command_for_another(typed):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        serve, demo = typed("serve", BIND=f"127.0.0.1:{port}"), typed("demo", "--port", str(port))
    assert serve.endswith("Try another: BIND=127.0.0.1:8001 lookalike serve\n")
    assert demo.endswith(f"Run: lookalike demo --port {port + 1}\n")


def test_the_demo_runs_from_an_empty_folder(lookalike, folder):
    arguments = ("demo", "--count", "14", "--port", str(free_port()))
    with serving(lookalike, folder, "Open", *arguments) as site:
        assert requests.get(f"{site}/browse/", timeout=30).status_code == 200
    assert sorted(path.name for path in folder.iterdir()) == ["var"]


def test_a_site_lies_where_lookalike_home_says_and_another_config_is_not_in_its_way(typed, folder):
    for name in ("config", "demo"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("raise SystemExit('of another project')")
    home = folder.parent / "home"
    home.mkdir()
    (home / ".env").write_text("VAR_DIR=data\nSHOP_NAME=Knitwear\n")
    assert "no issues" in typed("check", LOOKALIKE_HOME=str(home))
    assert (home / "data" / "secret_key").exists()
    assert not (folder / "var").exists()
    (home / ".env").write_text("DEBUG=maybe\n")
    assert typed("check", LOOKALIKE_HOME=str(home)) == "DEBUG='maybe': write True or False.\n"
