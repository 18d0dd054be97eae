"""Every command of README and docs runs as a user runs it: in processes of their own, on a fresh copy,
with the settings as they come. Nothing that the tests set up helps here."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import picture_bytes
from tests.recommender.embedders.runtimes.test_onnx import clip_like
from tests.recommender.embedders.runtimes.test_text import texts, tokenizer
from tests.terminal import hearing_ctrl_c

ROOT = Path(__file__).resolve().parents[1]
PAGES = ["README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]
WEIGHTS = "--side 224 --mean 0.481 0.458 0.408 --std 0.269 0.261 0.276"

# What is written -> what is run, in this order. {shop} is the demo's shop; the ids are of its shirts.
RUNS = {
    "source .venv/bin/activate": ["source .venv/bin/activate && python -c 'import django'"],
    ".venv/bin/pip install --require-hashes -r requirements-serve.lock": [
        ".venv/bin/pip install --dry-run --require-hashes -r requirements-serve.lock"
    ],
    "make test": ["make --dry-run test"],
    "python manage.py migrate": ["python manage.py migrate"],
    "python manage.py scrape https://shop.example/t-shirts/": ["python manage.py scrape {shop}"],
    "scrape URL": ["python manage.py scrape {shop} --dry-run"],
    "import_folder DIR": [
        "python manage.py import_folder shirts",
        "python manage.py import_folder shirts --csv items.csv --category shirts --mark-gone",
    ],
    "python manage.py build_index": ["python manage.py build_index --no-map"],
    "build_index": ["python manage.py build_index"],
    "build_map": ["python manage.py build_map"],
    "refresh URL…": ["python manage.py refresh {shop}"],
    "similar ITEM_ID": ["python manage.py similar {one} --json"],
    "similar PICTURE": ["python manage.py similar shirts/one.jpg --json"],
    "duplicates": [
        "python manage.py duplicates",
        "python manage.py duplicates --similar --csv same.csv --html same.html",
    ],
    "categories": [
        "python manage.py categories",
        "python manage.py categories --suggest --csv categories.csv",
    ],
    "weights list|fetch|add FILE|verify|remove": [
        "python manage.py weights list",
        "python manage.py weights fetch --help",  # 553 MB from elsewhere
        "python manage.py weights add model.onnx --name mine",
        "python manage.py weights verify",
        "python manage.py weights remove mine",
    ],
    "backup DIR": ["python manage.py backup backups"],
    "restore DIR": ["python manage.py restore backups --noinput"],
    "doctor": ["python manage.py doctor"],
    "rollback": [
        "python manage.py import_folder shirts && python manage.py build_index --no-map",
        "python manage.py rollback",
        "python manage.py rollback",
    ],
    "evaluate": [
        "python manage.py evaluate",
        "python manage.py evaluate --against previous --sample 12 --seed 7 --json figures.json --report report.html",
    ],
    # The demo's shop has no map to tune: each option is only known to be one.
    "tune": [
        "python manage.py tune --never-shown 20 --even-so --json tuned.json --help",
        "python manage.py tune --most-precise --help",
        "python manage.py tune --off --help"
    ],
    "export_joblib FILE": ["python manage.py export_joblib tutorial.joblib"],
    "import_joblib FILE --images DIR": [
        "python manage.py import_joblib tutorial.joblib --images media/thumbnails",
        "python manage.py build_index --no-map",  # the file knows no colours
    ],
    "mcp": ["python manage.py mcp < /dev/null"],
    "api_keys make|list|revoke NAME": [
        "python manage.py api_keys make shop",
        "python manage.py api_keys make pages --origin https://shop.example",
        "python manage.py api_keys make writer --write",
        "python manage.py api_keys list",
        "python manage.py api_keys revoke shop",
    ],
    "work": ["python manage.py work --until-empty"],
    "clicks": ["python manage.py clicks", "python manage.py clicks --csv clicks.csv"],
    "python manage.py clicks": ["python manage.py clicks"],
    "python manage.py clicks --csv clicks.csv": ["python manage.py clicks --csv clicks.csv"],
    "python manage.py api_keys make our-shop --write": [
        "python manage.py api_keys make our-shop --write"
    ],
    "export_site DIR": [
        "python manage.py export_site site",
        "python manage.py export_site site --url https://shop.example/look/",
        "ALLOWED_HOSTS=look.shop.example BEHIND_TLS_PROXY=on python manage.py export_site site",
        "DEBUG=on SCRIPT_NAME=/look python manage.py export_site site",
    ],
    "remove_shop NAME": ["python manage.py remove_shop local <<< yes"],
    # docs
    "python manage.py tune": ["python manage.py tune --help"],
    "python manage.py evaluate": ["python manage.py evaluate"],
    "python manage.py evaluate --against previous --report report.html": [
        "python manage.py evaluate --against previous --report report.html"
    ],
    "python manage.py scrape https://shop.example/": ["python manage.py scrape {shop}"],
    "python manage.py scrape URL --dry-run --verbosity 2": [
        "python manage.py scrape {shop} --dry-run --verbosity 2"
    ],
    "python manage.py refresh URL …": ["python manage.py refresh {shop} {shop}"],
    "python manage.py refresh https://shop.example/": ["python manage.py refresh {shop}"],
    "python manage.py refresh https://shop.example/t-shirts/": ["python manage.py refresh {shop}"],
    "python manage.py similar 104233": ["python manage.py similar {one}"],
    "python manage.py similar 104233 --metric manhattan -k 10": [
        "python manage.py similar {one} --metric manhattan -k 10"
    ],
    "python manage.py similar my-photo.jpg --json": [
        "python manage.py similar shirts/one.jpg --json"
    ],
    "python manage.py similar https://shop.example/shirt.jpg --crop 0.2,0.1,0.8,0.7 --colour 0.3": [
        "python manage.py similar {picture} --crop 0.2,0.1,0.8,0.7 --colour 0.3"
    ],
    # A shop of so few teaches no words: tests/recommender/embedders/test_drawn_shop.py has them.
    'python manage.py similar --looks "striped navy"': [
        "python manage.py similar --looks 'striped navy' 2>&1 | grep 'No words for looks have been learnt'"
    ],
    "python manage.py similar 104233 --looks striped": [
        "python manage.py similar {one} --looks striped 2>&1 | grep 'No words for looks have been learnt'"
    ],
    "python manage.py similar 104233 --liked 100871 --disliked 99120 --category shirts --price-to 30": [
        "python manage.py similar {one} --liked {two} --disliked {three} --price-to 30"
    ],
    f"python manage.py weights add fashionclip.onnx --text fashionclip-text.onnx --tokenizer tokenizer.json --name fashionclip {WEIGHTS}": [
        f"python manage.py weights add model.onnx --text text.onnx --tokenizer tokenizer.json --name fashionclip {WEIGHTS.replace('224', '16')}"
    ],
    f"python manage.py weights add fashionclip.onnx --name fashionclip {WEIGHTS}": [
        f"python manage.py weights add model.onnx --name fashionclip {WEIGHTS.replace('224', '16')}"
    ],
    "python manage.py build_index --embedder fashionclip": [
        "python manage.py build_index --embedder fashionclip"
    ],
    "python manage.py export_site DIR": ["python manage.py export_site site"],
    "python manage.py backup /backups/lookalike": ["python manage.py backup backups"],
    "CLUSTER=tcp://10.0.0.5:8786 python manage.py build_index": [
        "python -m tests.clusters python manage.py build_index --full --no-map"
    ],
    "INDEX_ENGINE=postgres python manage.py build_index": [
        "python -m tests.on_postgresql --vectors --run sh -c 'python manage.py migrate --database index"
        " && python manage.py build_index --no-map && python manage.py similar {one}'"
    ],
    "python manage.py restore /backups/lookalike": [
        "python manage.py restore backups <<< yes"
    ],
    "python manage.py restore var/before-restore": [
        "python manage.py restore var/before-restore --noinput"
    ],
}  # fmt: skip
# What is served until Ctrl-C: what is run, and the words by which it tells that it is there.
SERVES = {
    "demo_shop": ("python manage.py demo_shop --port {port} --count 3", "Ctrl-C ends it"),
    "python manage.py work": ("python manage.py work", "Waiting for products"),
    "make serve": ("BIND=127.0.0.1:{port} make serve", "Serving http://127.0.0.1:"),
    "serve": ("BIND=127.0.0.1:{port} python manage.py serve", "Serving http://127.0.0.1:"),
    "EMBEDDER=fashionclip make serve": (
        "EMBEDDER=fashionclip BIND=127.0.0.1:{port} make serve", "Serving http://127.0.0.1:",
    ),
    "make demo": ("DEMO_PORT={port} make demo", "Open http://127.0.0.1:"),
    "demo": ("python manage.py demo --port {port} --count 14", "Open http://127.0.0.1:"),
}  # fmt: skip
NOT_RUN = {
    "pip install tokenizers": "the tests have it",
    "python3 -m venv .venv": "the environment is here already; tests/config/test_make.py makes one",
    "make torture": "half an hour of it; tests/test_torture.py runs a little",
    "make soak": "a quarter of an hour; tests/test_torture.py runs a little",
    "python -m tests.torture --minutes 2 --seed 20261125": "tests/test_torture.py runs a little",
    "pip install mcp": "the tests have it",
    "pip install pgvector": "the tests have it",
    "git pull": "nothing to pull from",
    "git checkout THE-VERSION-BEFORE": "there is no other version here",
    **dict.fromkeys(
        (
            "python -m build", "pip install dist/*.whl", "lookalike migrate", "lookalike build_index",
            "lookalike scrape https://shop.example/t-shirts/", "lookalike serve",
            "pip install --require-hashes -r requirements-serve.lock",
        ),
        "tests/test_package.py builds the package, installs it and types these",
    ),
    **dict.fromkeys(
        (
            """curl -X PUT -H "X-API-Key: $KEY" -H 'Content-Type: application/json' -d '{"title": "Tee", "price": "19.90", "image_urls": ["https://shop.example/tee.jpg"]}' https://lookalike.example/api/v1/products/104233/""",
            """curl -X PUT -H "X-API-Key: $KEY" -F title=Tee -F picture=@tee.jpg https://lookalike.example/api/v1/products/104233/""",
        ),
        "tests/web/api/test_writing.py asks so",
    ),
    "curl -F picture=@my-photo.jpg 'http://127.0.0.1:8000/api/v1/similar/?k=10&category=shirts'":
        "tests/web/api ask so",
    "python manage.py restore /backups/lookalike --at 2026-11-27T04-30-02-118034Z": "another backup's name",
}  # fmt: skip


def blocks(page):
    """The lines of a page's blocks of commands, less comments and cron's times."""
    text = (ROOT / page).read_text()
    for kind, block in re.findall(r"^```(.*?)\n(.*?)^```$", text, re.S | re.M):
        for line in re.sub(r" *\\\n *", " ", block).splitlines():
            words = re.sub(r"\s+#.*", "", line).strip()
            cron = re.match(r"[\d*]+ [\d*]+ \* \* \*\s+cd \S+ && \.venv/bin/(.*)", words)
            words = cron[1] if cron else words
            if not kind and re.match(
                r"(\S+=\S+ )*(\.venv/\S+|source|python3?|make|pip|git|curl|lookalike)\s", words
            ):
                yield words


def table():
    """README's table: each command, and the options that are told of its row."""
    for row in re.findall(r"^\| (`.*)", (ROOT / "README.md").read_text(), re.M):
        first, told = re.split(
            r"(?<!\\) \| ", row.replace("\\|", "\0").replace(" |", " | ", 1), maxsplit=1
        )
        for name in re.findall(r"`([^`]+)`", first.replace("\0", "|")):
            if not name.isupper():
                yield name, re.findall(r"`(--[a-z-]+)", told)


def run_by(name):
    """The commands that are run for what is written."""
    return RUNS.get(name) or [SERVES[name][0]]


def written():
    """All that README and docs tell people to type."""
    return {*(line for page in PAGES for line in blocks(page)), *(name for name, _ in table())}


def test_all_that_is_documented_is_run():
    known = {*RUNS, *SERVES, *NOT_RUN}
    lacking = {re.sub(r" --keep 14$", "", line) for line in written()} - known
    assert lacking == set(), "run it in RUNS, as a user does"
    assert len(written()) > 40


def test_nothing_is_run_that_is_not_documented_any_more():
    told = {re.sub(r" --keep 14$", "", line) for line in written()}
    assert {*RUNS, *SERVES, *NOT_RUN} - told == set()


@pytest.mark.parametrize(("name", "options"), list(table()))
def test_each_option_and_each_kind_that_a_row_tells_is_run(name, options):
    commands = " ".join(run_by(name))
    kinds = name.partition(" ")[2].split("|") if "|" in name else []
    for part in (*options, *(kind.partition(" ")[0] for kind in kinds)):
        assert part in commands.split(), part


def test_each_command_of_ours_is_in_the_table():
    ours = {path.stem for path in ROOT.glob("*/management/commands/[a-z]*.py")}
    told = {name.partition(" ")[0] for name, _ in table()}
    assert ours - told == set()


class Place:
    """A copy of the tree, and a terminal in it."""

    def __init__(self, folder):
        self.folder = folder
        self.names = {}
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        for name in filter(None, listed.stdout.split("\0")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_file():
                shutil.copy(ROOT / name, folder / name)
        self._environment()

    def _environment(self):
        """Stands for the one that `make` would set up: its packages, as here."""
        (self.folder / ".venv").mkdir()
        for part in Path(sys.prefix).iterdir():
            if not part.name.startswith(".installed"):
                (self.folder / ".venv" / part.name).symlink_to(part)
        for mark in (".installed", ".installed-dev", ".installed-tensorflow"):
            (self.folder / ".venv" / mark).touch()

    def start(self, command):
        own = {name: os.environ[name] for name in ("LANG", "HOME") if name in os.environ}
        # The one thing that a shop on this machine needs, and no waiting for it.
        shop = {"SCRAPE_ALLOW_LOOPBACK": "True", "SCRAPE_PAUSE_SECONDS": "0"}
        path = f"{self.folder}/.venv/bin:{os.environ['PATH']}"
        return subprocess.Popen(
            ["bash", "-c", command.format(**self.names)], cwd=self.folder,
            env=own | shop | {"PATH": path}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True, **hearing_ctrl_c(),
        )  # fmt: skip

    def run(self, command):
        """Whether it ended well, and what it said."""
        with self.start(command) as process:
            said = process.communicate(timeout=400)[0]
        return process.returncode == 0 and "Traceback" not in said, said

    def serve(self, command, words):
        """The same for one that serves: what it says until it is there, and it ends by Ctrl-C."""
        self.names["port"] = free_port()
        with self.start(command) as process:
            said, deadline = "", time.monotonic() + 400
            while words not in said and time.monotonic() < deadline:
                line = process.stdout.readline()
                said += line
                if not line:
                    return False, said
            os.killpg(process.pid, signal.SIGINT)
            said += process.communicate(timeout=60)[0]
        return words in said and "Traceback" not in said, said


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def place(tmp_path):
    """The copy with what the commands are given, and the demo's shop beside it."""
    place = Place(tmp_path)
    (tmp_path / "shirts").mkdir()
    for name, colour in (("one", "red"), ("two", "teal"), ("three", "navy")):
        (tmp_path / "shirts" / f"{name}.jpg").write_bytes(picture_bytes(colour, (300, 300)))
    (tmp_path / "items.csv").write_text("item_id,file,title\none,one.jpg,One\ntwo,two.jpg,Two\n")
    clip_like(tmp_path / "model.onnx")
    texts(tmp_path / "text.onnx", np.eye(5, dtype=np.float32))
    tokenizer(tmp_path / "tokenizer.json")
    place.names["port"] = port = free_port()
    shop = place.start("python manage.py demo_shop --port {port} --count 14")
    place.names["shop"] = re.match(r"\S+", shop.stdout.readline())[0]
    yield place
    os.killpg(shop.pid, signal.SIGINT)
    assert "Closed." in shop.communicate(timeout=30)[0], port


def name_products(place):
    """The ids and a picture of the shop's shirts, once they are in the catalogue."""
    ask = "from catalog.models import Product as P; print(*P.shown.exclude(image_url='').values_list('item_id', 'image_url')[:3])"
    _done, said = place.run(f'python manage.py shell -v 0 -c "{ask}"')
    found = re.findall(r"\('([^']+)', '([^']+)'\)", said)
    place.names |= dict(
        zip(("one", "two", "three"), (item_id for item_id, _ in found), strict=True)
    )
    place.names["picture"] = found[0][1]


@pytest.mark.slow
def test_every_documented_command_works_as_it_is_typed(place):
    failed = {}
    for name, commands in RUNS.items():
        if name == "similar ITEM_ID":
            name_products(place)
        for command in commands:
            done, said = place.run(command)
            if not done:
                failed[command] = said[-1500:]
    for command, words in SERVES.values():
        done, said = place.serve(command, words)
        if not done:
            failed[command] = said[-1500:]
    assert failed == {}, "\n\n".join(f"$ {command}\n{said}" for command, said in failed.items())
