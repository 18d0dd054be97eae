"""A real scrape in a process of its own, killed with SIGKILL at many moments, and run again."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from catalog import batches
from tests.catalog.sources.test_category import json_ld, product
from tests.conftest import picture_bytes
from tests.shops import Shop

pytestmark = pytest.mark.slow
COUNT, KILLS = 240, 8
MANAGE = Path(__file__).parents[2] / "manage.py"


def make_shop() -> Shop:
    """Its pictures answer without ETag or date: nothing but our own notes tells that they are had."""
    nodes = [product(f"{n:03}", image=f"/i/{n:03}.jpg") for n in range(COUNT)]
    shop = Shop({"/tees": json_ld(nodes)})
    for number in range(COUNT):
        colour = (number, 255 - number, 7 * number % 255)
        shop.answers[f"/i/{number:03}.jpg"] = picture_bytes(colour, size=(300, 300))
    return shop


@pytest.fixture
def environment(tmp_path):
    own = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/catalog.sqlite3",
        "MEDIA_ROOT": f"{tmp_path}/media",
        "VAR_DIR": f"{tmp_path}/var",
        "SCRAPE_PAUSE_SECONDS": "0",
        "SCRAPE_ALLOW_LOOPBACK": "True",
    }
    environment = os.environ | own
    run = [sys.executable, str(MANAGE), "migrate", "--verbosity", "0"]
    subprocess.run(run, env=environment, check=True)
    return environment


def start(shop, environment):
    command = [sys.executable, str(MANAGE), "scrape", f"{shop.url}/tees"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def wait_for(what, seconds=60.0):
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.005)


def rows(folder):
    with sqlite3.connect(folder / "catalog.sqlite3") as database:
        return [row[0] for row in database.execute("SELECT item_id FROM lookalike_catalog_product")]


def fetched(shop):
    return [path for path in shop.requests if path.startswith("/i/")]


def require_whole_pictures(folder):
    for item_id in rows(folder):
        for kind in ("thumbnails", "pictures"):
            with Image.open(folder / "media" / kind / f"{item_id}.jpg") as picture:
                picture.load()


def test_a_scrape_killed_at_any_moment_goes_on_where_it_was(environment, tmp_path):
    """Nothing half-written stands under a final name, and little is fetched a second time."""
    moments = random.Random(7)
    with make_shop() as shop:
        known = 0
        for _ in range(KILLS):
            before = len(fetched(shop))
            goal = before + moments.randint(1, 60)
            with start(shop, environment) as run:
                wait_for(lambda goal=goal, run=run: len(fetched(shop)) >= goal or run.poll() == 0)
                time.sleep(moments.random() * 0.05)
                run.send_signal(signal.SIGKILL)
                run.wait()
            require_whole_pictures(tmp_path)
            assert len(rows(tmp_path)) >= known
            known = len(rows(tmp_path))
        with start(shop, environment) as run:
            output = run.communicate(timeout=120)[0]
        assert run.returncode == 0, output
        assert len(rows(tmp_path)) == COUNT
        require_whole_pictures(tmp_path)
        assert not list((tmp_path / "media").rglob("*.part"))
        assert len(fetched(shop)) <= COUNT + KILLS * (batches.MOST + 1)
        # Now that a run has come to its end, the next one asks again whether anything has changed.
        asked = len(fetched(shop))
        with start(shop, environment) as run:
            assert "240 same" in run.communicate(timeout=120)[0]
        assert len(fetched(shop)) == asked + COUNT
