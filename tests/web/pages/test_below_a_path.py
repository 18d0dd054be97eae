"""The site below a path, SCRIPT_NAME=/look: by the test client, and by gunicorn itself."""

import os
import re
import subprocess
import sys

import pytest
import requests
from django.test import Client
from django.urls import clear_script_prefix, set_script_prefix

from tests.test_serving import ROOT, SERVE

ADDRESS = re.compile(r'\b(?:href|src|action|hx-get|srcset)="([^" ]+)')


def addresses_in(page: str) -> set[str]:
    return {found for found in ADDRESS.findall(page) if not found.startswith(("http", "#"))}


@pytest.fixture
def below():
    # WSGI's handler does this for each request; the test client's leaves it out.
    set_script_prefix("/look/")
    yield Client(SCRIPT_NAME="/look", raise_request_exception=False)
    clear_script_prefix()


def get(client, address):
    """An address as a browser asks for it; the server in front takes the prefix off."""
    assert address.startswith("/look/")
    return client.get(address.removeprefix("/look").replace("&amp;", "&"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/look/products/0/", "/look/browse/?q=0", "/look/nowhere", "/look/browse/?page=x"]
)
def test_every_address_on_every_page_lies_below_the_path_and_is_there(live, below, address):
    page = get(below, address).content.decode()
    found = addresses_in(page)
    assert len(found) >= 5
    for linked in found:
        assert get(below, linked).status_code in (200, 302), linked


@pytest.mark.django_db
def test_home_and_the_api_lead_below_the_path(live, below):
    assert get(below, "/look/random/")["Location"].startswith("/look/products/")
    links = addresses_in(get(below, "/look/").content.decode())
    assert "/look/random/" in links
    assert all(link.startswith("/look/") for link in links)
    neighbour = get(below, "/look/api/v1/products/0/similar/").json()["neighbours"][0]
    assert neighbour["thumbnail_url"].startswith("/look/media/")


@pytest.mark.django_db
def test_the_page_of_a_fault_lies_below_the_path_too(live, below, monkeypatch):
    monkeypatch.setattr("web.pages.rows.answer", lambda query: 1 / 0)
    response = get(below, "/look/products/0/")
    assert response.status_code == 500
    assert addresses_in(response.content.decode()) == {
        "/look/",
        "/look/static/css/lookalike.css",
        "/look/static/css/header.css",
        "/look/static/css/browse.css",
        "/look/static/img/favicon.svg",
    }


@pytest.mark.django_db
def test_a_choice_of_language_that_came_from_nowhere_leads_home(below):
    chosen = below.post("/language/", {"language": "ru"})
    assert (chosen.status_code, chosen["Location"]) == (302, "/look/")


@pytest.mark.django_db
def test_a_slash_is_put_right_below_the_path(live, below):
    assert get(below, "/look/browse")["Location"] == "/look/browse/"


@pytest.mark.slow
def test_gunicorn_serves_it_all_below_the_path(tmp_path, folder):
    environment = os.environ | {
        "VAR_DIR": str(tmp_path / "var"), "MEDIA_ROOT": str(tmp_path / "media"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/db", "SCRIPT_NAME": "/look", "BIND": "127.0.0.1:0",
    }  # fmt: skip
    for command in (["migrate", "-v0"], ["import_folder", str(folder)]):
        subprocess.run(
            [sys.executable, "manage.py", *command], env=environment, cwd=ROOT, check=True
        )
    with subprocess.Popen(
        SERVE, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as site:
        try:
            host = re.search(r"http://[0-9.:]+", site.stdout.readline()).group()
            page = requests.get(f"{host}/look/browse/", timeout=20).text
            assert page.count("tile-title") == 6
            for address in addresses_in(page):
                status = requests.get(host + address, timeout=20).status_code
                # There is no index: pages that compare say so.
                assert status == 200 or (status == 503 and "media" not in address), address
            assert requests.head(f"{host}/look/healthz", timeout=20).ok
        finally:
            site.terminate()


@pytest.mark.parametrize("prefix", ["look", "/look/", "/"])
def test_a_path_that_is_none_is_refused_by_name(tmp_path, prefix):
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, capture_output=True, text=True,
        env=os.environ | {"SCRIPT_NAME": prefix, "VAR_DIR": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode != 0
    assert "SCRIPT_NAME" in done.stderr
