"""Before there is anything to show: visitors hear of a shop being set up, its owner what to run."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import timezone

from catalog.models import Product
from recommender.live import current, readiness
from recommender.live.paths import index_path

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
SET_UP = "This shop is being set up."
PAGES = ("/", "/random/", "/browse/", "/map/", "/picture/")


@pytest.fixture
def without_an_index(live, monkeypatch):
    monkeypatch.setattr(current, "_live", {})
    index_path("fake").unlink()


def page_of(client, path) -> str:
    return client.get(path).content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_visitors_of_an_empty_catalogue_hear_that_the_shop_is_being_set_up(client, db, path):
    page = page_of(client, path)
    assert SET_UP in page
    assert "manage.py" not in page


@pytest.mark.parametrize("path", PAGES)
def test_its_owner_is_told_what_to_run(client, admin_client, settings, path):
    for_staff = page_of(admin_client, path)
    settings.DEBUG = True
    for page in (for_staff, page_of(client, path)):
        assert page.index("manage.py scrape") < page.index("manage.py build_index")


@pytest.mark.parametrize("path", ["/", "/random/", "/map/", "/picture/", "/products/0/"])
def test_products_without_an_index_are_prepared_for_visitors(
    client, admin_client, without_an_index, path
):
    response = client.get(path)
    page = response.content.decode()
    assert response.status_code == 503
    assert "not ready yet" in page
    assert "manage.py" not in page
    assert 'href="/browse/"' in page.split("<main", 1)[1]
    told = page_of(admin_client, path)
    assert "manage.py build_index --embedder fake" in told
    assert "manage.py scrape" not in told


def test_the_grid_needs_no_index(client, without_an_index):
    response = client.get("/browse/")
    assert response.status_code == 200
    assert response.content.decode().count('class="tile"') == 6


def test_a_catalogue_that_all_have_left_is_an_empty_one(client, live):
    Product.objects.update(gone_since=timezone.now())
    for path in PAGES:
        assert SET_UP in page_of(client, path), path


def test_a_search_that_finds_nothing_says_so_and_nothing_of_setting_up(client, live):
    assert SET_UP not in page_of(client, "/browse/?q=zzzz")


def test_whoever_starts_the_site_is_told_first_things_first(live):
    assert readiness.to_do() == ""


@pytest.mark.slow
def test_the_terminal_says_it_when_the_server_starts(tmp_path):
    environment = os.environ | {
        "VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/db", "BIND": "127.0.0.1:0",
    }  # fmt: skip
    assert "manage.py migrate" in said_at_the_start(environment)
    migrate = [sys.executable, "manage.py", "migrate", "-v0"]
    subprocess.run(migrate, env=environment, cwd=ROOT, check=True, capture_output=True)
    said = said_at_the_start(environment)
    assert "The catalogue is empty. Run, in this order:" in said
    assert said.index("manage.py scrape") < said.index("manage.py build_index")


def said_at_the_start(environment) -> str:
    serve = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
    with subprocess.Popen(
        serve, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True,
    ) as site:  # fmt: skip
        lines = [site.stdout.readline() for _ in range(3)]
        site.send_signal(signal.SIGTERM)
        lines += site.stdout.readlines()  # to its end
    return "".join(lines)
