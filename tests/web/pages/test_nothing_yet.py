"""Before there is anything to show: visitors hear of a shop being set up, its owner what to run."""

import pytest
from django.utils import timezone

from catalog.models import Product
from tests.indexes import take_away

pytestmark = pytest.mark.django_db
SET_UP = "This shop is being set up."
PAGES = ("/", "/random/", "/browse/", "/map/", "/picture/")


@pytest.fixture
def without_an_index(live):
    take_away()


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
