"""A real site on SQLite that counts clicks while another process keeps the database for itself."""

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.conftest import picture_bytes
from tests.test_serving import ROOT, SERVE

pytestmark = pytest.mark.slow
SENT_AT_ONCE = 24


@pytest.fixture
def site(tmp_path):
    """Its address, and its database's file."""
    (tmp_path / "shop").mkdir()
    for number in range(4):
        picture = picture_bytes((60 * number, 200 - 40 * number, 90))
        (tmp_path / "shop" / f"{number}.jpg").write_bytes(picture)
    environment = os.environ | {
        "VAR_DIR": str(tmp_path / "var"), "MEDIA_ROOT": str(tmp_path / "media"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/db", "EMBEDDER": "efficientnet-lite2",
        "BIND": "127.0.0.1:0", "GUNICORN_CMD_ARGS": "--graceful-timeout 1", "COUNT_CLICKS": "True",
        "API_KEYS_REQUIRED": "", "CACHE_URL": "", "API_RATE": "",
    }  # fmt: skip
    for command in (["migrate", "-v0"], ["import_folder", tmp_path / "shop"], ["build_index"]):
        subprocess.run(
            [sys.executable, "manage.py", *map(str, command)],
            env=environment, cwd=ROOT, check=True, capture_output=True, timeout=120,
        )  # fmt: skip
    with subprocess.Popen(
        SERVE, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield re.search(r"http://[0-9.:]+", process.stdout.readline()).group(), tmp_path / "db"
        finally:
            process.terminate()


def tell(address):
    card = {"position": 1, "item_id": "1"}
    told = {"place": "page", "metric": "cosine", "embedder": "efficientnet-lite2", "shown": [card]}
    headers = {"Origin": address}
    beacon = f"{address}/api/v1/clicks/"
    return requests.post(beacon, json.dumps(told), headers=headers, timeout=60).status_code


def sums(file):
    with sqlite3.connect(file, timeout=20) as database:
        rows = database.execute(
            "SELECT place, sum(shown) FROM lookalike_recommender_clickcount GROUP BY place"
        )
        return dict(rows.fetchall())


def test_a_locked_database_holds_up_no_page_and_what_is_dropped_is_counted(site):
    address, file = site
    assert requests.get(f"{address}/products/1/", timeout=60).status_code == 200
    assert tell(address) == 204
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(8) as visitors:
        told = [visitors.submit(tell, address) for _ in range(SENT_AT_ONCE)]
        times = []
        for number in range(8):
            began = time.monotonic()
            page = requests.get(f"{address}/products/{number % 4}/?k={number + 1}", timeout=60)
            times.append(time.monotonic() - began)
            assert page.status_code == 200
        statuses = [one.result() for one in told]
    holder.execute("ROLLBACK")
    holder.close()
    assert max(times) < 10  # of 20 seconds that who writes would wait
    assert set(statuses) <= {204, 503}
    sent = 1 + statuses.count(204)
    assert sums(file) == {"page": 1}
    for _ in range(100):  # until each worker has told what it dropped
        sent += tell(address) == 204
        if sum(sums(file).values()) == sent:
            break
    assert sum(sums(file).values()) == sent
    assert sums(file)["dropped"] == statuses.count(204)
