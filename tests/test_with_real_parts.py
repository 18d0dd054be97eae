"""The whole program, as a user runs it: real network, real servers, real processes."""

import contextlib
import csv
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np
import psutil
import pytest
import requests

from catalog.models import Product
from catalog.registry import scrape
from catalog.visiting.fetching import Fetcher
from recommender.embedders.registry import EMBEDDERS
from recommender.index.file import write_index
from recommender.index.similarity_index import Manifest, SimilarityIndex
from runs.outcomes import Status
from tests.catalog.sources.test_category import json_ld, product
from tests.conftest import picture_bytes
from tests.photos import PHOTOS
from tests.shops import Shop
from tests.terminal import hearing_ctrl_c

ROOT = Path(__file__).resolve().parent.parent
ALL_PHOTOS = ROOT.parent / "shared" / "photos"
needs_all_photos = pytest.mark.skipif(
    not ALL_PHOTOS.is_dir(),
    reason="needs all 3,409 photos in ../shared/photos: tests/photos/README.md",
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def environment(tmp_path):
    return os.environ | {
        "VAR_DIR": str(tmp_path / "var"),
        "MEDIA_ROOT": str(tmp_path / "media"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/catalogue.sqlite3",
        "EMBEDDER": "auto",
        "KERAS_HOME": str(tmp_path / "keras"),
    }


def manage(environment, *arguments, **options):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=environment, cwd=ROOT, capture_output=True, text=True, **options,
    )  # fmt: skip


# The program ----------------------------------------------------------------------------------


def test_a_web_worker_imports_neither_tensorflow_nor_numba(environment):
    program = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'\n"
        "import config.wsgi, config.urls\n"
        "heavy = {'tensorflow', 'keras', 'ncnn', 'numba', 'h5py', 'sklearn', 'extruct'} & set(sys.modules)\n"
        "print(sorted(heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr


# Settings ----------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variable", "value"),
    [("EMBEDDER", "vgg19"), ("RUNTIME", "abacus"), ("SCRAPE_PAUSE_SECONDS", "soon"),
     ("SCRAPE_PAUSE_SECONDS", "-1")],
)  # fmt: skip
def test_a_wrong_setting_stops_the_program_and_is_named(environment, variable, value):
    done = manage(environment | {variable: value}, "check")
    assert done.returncode != 0
    assert variable in done.stderr


def test_every_setting_is_in_the_example_file():
    read = set(
        re.findall(
            r'env(?:_\w+|\.\w+)?\(\s*"([A-Z0-9_]+)"', (ROOT / "config/settings.py").read_text()
        )
    )
    listed = set(re.findall(r"^#?([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert len(read) > 10
    assert read <= listed


# The site ----------------------------------------------------------------------------------------


def publish_anew(folder: Path, count: int) -> None:
    """Swaps in an index of the first `count` products, from another process than the site's."""
    rows = list(Product.objects.order_by("item_id")[:count])
    spec = EMBEDDERS["vgg16-untrained"]
    random = np.random.default_rng(count)
    index = SimilarityIndex.build(
        Manifest.of(spec, "0" * 64),
        [row.item_id for row in rows],
        [row.content_hash for row in rows],
        random.random((count, spec.dimension), np.float32),
    )
    folder.mkdir(parents=True, exist_ok=True)
    write_index(index, folder / "new")
    (folder / "new").replace(folder / "vgg16-untrained.joblib")


@pytest.fixture
def site(environment, folder, tmp_path, db):
    """gunicorn with its two workers, over the six products."""
    from catalog.registry import import_folder

    list(import_folder(folder))
    for command in (["migrate", "-v0"], ["import_folder", str(folder)]):
        assert manage(environment, *command).returncode == 0
    publish_anew(tmp_path / "var" / "index", 5)
    url = f"127.0.0.1:{free_port()}"
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"],
        env=environment | {"BIND": url}, cwd=ROOT,
    )  # fmt: skip
    try:
        wait_for(f"http://{url}/healthz")
        yield f"http://{url}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for(url, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if requests.get(url, timeout=5).ok:
                return
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")


@pytest.mark.slow
def test_a_swapped_index_is_served_within_a_second_without_a_lost_request(site, tmp_path):
    address = f"{site}/api/v1/products/0/similar/?k=50"
    answers, stop = [], threading.Event()

    def ask():
        while not stop.is_set():
            response = requests.get(address, timeout=10)
            answers.append(
                (time.monotonic(), response.status_code, len(response.json()["neighbours"]))
            )

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    swaps = []
    for count in (6, 4, 6, 3):
        publish_anew(tmp_path / "var" / "index", count)
        swaps.append((time.monotonic(), count - 1))
        time.sleep(1.3)
    stop.set()
    for thread in threads:
        thread.join()
    assert {status for _, status, _ in answers} == {200}
    assert len(answers) > 50
    for (when, count), (until, _) in zip(swaps, [*swaps[1:], (answers[-1][0], 0)], strict=True):
        later = [found for moment, _, found in answers if when + 1 < moment < until]
        assert later
        assert set(later) == {count}


def workers_of(site) -> list[psutil.Process]:
    """gunicorn's workers, by the port that it listens on."""
    port = int(site.rpartition(":")[2])
    (master,) = (
        child for child in psutil.Process().children()
        if any(c.laddr.port == port for c in child.net_connections("tcp") if c.status == "LISTEN")
    )  # fmt: skip
    return master.children()


@pytest.mark.slow
def test_a_killed_worker_loses_no_more_than_its_open_requests(site):
    failed, answered, stop = [], [], threading.Event()

    def ask():
        while not stop.is_set():
            try:
                answered.append(requests.get(f"{site}/products/0/", timeout=10).status_code)
            except requests.RequestException as error:
                failed.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    kills = 3
    for _ in range(kills):
        time.sleep(1)
        workers_of(site)[0].kill()
    time.sleep(1)
    stop.set()
    for thread in threads:
        thread.join()
    assert set(answered) == {200}
    assert len(answered) > 50
    assert len(failed) <= kills * len(threads)


@pytest.mark.slow
def test_workers_killed_by_an_index_cut_short_come_back_and_take_up_a_sound_one(site, tmp_path):
    """SIGBUS: what was mapped is gone. docs/run.md says never to do that; it heals all the same."""
    path = tmp_path / "var" / "index" / "vgg16-untrained.joblib"
    address = f"{site}/api/v1/products/0/similar/"
    before = {worker.pid for worker in workers_of(site)}
    for _ in range(20):  # so that both workers have mapped it
        assert requests.get(address, timeout=10).ok
    os.truncate(path, 4096)
    statuses = set()
    for _ in range(60):
        with contextlib.suppress(requests.ConnectionError):
            statuses.add(requests.get(address, timeout=10).status_code)
        if statuses == {503} and not before & {worker.pid for worker in workers_of(site)}:
            break
        time.sleep(0.1)
    assert statuses <= {200, 503}
    assert requests.get(f"{site}/healthz", timeout=10).ok
    publish_anew(path.parent, 5)
    wait_for(address, seconds=20)


@pytest.mark.slow
def test_the_site_serves_its_own_styles_pictures_and_errors(site):
    assert requests.get(f"{site}/static/css/lookalike.css", timeout=10).status_code == 200
    assert requests.get(f"{site}/static/js/htmx.min.js", timeout=10).status_code == 200
    page = requests.get(f"{site}/products/0/", timeout=10)
    assert "an untrained network" in page.text
    pictures = re.findall(r'src="(/media/[^"]+)"', page.text)
    assert len(pictures) > 3
    assert all(requests.get(site + picture, timeout=10).ok for picture in pictures)
    assert requests.get(f"{site}/products/nobody/", timeout=10).status_code == 404


# The demo ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_demo_shows_everything_and_leaves_nothing_behind(environment):
    done = manage(environment, "demo", "--no-serve", timeout=900)
    assert done.returncode == 0, done.stderr
    assert "360 products: 360 new." in done.stdout
    began = time.monotonic()
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--port", str(port)],
        env=environment | {"PYTHONUNBUFFERED": "1"},
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        **hearing_ctrl_c(),
    )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", seconds=120)
        page = requests.get(f"http://127.0.0.1:{port}/random/", timeout=10)
        assert page.text.count('class="tile"') == 24 + 15
        shop = re.search(r'href="(http://127\.0\.0\.1:\d+/t-shirts/[^"]+)"', page.text)[1]
        assert requests.get(shop, timeout=10).ok
        assert time.monotonic() - began < 120
    finally:
        os.killpg(process.pid, signal.SIGINT)
        output = process.communicate(timeout=60)[0]
    assert "360 products: 360 same." in output
    assert "Nothing has changed." in output
    assert f"Open http://127.0.0.1:{port}" in output
    assert process.returncode == 0
    assert "Traceback" not in output
    for address in (f"http://127.0.0.1:{port}/", shop):
        with pytest.raises(requests.ConnectionError):
            requests.get(address, timeout=2)


COUNT_PRODUCTS = "from catalog.models import Product; print(Product.objects.count())"


@pytest.mark.slow
def test_the_demo_does_not_mix_with_a_real_shop(environment, folder, tmp_path):
    assert manage(environment, "migrate", "-v0").returncode == 0
    assert manage(environment, "import_folder", str(folder)).returncode == 0
    done = manage(environment, "demo", "--no-serve", "--count", "3")
    assert "3 products: 3 new." in done.stdout, done.stderr
    for own in ("var/demo/media/thumbnails", "var/demo/catalog.sqlite3", "var/demo/index"):
        assert (tmp_path / own).exists()
    ours = {path.name for path in (tmp_path / "media" / "thumbnails").iterdir()}
    assert ours == {f"{number}.jpg" for number in range(6)}
    listed = manage(environment, "shell", "-c", COUNT_PRODUCTS)
    assert listed.stdout.strip().endswith("6")


@pytest.mark.slow
def test_the_demo_says_at_once_when_its_port_is_taken(environment):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = manage(environment, "demo", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert re.search(r"DEMO_PORT=\d+ make demo", done.stderr)


# Real photos -------------------------------------------------------------------------------------


@pytest.fixture
def photo_shop():
    """All 876 photos of T-shirts, as a shop with pages of 48."""
    with (ALL_PHOTOS / "products.csv").open(newline="") as file:
        ids = [row["item_id"] for row in csv.DictReader(file) if row["category"] == "t-shirt"]
    shop = Shop()
    for start in range(0, len(ids), 48):
        page = start // 48 + 1
        link = f'<link rel="next" href="/tees?page={page + 1}">' if start + 48 < len(ids) else ""
        text = json_ld([product(item_id) for item_id in ids[start : start + 48]]) + link
        shop.answers["/tees" if page == 1 else f"/tees?page={page}"] = text
    for item_id in ids:
        photo = ALL_PHOTOS / "t-shirt" / f"{item_id}.jpg"
        shop.answers[f"/i/{item_id}.jpg"] = lambda _headers, photo=photo: photo.read_bytes()
    with shop:
        yield shop, ids


@needs_all_photos
@pytest.mark.slow
@pytest.mark.django_db
def test_876_real_t_shirts_are_scraped_over_http(photo_shop):
    shop, ids = photo_shop
    assert len(ids) == 876
    fetcher = Fetcher("Test/1.0", pause=0, allow_loopback=True)
    statuses = Counter(o.status for o in scrape(f"{shop.url}/tees", fetcher))
    assert statuses == {Status.NEW: 876}
    assert set(Product.objects.values_list("item_id", flat=True)) == set(ids)
    statuses = Counter(o.status for o in scrape(f"{shop.url}/tees", fetcher))
    assert statuses == {Status.SAME: 876}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("photos", "said"),
    [
        (PHOTOS, "36 products: 36 new."),
        pytest.param(ALL_PHOTOS, "3409 products: 3409 new.", marks=needs_all_photos),
    ],
    ids=["36", "3409"],
)
def test_all_photos_go_in_with_one_command(environment, photos, said):
    assert manage(environment, "migrate", "-v0").returncode == 0
    done = manage(environment, "import_folder", str(photos))
    assert done.returncode == 0, done.stderr
    assert said in done.stdout


@pytest.mark.slow
def test_a_picture_of_ones_own_is_embedded_by_the_real_network(environment, folder, tmp_path):
    for command in (["migrate", "-v0"], ["import_folder", str(folder)]):
        assert manage(environment, *command).returncode == 0
    done = manage(environment, "build_index", "--embedder", "vgg16-untrained")
    assert done.returncode == 0, done.stderr
    mine = tmp_path / "mine.png"
    mine.write_bytes(picture_bytes((40, 170, 10), size=(400, 300), kind="PNG"))
    done = manage(environment, "similar", str(mine), "-k", "2")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1].split()[2] == "1"  # below the header
