"""A product of a shop's own system, from the request to all answers: real site, worker, network."""

import io
import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager

import numpy as np
import pytest
import requests
from PIL import Image

from tests.photos import PHOTOS
from tests.shops import Shop
from tests.test_serving import ROOT, SERVE, eventually

pytestmark = pytest.mark.slow


def photo(seed):
    """One of the photos in other colours: a picture that nobody has seen."""
    path = sorted(PHOTOS.glob("*/*.jpg"))[seed]
    with Image.open(path) as picture:
        pixels = np.roll(np.asarray(picture.convert("RGB")), 1 + seed % 2, axis=2)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG")
    return buffer.getvalue()


def manage(environment, *arguments):
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=environment, cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@contextmanager
def running(command, environment, words):
    """A process that is there once it says so, and killed as `kill -9` does."""
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            line = process.stdout.readline()
            assert words in line, line
            yield line
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def worker(environment):
    return running([sys.executable, "manage.py", "work"], environment, "Waiting for products")


@pytest.fixture
def environment(tmp_path):
    own = os.environ | {
        "VAR_DIR": str(tmp_path / "var"), "MEDIA_ROOT": str(tmp_path / "media"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/catalogue.sqlite3", "BIND": "127.0.0.1:0",
        "EMBEDDER": "efficientnet-lite2", "SCRAPE_ALLOW_LOOPBACK": "True",
    }  # fmt: skip
    for command in ("migrate -v0", f"import_folder {PHOTOS}", "build_index --no-map"):
        manage(own, *command.split())
    return own


def test_a_product_is_found_at_once_and_a_killed_worker_loses_none(environment):
    writer = {"X-API-Key": manage(environment, "api_keys", "make", "shop", "--write")}
    pictures = {f"/{number}.jpg": photo(number) for number in range(8)}
    with Shop(pictures) as shop, running(SERVE, environment, "Serving") as said:
        site = re.search(r"http://\S+", said)[0]

        def put(item_id, *further):
            addresses = [f"{shop.url}/{number}.jpg" for number in (item_id, *further)]
            return requests.put(
                f"{site}/api/v1/products/{item_id}/", headers=writer, timeout=20,
                json={"title": f"Number {item_id}", "image_urls": addresses},
            )  # fmt: skip

        def state(told):
            return requests.get(f"{site}{told['change']}", headers=writer, timeout=20).json()

        def is_found(item_id):
            found = requests.get(f"{site}/api/v1/products/{item_id}/similar/", timeout=20).json()
            page = requests.get(f"{site}/products/{item_id}/", timeout=20)
            return found.get("indexed") and len(found["neighbours"]) == 5 and page.ok

        def put_and_found(item_id, *further):
            """How soon, `python -m benchmarks.put` measures: busy cores would fail a time here."""
            told = put(item_id, *further)
            assert told.status_code in (200, 202), told.text
            assert eventually(lambda: state(told.json())["searchable"] and is_found(item_id))

        def found_by(picture):
            told = requests.post(f"{site}/api/v1/similar/", files={"picture": picture}, timeout=20)
            nearest = told.json()["neighbours"][0]
            return nearest["item_id"], nearest["picture"]

        with worker(environment):
            for item_id, *further in (("0",), ("1", 5, 6, 7)):
                put_and_found(item_id, *further)
            assert found_by(pictures["/7.jpg"]) == ("1", 4)
            # Every process of the site has it: each answers some of these.
            assert all(is_found("0") for _ in range(8))
            # The next picture keeps the worker waiting, and so it is killed at its work.
            hold = threading.Event()
            shop.answers["/2.jpg"] = lambda _headers: hold.wait(20) and pictures["/1.jpg"]
            waiting = put("2").json()
            assert waiting["state"] == "waiting"
            assert eventually(lambda: "/2.jpg" in shop.requests)
        shop.answers["/2.jpg"] = photo(2)
        hold.set()
        assert state(waiting)["state"] == "waiting"
        assert put("3").status_code == 202
        with worker(environment):
            assert eventually(lambda: state(waiting)["searchable"] and is_found("3"))
            put_and_found("2")
    count = (
        "from catalog.models import Product as P; print(P.shown.filter(title='Number 2').count())"
    )
    assert manage(environment, "shell", "-v0", "-c", count) == "1"
    # The next build takes all four in, and nothing is left beside its index.
    assert "40 products" in manage(environment, "build_index", "--no-map")
