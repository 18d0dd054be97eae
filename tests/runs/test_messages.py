"""What every command says to wrong arguments: one sentence, what to do next, the right exit code."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.db import connections

from catalog.models import Product
from recommender.live import publishing
from recommender.live.paths import refresh_lock
from runs.files import locked

ROOT = Path(__file__).resolve().parents[2]
APPS = ("catalog", "recommender", "web", "demo", "runs")
OURS = sorted(name for name, app in get_commands().items() if app in APPS)
RIDDLES = re.compile(r"Traceback|\[Errno|Error\(|Run:.*Run:|None|object at 0x")


@pytest.fixture
def said(capsys, tmp_path, folder, monkeypatch):
    """Runs a command line as manage.py does; gives its exit code and what it wrote to stderr."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.txt").write_text("no picture, no table")
    (tmp_path / "no.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("builtins.input", raising(EOFError))
    # manage.py's last deed, which would end the test's transaction (SQLite in memory has no such end).
    monkeypatch.setattr(connections, "close_all", lambda: None)

    def run(line):
        name, *arguments = (
            "" if word == "''" else word.format(tmp=tmp_path, folder=folder)
            for word in line.split()
        )
        command = load_command_class(get_commands()[name], name)
        capsys.readouterr()
        try:
            command.run_from_argv(["manage.py", name, *arguments])
        except SystemExit as ended:
            return ended.code, capsys.readouterr().err.strip()
        return 0, capsys.readouterr().err.strip()

    return run


def raising(error):
    def raises(*_arguments):
        raise error

    return raises


def check(said, line, code, sentence):
    ended, told = said(line)
    assert re.search(sentence, told), told
    assert ended == code
    assert not RIDDLES.search(told)
    assert code == 2 or told.startswith("CommandError: ")


NEEDED = "the following arguments are required"
EMPTY = [
    # No arguments, or blank ones, as an unset variable of a shell is.
    ("scrape", 2, f"{NEEDED}: URL"),
    ("refresh", 2, f"{NEEDED}: URL"),
    ("import_folder", 2, f"{NEEDED}: DIR"),
    ("remove_shop", 2, "Name a shop. The catalogue is empty"),
    ("similar", 1, "Name a product that is liked, or give a picture, or say how it looks"),
    ("export_joblib", 2, f"{NEEDED}: FILE"),
    ("import_joblib", 2, f"{NEEDED}: FILE, --images"),
    ("export_site", 2, f"{NEEDED}: DIR"),
    ("backup", 2, f"{NEEDED}: DIR"),
    ("restore", 2, f"{NEEDED}: DIR"),
    ("api_keys", 2, f"{NEEDED}: action"),
    ("api_keys make", 2, f"{NEEDED}: name"),
    ("weights", 2, f"{NEEDED}: action"),
    *((f"{name} ''", 2, "it is empty") for name in ("scrape", "refresh", "import_folder", "similar")),
    *((f"{name} ''", 2, "it is empty") for name in ("backup", "restore", "export_joblib")),
    ("api_keys make ''", 2, "it is empty"),
    # An empty catalogue.
    ("build_index", 1, r"^CommandError: The catalogue is empty\. Run: manage\.py scrape URL \(or: "),
    ("build_map", 1, "Run: manage.py build_index"),
    ("similar nobody", 1, "There is no product “nobody”, and no picture file of that name"),
    ("duplicates", 1, r"The catalogue is empty\. Run: .*; then: manage\.py build_index"),
    ("rollback", 1, "There is no previous index of fake to go back to"),
    ("doctor", 1, "things to see to, marked ✗ above"),
    ("evaluate", 1, "There is no index of fake yet. Run: manage.py build_index"),
    ("tune", 1, "fake has no projection: .* Run: manage.py tune --embedder efficientnet-lite2"),
    ("tune --off", 1, "fake has no projection: "),
    ("tune --embedder efficientnet-lite2", 1, "There is no index of efficientnet-lite2 yet. Run: "),
    ("export_joblib {tmp}/x.joblib", 1, "There is no index of fake yet. Run: manage.py build_index"),
    ("remove_shop nobody", 1, "No products of nobody. The catalogue is empty"),
    ("restore {tmp}/empty", 1, "There is no finished backup in .*empty"),
    ("restore {tmp}/none", 1, "There is no finished backup in .*none"),
    ("api_keys revoke nobody", 1, "nobody has no key; there are: no keys"),
    # A wrong folder, a file for a folder, a folder for a file.
    ("scrape {tmp}/none", 1, "neither an address .* nor a file or folder"),
    ("scrape {tmp}/text.txt", 1, "is no folder or zip of pictures, .*import_folder DIR --csv FILE"),
    ("scrape {tmp}/empty", 1, "holds no picture that can be read"),
    ("scrape {folder} --source shopify", 1, "is a path; --source shopify reads an address"),
    ("scrape {folder} --selectors {tmp}/none", 1, "none cannot be read: "),
    ("refresh {tmp}/none", 1, "neither an address .*\n?The catalogue is empty|neither an address"),
    ("import_folder {tmp}/none", 1, "^CommandError: .*none does not exist.$"),
    ("import_folder {tmp}/text.txt", 1, "is a file, not a folder"),
    ("import_folder {tmp}/empty", 1, "holds no picture that can be read"),
    ("import_joblib {tmp}/none --images {folder}", 1, "none cannot be read: no such file"),
    ("import_joblib {tmp}/text.txt --images {folder}", 1, "text.txt cannot be used: "),
    ("weights add {tmp}/none", 1, "none is not there; name a file of weights"),
    ("weights add {tmp}/empty", 1, "empty is a folder; name a file of weights"),
    ("weights add {tmp}/text.txt", 1, "found a file of another kind"),
    ("weights verify vgg16", 1, "No weights of vgg16 are stored in .* Nothing is stored yet"),
    ("weights remove vgg16", 1, "No weights of vgg16 are stored in .* Nothing is stored yet"),
    ("backup {tmp}/text.txt", 1, "text.txt"),
    ("demo_shop --contact-sheet {tmp}", 1, "name a file that ends in .png"),
    # No number, a negative one, one that is too large.
    ("scrape {folder} --limit x", 2, "'x' is not a number of at least 1"),
    ("scrape {folder} --limit -1", 2, "'-1' is not a number of at least 1"),
    ("scrape {folder} --column x", 2, "expected FIELD=NAME"),
    ("scrape {folder} --source magic", 2, "invalid choice: 'magic'"),
    ("build_index --limit 0", 2, "'0' is not a number of at least 1"),
    ("build_index --embedder nobody", 2, "invalid choice: 'nobody'"),
    ("evaluate --sample 0", 2, "'0' is not a number of at least 1"),
    ("evaluate --against nobody", 2, "invalid choice: 'nobody'"),
    ("evaluate --json ''", 2, "it is empty"),
    ("tune --never-shown 101", 2, "'101' is not a number from 0 to 100"),
    ("tune --never-shown 20 --most-precise", 2, "not allowed with argument --never-shown"),
    ("tune --embedder nobody", 2, "invalid choice: 'nobody'"),
    ("tune --json ''", 2, "it is empty"),
    ("backup {tmp}/b --keep 0", 2, "'0' is not a number of at least 1"),
    ("api_keys make a --a-minute 0", 2, "'0' is not a number of at least 1"),
    ("api_keys make a --a-minute x", 2, "'x' is not a number of at least 1"),
    ("api_keys make a --origin a.example", 2, "'a.example' is no origin; write scheme and host"),
    ("demo --port 99999", 2, "'99999' is not a number from 1 to 65535"),
    ("demo --port x", 2, "'x' is not a number from 1 to 65535"),
    ("demo_shop --port -1", 2, "'-1' is not a number from 0 to 65535"),
    ("demo_shop --count 0", 2, "'0' is not a number of at least 1"),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("line", "code", "sentence"), EMPTY, ids=[line for line, *_ in EMPTY])
def test_without_products_every_mistake_is_one_sentence(fake_source, said, line, code, sentence):
    check(said, line, code, sentence)


LIVE = [
    ("similar nobody", 1, "There is no product “nobody”"),
    ("similar {tmp}/empty", 1, "empty is a folder; name one picture in it"),
    ("similar {tmp}/text.txt", 1, "The picture cannot be read"),
    ("similar 1 -k 0", 2, "k must be a whole number between 1 and"),
    ("similar 1 -k x", 2, "k must be a whole number between 1 and"),
    ("similar 1 --metric x", 2, "metric must be one of cosine, euclidean, manhattan, not “x”"),
    ("similar 1 --min-score x", 2, "min_score must be"),
    ("similar 1 --price-from x", 2, "price_from: "),
    ("similar 1 --liked nobody", 1, "There is no product “nobody”"),
    ("duplicates --csv {tmp}/empty", 1, "empty: is a directory"),
    ("clicks --csv {tmp}/empty", 2, "is a folder; name a file"),
    ("duplicates --html {tmp}/empty", 1, "empty: is a directory"),
    ("export_joblib {tmp}/empty", 1, "empty: is a directory"),
    ("export_joblib {tmp}/text.txt/x", 1, ": (file exists|not a dir)"),
    ("import_joblib {tmp}/text.txt --images {tmp}/none", 1, "text.txt cannot be used"),
    ("remove_shop nobody", 1, r"No products of nobody\. There are:\n  local: 6 by "),
    ("remove_shop local", 1, "Nothing was removed; add --yes to skip the question"),
    ("backup {tmp}/media/x", 1, "one of the site's own folders; choose another"),
    ("rollback", 1, "There is no previous index of fake to go back to"),
    ("evaluate", 1, "The index has 6 products; an evaluation needs at least 12"),
    ("tune", 1, "fake has no projection: "),
    ("build_map", 1, "A map needs 12 products"),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("line", "code", "sentence"), LIVE, ids=[line for line, *_ in LIVE])
def test_with_products_every_mistake_is_one_sentence(live, said, line, code, sentence):
    check(said, line, code, sentence)


@pytest.mark.django_db
def test_two_at_once_are_told_to_wait(live, said, folder):
    with locked(refresh_lock()):
        check(said, "refresh {folder}", 3, "Another refresh is running; this one did nothing")
    Product.objects.filter(item_id="1").update(hidden=True)
    with publishing.exclusive("fake"):
        check(said, "build_index", 1, "Another process is changing the index of fake; wait until")
        check(said, "rollback", 1, "Another process is changing the index of fake; wait until")


@pytest.mark.django_db
def test_a_key_of_the_same_name_is_told_how_to_be_replaced(said):
    assert said("api_keys make shop")[0] == 0
    check(said, "api_keys make shop", 1, "first run: manage.py api_keys revoke shop")
    check(said, "api_keys revoke other", 1, "other has no key; there are: shop")


@pytest.mark.django_db
def test_what_was_written_is_named(live, capsys, tmp_path):
    from django.core.management import call_command

    call_command("duplicates", "--csv", str(tmp_path / "d.csv"), "--html", str(tmp_path / "d.html"))
    told = capsys.readouterr().out
    assert f"Written: {tmp_path}/d.csv" in told
    assert f"Written: {tmp_path}/d.html, and its pictures in {tmp_path}/d-pictures" in told


# As processes: what only the settings of the tests would make work ---------------------------------

ARGUMENTS = {
    "scrape": ["{folder}"], "refresh": ["{folder}"], "import_folder": ["{folder}"],
    "remove_shop": ["local"], "similar": ["1"], "backup": ["{tmp}/b"], "export_site": ["{tmp}/site"],
    "api_keys": ["list"], "import_joblib": ["{tmp}/text.txt", "--images", "{folder}"],
    "build_index": [], "build_map": [], "duplicates": [], "rollback": [],
    "evaluate": [], "tune": [], "categories": ["--suggest"], "work": ["--until-empty"],
}  # fmt: skip


def in_a_process(name, tmp_path, folder, **environment):
    own = {"VAR_DIR": str(tmp_path / "var"), "MEDIA_ROOT": str(tmp_path / "m"), "DATABASE_URL": ""}
    arguments = [part.format(folder=folder, tmp=tmp_path) for part in ARGUMENTS[name]]
    return subprocess.run(
        [sys.executable, "manage.py", name, *arguments],
        cwd=ROOT, env=os.environ | own | environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(ARGUMENTS))
def test_before_migrate_every_command_names_migrate(name, tmp_path, folder):
    (tmp_path / "text.txt").write_text("x")
    done = in_a_process(name, tmp_path, folder)
    assert done.returncode == 1
    assert done.stdout == ""
    of_the_index = name in ("rollback", "evaluate")
    wanted = "index" if of_the_index else "manage.py migrate"
    assert wanted in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("RUNTIME", "magic"), ("DATABASE_URL", "nonsense"), ("VAR_DIR", "/proc/none"),
        ("SCRAPE_PAUSE_SECONDS", "x"), ("DATABASE_URL", "postgres://nobody@127.0.0.1:9/none"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_one_sentence_that_names_it(setting, value, tmp_path, folder):
    done = in_a_process("build_index", tmp_path, folder, **{setting: value})
    assert done.returncode == 1
    assert setting in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_every_command_is_tried_here():
    tried = {line.split()[0] for line, *_ in (*EMPTY, *LIVE)} | set(ARGUMENTS)
    assert set(OURS) - tried <= {"mcp"}
