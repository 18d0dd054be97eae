"""The apps installed into another Django project: examples/another_project."""

import os
import shutil
import subprocess
import sys
import zipfile
from fnmatch import fnmatch
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
    print(response.status_code, address, response.content.decode().count('src="/look/media/tiles-320/'))
from django.contrib.staticfiles import finders
print(finders.find("css/lookalike.css"))
page = client.get("/shop/1/").content.decode()
print("<h2>Looks similar</h2>" in page, bool(finders.find("css/lookalikes_row.css")) and "css/lookalikes_row.css" in page)
from django.contrib import admin
print(admin.site.site_header)
from PIL import Image
Image.MAX_IMAGE_PIXELS = 123
from catalog.thumbnails import make_pictures
import io
file = io.BytesIO()
Image.new("RGB", (300, 300)).save(file, "PNG")
make_pictures(file.getvalue())
print(Image.MAX_IMAGE_PIXELS)
"""


@pytest.mark.slow
def test_another_project_installs_the_package_and_shows_look_alikes(tmp_path):
    source, site, place = tmp_path / "source", tmp_path / "packages", tmp_path / "project"
    parts = (
        "runs",
        "catalog",
        "recommender",
        "web",
        "templates",
        "static",
        "config",
        "demo",
        "lookalike",
    )
    for part in parts:
        shutil.copytree(ROOT / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("setup.py", "pyproject.toml", "requirements-serve.txt", "manage.py", "README.md"):
        shutil.copy(ROOT / file, source)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    offline = ["--no-deps", "--no-build-isolation", "--no-index"]
    run([*pip, "wheel", *offline, "--wheel-dir", str(tmp_path), str(source)])
    (wheel,) = tmp_path.glob("lookalike-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "web/templates/recommender/similar.html" in names
    assert "web/static/css/lookalike.css" in names
    assert any(
        fnmatch(name, "recommender/building/centres/efficientnet-lite2-*.npy") for name in names
    )
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
    row, admin, limit = said[6:9]
    assert row == "True True"
    assert admin == "Django administration"
    assert limit == "123"
    assert not (place / "thumbnails").exists()


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
    assert lookalikes("0", **asked)["matches"] == []


def another_project(tmp_path, settings_line, *packages):
    """The example beside our own packages; `packages` are its own, empty ones."""
    place = tmp_path / "project"
    shutil.copytree(ROOT / "examples" / "another_project", place)
    with (place / "another_project.py").open("a") as file:
        file.write(f"{settings_line}\n")
    for name in packages:
        (place / name).mkdir()
        (place / name / "__init__.py").touch()
    without = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=place, env=without | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip


def test_without_a_folder_for_pictures_the_check_says_what_to_set(tmp_path):
    done = another_project(tmp_path, "del MEDIA_ROOT")
    assert done.returncode == 1
    assert "(catalog.E002) There is no folder for pictures." in done.stderr
    assert 'HINT: Set MEDIA_ROOT, or STORAGES["pictures"]' in done.stderr


def test_a_folder_of_their_own_is_enough(tmp_path):
    done = another_project(
        tmp_path,
        'del MEDIA_ROOT\nSTORAGES = {"default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}, '
        '"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}, '
        '"pictures": {"BACKEND": "catalog.pictures.PictureFiles", "OPTIONS": {"location": BASE_DIR / "mine"}}}',
    )
    assert (done.returncode, "WARNINGS" in done.stderr) == (0, False), done.stderr


@pytest.mark.parametrize("name", ["runs", "catalog", "recommender"])
def test_a_package_of_the_projects_own_in_the_place_of_ours_is_told_with_the_way_on(tmp_path, name):
    done = another_project(tmp_path, "", name)
    assert done.returncode == 1
    told = done.stderr.strip().splitlines()[-1]
    assert f"Lookalike's package {name} is hidden by another {name} of this project." in told
    assert "by the API or the widget (docs/embed.md)" in told


def test_one_that_no_app_needs_is_a_warning(tmp_path):
    few = 'INSTALLED_APPS = [a for a in INSTALLED_APPS if a not in ("web", "web.api", "shop")]\nROOT_URLCONF = "no_urls"\nimport sys, types\nsys.modules["no_urls"] = types.SimpleNamespace(urlpatterns=[])'
    done = another_project(tmp_path, few, "web", "config", "demo")
    assert done.returncode == 0, done.stderr
    assert "(runs.W001) Lookalike's package web is hidden by another web" in done.stderr


def test_the_package_takes_no_joblib_whose_insides_are_not_known():
    asked = 'import setuptools; setuptools.setup = lambda **made: print(made["install_requires"])\nexec(open("setup.py").read())'
    done = subprocess.run(
        [sys.executable, "-c", "__file__ = 'setup.py'\n" + asked],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert "'joblib>=1.6.0,<1.7'" in done.stdout, done.stderr
