"""What a first minute and a first visitor do not wait for: modules and compilers nobody needs."""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.photos import ALL

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {"numba", "llvmlite", "scipy", "sklearn", "matplotlib", "openvino", "ncnn", "tensorflow"}
# Runs a command, and then prints what is loaded.
LOADED = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", *sys.argv[1:]])
print("LOADED", *sorted(sys.modules))
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The environment of a site of 36 photos, built by the commands that the README names."""
    folder = tmp_path_factory.mktemp("first-minute")
    own = os.environ | {
        "VAR_DIR": str(folder / "var"), "MEDIA_ROOT": str(folder / "media"), "RUNTIME": "auto",
        "NUMBA_CACHE_DIR": str(folder / "var" / "numba"), "EMBEDDER": "efficientnet-lite2",
        "DATABASE_URL": f"sqlite:///{folder}/catalogue.sqlite3",
    }  # fmt: skip
    for command in (["migrate", "-v0"], ["import_folder", "tests/photos"], ["build_index"]):
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=own, check=True,
            capture_output=True,
        )  # fmt: skip
    return own


def loaded_by(shop, *command) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *command], cwd=ROOT, env=shop, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.partition("LOADED ")[2].split())


@pytest.mark.slow
def test_a_product_is_looked_up_without_what_computes(shop):
    loaded = loaded_by(shop, "similar", ALL[0].stem)
    assert {name.partition(".")[0] for name in loaded} & HEAVY == set()
    assert "config.urls" not in loaded, "its checks would load every page"


@pytest.mark.slow
def test_a_picture_is_looked_up_with_what_computes(shop):
    """The list above is not empty by mistake."""
    assert {"numba", "openvino"} <= loaded_by(shop, "similar", str(ALL[0]))


@pytest.fixture
def site(shop):
    """The address of the site, as `make serve` starts it."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
    with subprocess.Popen(
        command, cwd=ROOT, env=shop | {"BIND": address}, stdout=subprocess.PIPE, text=True
    ) as gunicorn:
        assert "Serving" in gunicorn.stdout.readline()
        yield f"http://{address}"
        gunicorn.terminate()


@pytest.mark.slow
def test_the_site_compiles_nothing(shop, site):
    """What numba compiles it keeps as a file; the build has left one for all that visitors ask."""
    folder = Path(shop["NUMBA_CACHE_DIR"])
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.nb[ci]")}
    assert len(before) > 20
    one, two, three = (path.stem for path in ALL[:3])
    session = requests.Session()
    for path in (
        f"/products/{one}/", f"/products/{one}/?colour=0.4", f"/products/{one}/?liked={two}",
        f"/products/{two}/?liked={one}&disliked={three}&diversity=0.5&k=20",
        f"/api/v1/products/{two}/similar/?colour=1&metric=manhattan",
    ):  # fmt: skip
        assert session.get(site + path, timeout=60).status_code == 200, path
    token = re.search(
        r'name="csrfmiddlewaretoken" value="(\w+)"', session.get(f"{site}/picture/").text
    )
    sent = session.post(
        f"{site}/picture/", files={"picture": ALL[0].read_bytes()}, timeout=60,
        data={"csrfmiddlewaretoken": token[1]} if token else {},
    )  # fmt: skip
    assert sent.status_code == 200
    time.sleep(1)  # both workers have come to the end of their warming
    after = {path: path.stat().st_mtime_ns for path in folder.rglob("*.nb[ci]")}
    assert after == before
