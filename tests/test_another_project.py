"""The apps installed into another Django project: examples/another_project."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import picture_bytes
from web.templatetags.lookalikes import lookalikes

ROOT = Path(__file__).resolve().parents[1]
ASK = """
import another_project, django, os
os.environ["DJANGO_SETTINGS_MODULE"] = "another_project"
django.setup()
import recommender
from django.test import Client
print(recommender.__file__)
client = Client(HTTP_HOST="localhost")
for address in ("/shop/1/", "/look/products/1/", "/look/browse/", "/look/api/v1/products/1/similar/"):
    response = client.get(address)
    print(response.status_code, address, response.content.decode().count("media/thumbnails"))
from django.contrib.staticfiles import finders
print(finders.find("css/lookalike.css"))
"""


@pytest.mark.slow
def test_another_project_installs_the_package_and_shows_look_alikes(tmp_path):
    source, site, place = tmp_path / "source", tmp_path / "packages", tmp_path / "project"
    parts = ("runs", "catalog", "recommender", "web", "templates", "static")
    for part in parts:
        shutil.copytree(ROOT / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("setup.py", "pyproject.toml", "requirements-serve.txt"):
        shutil.copy(ROOT / file, source)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    offline = ["--no-deps", "--no-build-isolation", "--no-index"]
    run([*pip, "wheel", *offline, "--wheel-dir", str(tmp_path), str(source)])
    (wheel,) = tmp_path.glob("lookalike-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "web/templates/recommender/similar.html" in names
    assert "web/static/css/lookalike.css" in names
    assert not [name for name in names if name.startswith(("tests", "demo", "config", "examples"))]
    run([*pip, "install", "--no-deps", "--no-index", "--target", str(site), str(wheel)])
    shutil.copytree(ROOT / "examples" / "another_project", place)
    (tmp_path / "shirts").mkdir()
    for number in range(5):
        picture = picture_bytes((50 * number, 90, 200 - 40 * number), size=(60, 60))
        (tmp_path / "shirts" / f"{number}.jpg").write_bytes(picture)
    for command in (
        ["migrate", "-v0"],
        ["import_folder", "../shirts"],
        ["build_index", "--no-map"],
    ):
        run([sys.executable, "manage.py", *command], place, site)
    said = run([sys.executable, "-c", ASK], place, site).splitlines()
    assert said[0].startswith(str(site))
    assert said[1] == "200 /shop/1/ 3"
    assert [line.split()[0] for line in said[2:5]] == ["200"] * 3
    assert said[5].startswith(str(site))


def run(command, cwd=None, site=None) -> str:
    own = {"PYTHONPATH": str(site)} if site else {}
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"} | own
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.django_db
def test_the_tag_takes_a_product_or_an_id(live):
    from catalog.models import Product

    by_id = [match.product.item_id for match in lookalikes("0", k=3)["matches"]]
    assert len(by_id) == 3
    product = Product.objects.get(item_id="0")
    assert [m.product.item_id for m in lookalikes(product, k=3)["matches"]] == by_id


@pytest.mark.django_db
@pytest.mark.parametrize("asked", [{"k": 0}, {"metric": "hamming"}, {}])
def test_without_an_answer_there_is_no_row(catalogue, asked):
    assert lookalikes("0", **asked) == {"matches": []}
